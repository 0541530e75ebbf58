"""IMDB's lists of words as Keras loads them, and pickles that would do something else."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datasets import imdb
from datasets.errors import Damaged
from tests.datasets import originals
from tests.datasets.preparing import made, read


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


class Hostile:
    def __init__(self, touched: Path) -> None:
        self.touched = touched

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.touched),)


def npz(path: Path, **members: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, contents in members.items():
            archive.writestr(f"{name}.npy", contents)


def object_array(pickled: bytes) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    return stream.getvalue() + pickled


def plain_array(values: list[int]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array(values))
    return stream.getvalue()


def test_pickles_that_would_run_something(tmp_path: Path) -> None:
    folder = made(tmp_path, "imdb")
    touched = tmp_path / "touched"
    inside = np.empty(1, dtype=object)
    inside[0] = Hostile(touched)
    for pickled in (pickle.dumps(Hostile(touched)), pickle.dumps(inside), pickle.dumps([inside, Hostile(touched)])):
        npz(folder / "imdb.npz", x_train=object_array(pickled), y_train=plain_array([0]))
        with pytest.raises(Damaged, match=r"posix\.mkdir"):
            read(folder)
        assert not touched.exists()
    pickle.loads(pickle.dumps(Hostile(touched)))
    assert touched.exists()  # so that the test would have seen it


@pytest.mark.parametrize(
    "value", [["ab"], [[0.5]], [[-3]], [[1 << 70]], [{"a": 1}], [[[1], [2, 3]]], 5, [None], [[1], [2]], [[0.5, "x"]]]
)
def test_reviews_of_another_kind(tmp_path: Path, value: Any) -> None:
    folder = made(tmp_path, "imdb")
    reviews = np.empty(len(value) if isinstance(value, list) else 1, dtype=object)
    reviews[:] = value
    good = object_array(pickle.dumps(reviews))
    npz(folder / "imdb.npz", x_train=good, y_train=plain_array([0]), x_test=good, y_test=plain_array([0]))
    with pytest.raises(Damaged, match="x_train"):
        read(folder)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (b"", plain_array([0])),
        (object_array(b""), plain_array([0])),
        (object_array(b"\x80\x04garbage"), plain_array([0])),
        (plain_array([1]), plain_array([0])),
        (object_array(pickle.dumps(np.array([[1]], dtype=object))), plain_array([2])),
        (object_array(pickle.dumps(np.array([[1]], dtype=object))), b"\x93NUMPY"),
    ],
)
def test_npz_files_that_are_none(tmp_path: Path, x: bytes, y: bytes) -> None:
    npz((folder := made(tmp_path, "imdb")) / "imdb.npz", x_train=x, y_train=y)
    with pytest.raises(Damaged):
        read(folder)


def test_old_pickles_are_read(tmp_path: Path) -> None:
    """The published file is from NumPy 1 and may be of any protocol."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        reviews = np.empty(2, dtype=object)
        reviews[:] = [[1, 2], [3]]
        pickled = pickle.dumps(reviews, protocol).replace(b"numpy._core", b"numpy.core")
        if protocol >= 4:  # whose strings carry their length
            pickled = pickle.dumps(reviews, protocol)
        npz(tmp_path / f"{protocol}.npz", x=object_array(pickled))
        assert imdb._lists(tmp_path / f"{protocol}.npz", "x") == [[1, 2], [3]]
