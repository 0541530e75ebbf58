"""Readers of the original formats: what holds of them all, on files that are whole, cut or changed."""

from __future__ import annotations

import contextlib
import pickle
from pathlib import Path

import numpy as np
import pytest

from datasets.errors import Damaged, DatasetUnavailable
from tests.datasets import originals
from tests.datasets.preparing import made, read


@pytest.fixture(params=originals.WRITERS)
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of each dataset in turn, with its small files; its name is the dataset's."""
    name: str = request.param
    originals.WRITERS[name](folder := made(tmp_path, name))
    return folder


def test_readers_can_start_again(files: Path) -> None:
    first, second = read(files), read(files)
    assert first.keys() == {"x_train", "y_train", "x_test", "y_test"}
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])


@pytest.mark.parametrize("cut", [0, 1, 0.3, 0.9])
def test_a_cut_file_is_named(files: Path, cut: float) -> None:
    path = max(files.iterdir(), key=lambda path: (path.stat().st_size, path.name))
    contents = path.read_bytes()
    size = int(cut if cut in (0, 1) else cut * len(contents))
    if files.name == "hmdir" and cut == 0.9:
        size = len(contents) - len(contents.rpartition(b",")[2]) - 12  # in the middle of a row
    path.write_bytes(contents[:size])
    with pytest.raises(DatasetUnavailable, match=path.name) as caught:
        read(files)
    assert f"remove {files.name}" in caught.value.remedy


@pytest.mark.parametrize("name", ["mnist", "cifar10", "svhn", "norb", "imdb"])
def test_a_changed_byte_is_an_error_of_ours_or_none(tmp_path: Path, name: str) -> None:
    originals.WRITERS[name](folder := made(tmp_path, name))
    path = max(folder.iterdir(), key=lambda path: path.stat().st_size)
    contents = path.read_bytes()
    draw = np.random.default_rng(0)
    for place in [*range(0, 40, 3), *draw.integers(0, len(contents), 20)]:
        path.write_bytes(contents[:place] + bytes([contents[place] ^ 0x55]) + contents[place + 1 :])
        with contextlib.suppress(Damaged):
            read(folder)


def test_errors_come_through_from_other_processes() -> None:
    for error in (DatasetUnavailable("no", "yes"), Damaged(Path("mnist/file"), ValueError("bad"))):
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy), copy.remedy) == (type(error), str(error), error.remedy)
