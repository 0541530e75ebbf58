"""Calling a dataset's reader on a folder of its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from datasets import DATASETS
from datasets.dataset import Slice

Array = np.ndarray[Any, Any]


def gathered(slices: Iterator[Slice]) -> dict[str, Array]:
    found: dict[str, list[Array]] = {}
    for part, x, y in slices:
        assert len(x) == len(y) > 0
        found.setdefault(f"x_{part}", []).append(x)
        found.setdefault(f"y_{part}", []).append(y)
    return {name: np.concatenate(pieces) for name, pieces in found.items()}


def read(folder: Path) -> dict[str, Array]:
    return gathered(DATASETS[folder.name].read(folder))


def made(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    return folder
