"""Readers of the original formats against files that other code wrote, and against hostile ones."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import savemat

from datasets import archives, hmdir, imdb, mnist, norb, svhn
from datasets.dataset import Slice
from datasets.errors import Damaged, DatasetUnavailable
from datasets.preprocessing.radar import COLUMNS
from datasets.registry import DATASETS
from tests.datasets import originals

Array = np.ndarray[Any, Any]


@pytest.fixture(params=originals.WRITERS)
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of each dataset in turn, with its small files; its name is the dataset's."""
    folder = tmp_path / request.param
    folder.mkdir()
    originals.WRITERS[request.param](folder)
    return folder


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


def test_mnist(tmp_path: Path) -> None:
    originals.mnist(folder := made(tmp_path, "mnist"))
    found = read(folder)
    np.testing.assert_array_equal(found["x_train"], originals.images(40, 28, 28)[..., None])
    np.testing.assert_array_equal(found["y_test"], np.arange(20) % 10)
    assert found["y_train"].dtype == np.int64


def test_cifar10_has_channels_last(tmp_path: Path) -> None:
    originals.cifar10(folder := made(tmp_path, "cifar10"))
    found = read(folder)
    for number in range(5):
        expected = originals.images(10, 32, 32, 3, seed=number)
        np.testing.assert_array_equal(found["x_train"][10 * number : 10 * number + 10], expected)
    np.testing.assert_array_equal(found["x_test"], originals.images(10, 32, 32, 3, seed=5))
    np.testing.assert_array_equal(found["y_test"], (5 + np.arange(10)) % 10)


def test_svhn_s_ten_is_a_zero(tmp_path: Path) -> None:
    originals.svhn(folder := made(tmp_path, "svhn"))
    found = read(folder)
    np.testing.assert_array_equal(found["x_train"], originals.images(40, 32, 32, 3))
    np.testing.assert_array_equal(found["y_train"][:10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 0])


def test_norb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(norb, "ROWS", 7)  # so that slices and files don't end together
    originals.norb_files(folder := made(tmp_path, "norb"))
    found = read(folder)
    left_right = np.concatenate([originals.images(18, 2, 108, 108, seed=number) for number in (0, 1)])
    np.testing.assert_array_equal(found["x_test"], np.transpose(left_right, (0, 2, 3, 1)))
    np.testing.assert_array_equal(found["y_train"], [*range(6)] * 6)


def test_imdb_as_keras_loads_it(tmp_path: Path) -> None:
    originals.imdb(folder := made(tmp_path, "imdb"))
    found = read(folder)
    assert found["x_train"].shape == (4, 500)
    assert found["x_train"].dtype == np.int32
    short, empty, long, full = found["x_train"]
    # padded in front; 1 starts; numbers go up by 3; what would be 5,000 or more is 2
    np.testing.assert_array_equal(short, [0] * 494 + [1, 4, 10, 4_999, 2, 2])
    np.testing.assert_array_equal(empty, [0] * 499 + [1])
    np.testing.assert_array_equal(long, np.arange(200, 700) + 3)
    np.testing.assert_array_equal(full, [8] * 500)  # the start is cut off
    np.testing.assert_array_equal(found["x_test"][0], full)
    np.testing.assert_array_equal(found["y_train"], [0, 1, 1, 0])


@pytest.mark.parametrize("block", [1 << 8, 1 << 9, 1 << 23])
def test_rain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(hmdir, "BLOCK", block)  # an hour of 19 scans is larger than the first two
    rows = originals.rain(folder := made(tmp_path, "hmdir"))
    found = read(folder)
    # without the hours that reflect nothing; every 20th Id is for testing
    np.testing.assert_array_equal(found["y_train"], np.float32([2 / 8, 3 / 8, 21 / 8]))
    np.testing.assert_array_equal(found["y_test"], np.float32([20 / 8, 60 / 8]))
    for x, hour in zip([*found["x_train"], *found["x_test"]], (2, 3, 21, 20, 60), strict=True):
        expected = np.full((19, 22), np.nan, np.float32)
        mine = [row for row in rows if row[0] == str(hour)]
        expected[: len(mine)] = [[float(value or "nan") for value in row[1:-1]] for row in mine]
        np.testing.assert_array_equal(x, expected)


def test_a_table_with_broken_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmdir, "BLOCK", 1 << 9)
    folder = made(tmp_path, "hmdir")
    for hours in ([(1, 20, True)], [(1, 45, True), (2, 1, True)], [(2, 1, True), (1, 1, True)], [(0, 1, True)]):
        originals.rain(folder, hours)
        with pytest.raises(Damaged, match="scans|order"):
            read(folder)
    originals.rain(folder, [(5, 2, True)])
    good = (folder / "train.csv").read_text()
    for old, new in (("0.625", ""), ("0.625", "much"), ("\n5,", "\n,"), ("\n5,3", "\n5,"), ("radardist_km", "far")):
        (folder / "train.csv").write_text(good.replace(old, new))
        with pytest.raises(Damaged):
            read(folder)


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
        try:
            read(folder)
        except Damaged as error:
            assert error.path == path


# idx and NORB's matrices


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_idx_of_any_shape(shape: list[int]) -> None:
    values = originals.images(max(1, int(np.prod(shape)))).ravel()[: int(np.prod(shape))].reshape(shape)
    path = Path(os.devnull).parent / "shm" if False else None
    assert path is None
    with_file(originals.idx(values), lambda path: np.testing.assert_array_equal(mnist.idx(path), values))


def with_file(contents: bytes, use: Callable[[Path], object]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(contents)
        use(path)
