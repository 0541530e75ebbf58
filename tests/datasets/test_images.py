"""idx, CIFAR-10's records, MATLAB's and NORB's matrices, against files that other code wrote, and hostile ones."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import savemat

from datasets import mnist, norb, svhn
from datasets.errors import Damaged
from tests.datasets import originals
from tests.datasets.preparing import Array, made, read


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


@given(shape=st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_idx_of_any_shape(tmp_path_factory: pytest.TempPathFactory, shape: list[int]) -> None:
    path = tmp_path_factory.mktemp("idx") / "file"
    values = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    path.write_bytes(originals.idx(values))
    np.testing.assert_array_equal(mnist.idx(path), values)


@pytest.mark.parametrize(
    ("contents", "reported"),
    [
        (struct.pack("<HBBI", 0, 8, 1, 3) + b"abc", "ends"),  # little-endian: 50 million bytes
        (struct.pack(">HBBI", 0, 13, 1, 3) + b"abc", "no idx file of bytes"),
        (struct.pack(">HBB8I", 0, 8, 8, *[1 << 31] * 8), "header speaks of"),
        (struct.pack(">HBBI", 0, 8, 1, 3) + b"abcd", "more in it"),
        (b"", "ends"),
    ],
)
def test_idx_that_lies(tmp_path: Path, contents: bytes, reported: str) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(contents))
    with pytest.raises(Damaged, match=reported):
        mnist.idx(path)


def test_what_follows_an_idx_file_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    header = struct.pack(">HBBI", 0, 8, 1, 3)
    path.write_bytes(gzip.compress(header + b"abc") + gzip.compress(bytes(1 << 20)) * 20_000)  # 20 GB of zeros
    with pytest.raises(Damaged, match="more in it"):
        mnist.idx(path)


@pytest.mark.parametrize(
    ("header", "reported"),
    [
        (struct.pack(">6i", norb.INTEGERS, 1, 4, 1, 1, 0), "starts with"),  # big-endian
        (struct.pack("<5i", norb.BYTES, 1, 4, 1, 1), "starts with"),
        (struct.pack("<5i", norb.INTEGERS, 9, 4, 1, 1), "9 axes"),
        (struct.pack("<5i", norb.INTEGERS, 1, -4, 1, 1), "-4 examples"),
        (struct.pack("<5i", norb.INTEGERS, 1, 1 << 30, 1, 1), "1,073,741,824 examples"),
        (struct.pack("<5i", norb.INTEGERS, 1, 5, 1, 1), "too early"),
        (struct.pack("<5i", norb.INTEGERS, 1, 3, 1, 1), "more in it"),
        (struct.pack("<5i", norb.INTEGERS, 2, 2, 2, 1), "to unpack"),
    ],
)
def test_a_matrix_that_lies(tmp_path: Path, header: bytes, reported: str) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(header + struct.pack("<4i", 0, 1, 2, 3)))
    with pytest.raises(Damaged, match=reported):
        norb.labels_of(path)


def test_a_seventh_class_and_labels_without_images(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(originals.norb_matrix(np.arange(7, dtype="<i4")))
    with pytest.raises(Damaged, match="from 0 to 6"):
        norb.labels_of(path)
    path.write_bytes(originals.norb_matrix(originals.images(3, 2, 108, 108)))
    with pytest.raises(Damaged, match="there are 4 labels"):
        list(norb.images_of(path, 4))


@pytest.mark.parametrize(
    "arrays",
    [
        {"X": originals.images(3, 32, 32, 3), "y": np.ones((3, 1))},  # the example first
        {"X": np.zeros((32, 32, 3, 2), np.uint8), "y": np.array([[0], [1]])},
        {"X": np.zeros((32, 32, 3, 2), np.uint8), "y": np.array([[1], [11]])},
        {"X": np.zeros((32, 32, 3, 2), np.float32), "y": np.array([[1], [1]])},
        {"X": np.zeros((32, 32, 3, 2), np.uint8)},
    ],
)
def test_other_matlab_files(tmp_path: Path, arrays: dict[str, Array]) -> None:
    savemat(tmp_path / "file.mat", arrays)
    with pytest.raises(Damaged, match=r"file\.mat"):
        svhn.mat(tmp_path / "file.mat")
