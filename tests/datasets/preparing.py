"""Small datasets for tests, and the arrays that readers and prepare() make of them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datasets import DATASETS, Prepared, building
from datasets.dataset import Dataset, File, Slice
from tests.datasets import originals

Array = np.ndarray[Any, Any]


def gathered(slices: Iterator[Slice]) -> dict[str, Array]:
    """The whole arrays, by part."""
    pieces: dict[str, list[Array]] = {}
    for part, x, y in slices:
        assert len(x) == len(y) > 0
        pieces.setdefault(f"x_{part}", []).append(x)
        pieces.setdefault(f"y_{part}", []).append(y)
    return {name: np.concatenate(each) for name, each in pieces.items()}


def read(folder: Path) -> dict[str, Array]:
    """The arrays that the reader of the dataset with this folder's name reads there."""
    return gathered(DATASETS[folder.name].read(folder))


def made(tmp_path: Path, name: str) -> Path:
    """An empty folder of this name."""
    folder = tmp_path / name
    folder.mkdir()
    return folder


def arrays(prepared: Prepared) -> dict[str, Array]:
    return {name: np.load(getattr(prepared, name), mmap_mode="r") for name in building.ARRAYS}


def quietly(line: str) -> None:
    pass


def replaced(monkeypatch: pytest.MonkeyPatch, name: str, **changes: Any) -> None:
    monkeypatch.setitem(DATASETS, name, dataclasses.replace(DATASETS[name], **changes))


def small_originals(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The dataset's small files in a folder, and its entry with their checksums."""
    folder.mkdir(exist_ok=True)
    originals.WRITERS[name](folder)
    files = []
    for file in DATASETS[name].files:
        contents = (folder / file.name).read_bytes()
        checksum = file.checksum and f"sha256:{hashlib.sha256(contents).hexdigest()}"
        files.append(File(file.name, checksum, len(contents)))
    monkeypatch.setattr("datasets.hmdir.TABLE_ROWS", sum(scans for _, scans, _ in originals.HOURS))
    replaced(monkeypatch, name, files=tuple(files))
    return DATASETS[name]
