from pathlib import Path

from datasets import storage
from datasets.dataset import Dataset


def downloads(dataset: Dataset, cache: Path) -> Path:
    return cache / "downloads" / dataset.name


def fetched(dataset: Dataset, cache: Path) -> bool:
    return storage.intact(downloads(dataset, cache))
