"""Readers of the original formats against files that other code wrote, and against hostile ones."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Iterator
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
from datasets.registry import DATASETS
from tests.datasets import originals

Array = np.ndarray[Any, Any]


@pytest.fixture(params=originals.WRITERS)
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of each dataset in turn, with its small files; its name is the dataset's."""
    name: str = request.param
    originals.WRITERS[name](folder := made(tmp_path, name))
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


@pytest.mark.parametrize("block", [1 << 9, 1_111, 1 << 23])
def test_rain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(hmdir, "BLOCK", block)  # an hour of 19 scans is larger than the first two
    rows = originals.rain(folder := made(tmp_path, "hmdir"))
    found = read(folder)
    # without the hours that reflect nothing; every 20th of the others is for testing
    kept = [hour for hour, _, reflects in originals.HOURS if reflects]
    test = [kept[19], kept[39]]
    train = [hour for hour in kept if hour not in test]
    np.testing.assert_array_equal(found["y_train"], np.array(train, np.float32) / 8)
    np.testing.assert_array_equal(found["y_test"], np.array(test, np.float32) / 8)
    for x, hour in zip([*found["x_train"], *found["x_test"]], [*train, *test], strict=True):
        expected = np.full((19, 22), np.nan, np.float32)
        mine = [row for row in rows if row[0] == str(hour)]
        expected[: len(mine)] = [[float(value or "nan") for value in row[1:-1]] for row in mine]
        np.testing.assert_array_equal(x, expected)


def test_a_table_with_broken_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmdir, "BLOCK", 1 << 9)
    folder = made(tmp_path, "hmdir")
    for hours in ([(1, 20, True)], [(1, 45, True), (2, 1, True)], [(2, 1, True), (1, 1, True)], [(0, 1, True)]):
        originals.rain(folder, hours)
        with pytest.raises(Damaged, match=r"scans|order"):
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
        with contextlib.suppress(Damaged):
            read(folder)


def test_errors_come_through_from_other_processes() -> None:
    for error in (DatasetUnavailable("no", "yes"), Damaged(Path("mnist/file"), ValueError("bad"))):
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy), copy.remedy) == (type(error), str(error), error.remedy)


# idx and NORB's matrices


@given(shape=st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_idx_of_any_shape(tmp_path_factory: pytest.TempPathFactory, shape: list[int]) -> None:
    path = tmp_path_factory.mktemp("idx") / "file"
    values = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    path.write_bytes(originals.idx(values))
    np.testing.assert_array_equal(mnist.idx(path), values)


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        (struct.pack("<HBBI", 0, 8, 1, 3) + b"abc", "ends"),  # little-endian: 50 million bytes
        (struct.pack(">HBBI", 0, 13, 1, 3) + b"abc", "no idx file of bytes"),
        (struct.pack(">HBB8I", 0, 8, 8, *[1 << 31] * 8), "header speaks of"),
        (struct.pack(">HBBI", 0, 8, 1, 3) + b"abcd", "more in it"),
        (b"", "ends"),
    ],
)
def test_idx_that_lies(tmp_path: Path, contents: bytes, told: str) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(contents))
    with pytest.raises(Damaged, match=told):
        mnist.idx(path)


def test_what_follows_an_idx_file_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    header = struct.pack(">HBBI", 0, 8, 1, 3)
    path.write_bytes(gzip.compress(header + b"abc") + gzip.compress(bytes(1 << 20)) * 20_000)  # 20 GB of zeros
    with pytest.raises(Damaged, match="more in it"):
        mnist.idx(path)


@pytest.mark.parametrize(
    ("header", "told"),
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
def test_a_matrix_that_lies(tmp_path: Path, header: bytes, told: str) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(header + struct.pack("<4i", 0, 1, 2, 3)))
    with pytest.raises(Damaged, match=told):
        norb.labels_of(path)


def test_a_seventh_class_and_labels_without_images(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(originals.norb_matrix(np.arange(7, dtype="<i4")))
    with pytest.raises(Damaged, match="from 0 to 6"):
        norb.labels_of(path)
    path.write_bytes(originals.norb_matrix(originals.images(3, 2, 108, 108)))
    with pytest.raises(Damaged, match="there are 4 labels"):
        list(norb.images_of(path, 4))


# SVHN


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


# archives


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


BATCH = "cifar-10-batches-bin/data_batch_1.bin"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"../outside": b"x"}, "leads out"),
        ({"/etc/outside": b"x"}, "leads out"),
        ({BATCH: link(BATCH, "/etc/passwd")}, "neither a file nor a folder"),
        ({BATCH: link(BATCH, "/etc/passwd", tarfile.LNKTYPE)}, "neither a file nor a folder"),
        ({"pipe": link("pipe", "", tarfile.FIFOTYPE)}, "neither a file nor a folder"),
        ({BATCH: b"\0" * 3_000}, "not a multiple"),
        ({BATCH: b""}, "not a multiple"),
        ({BATCH: b"\x0a" + bytes(3_072)}, "label 10"),
        ({"padding": bytes(2_000_000)}, "unpacks to more"),
    ],
)
def test_hostile_tars(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, bytes | tarfile.TarInfo], told: str
) -> None:
    monkeypatch.setattr("datasets.cifar10.LONGEST", 1_000_000)
    folder = made(tmp_path, "cifar10")
    path = folder / "cifar-10-binary.tar.gz"
    path.write_bytes(originals.tar({**originals.cifar_members(per_file=2), **change}))
    with pytest.raises(Damaged, match=told):
        read(folder)
    assert [each.name for each in tmp_path.rglob("*")] == ["cifar10", path.name]  # nothing was unpacked


def test_a_tar_without_or_with_two_of_a_member(tmp_path: Path) -> None:
    path = tmp_path / "file.tar.gz"
    path.write_bytes(originals.tar({"a": b"1"}))
    with pytest.raises(Damaged, match="has no b"):
        list(archives.tar_members(path, {"a", "b"}, 10))
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for _ in range(2):
            archive.addfile(tarfile.TarInfo("a"))
    path.write_bytes(stream.getvalue())
    with pytest.raises(Damaged, match="twice"):
        list(archives.tar_members(path, {"a"}, 10))


def test_zips_and_gzips_that_are_bombs(tmp_path: Path) -> None:
    path = tmp_path / "file.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(10_000))
    assert archives.zip_member(path, "a", 10_000) == bytes(10_000)
    with pytest.raises(Damaged, match="more than 9,999 bytes"):
        archives.zip_member(path, "a", 9_999)
    with pytest.raises(Damaged, match="has no b"):
        archives.zip_member(path, "b", 9_999)
    assert archives.gunzip(gzip.compress(bytes(100)), 100) == bytes(100)
    with pytest.raises(ValueError, match="more than 99 bytes"):
        archives.gunzip(gzip.compress(bytes(100)), 99)


# pickles


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
