"""Small files in the datasets' original formats, written from their descriptions by other means than ours."""

from __future__ import annotations

import csv
import gzip
import io
import struct
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import savemat

from datasets import norb

Array = np.ndarray[Any, Any]


def images(count: int, *shape: int, seed: int = 0) -> Array:
    return np.random.default_rng([seed, count]).integers(0, 256, (count, *shape), dtype=np.uint8)


def idx(values: Array) -> bytes:
    """Big-endian, byte by byte."""
    header = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    return gzip.compress(header + bytes(values.ravel().tolist()), mtime=0)


def mnist(folder: Path, train: int = 40, test: int = 20) -> None:
    for name, count in (("train", train), ("t10k", test)):
        (folder / f"{name}-images-idx3-ubyte.gz").write_bytes(idx(images(count, 28, 28)))
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(idx(np.arange(count, dtype=np.uint8) % 10))


def tar(members: Mapping[str, bytes | tarfile.TarInfo]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, contents in members.items():
            if isinstance(contents, tarfile.TarInfo):
                archive.addfile(contents)
            else:
                member = tarfile.TarInfo(name)
                member.size = len(contents)
                archive.addfile(member, io.BytesIO(contents))
    return stream.getvalue()


def cifar_members(per_file: int = 10) -> dict[str, bytes]:
    """Records of a label and three planes; file k starts with the labels k, k + 1, ..."""
    names = [*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"]
    members = {"cifar-10-batches-bin/batches.meta.txt": b"airplane\n"}
    for number, name in enumerate(names):
        records = b""
        for place, pixels in enumerate(images(per_file, 32, 32, 3, seed=number)):
            planes = b"".join(pixels[:, :, channel].tobytes() for channel in range(3))
            records += bytes([(number + place) % 10]) + planes
        members[f"cifar-10-batches-bin/{name}"] = records
    return members


def cifar10(folder: Path) -> None:
    (folder / "cifar-10-binary.tar.gz").write_bytes(tar(cifar_members()))


def svhn(folder: Path, train: int = 40, test: int = 20) -> None:
    """MATLAB's: the example is the last axis, labels go from 1 to 10."""
    for name, count in (("train", train), ("test", test)):
        x = np.transpose(images(count, 32, 32, 3), (1, 2, 3, 0))
        y = (np.arange(count) % 10 + 1).astype(np.uint8)[:, None]
        savemat(folder / f"{name}_32x32.mat", {"X": x, "y": y}, do_compression=True)


def norb_matrix(values: Array) -> bytes:
    """Little-endian, three sizes at least."""
    magic = {"uint8": b"\x55\x4c\x3d\x1e", "int32": b"\x54\x4c\x3d\x1e"}[values.dtype.name]
    sizes = [*values.shape, *[1] * (3 - values.ndim)]
    header = magic + struct.pack("<i", values.ndim) + b"".join(struct.pack("<i", size) for size in sizes)
    return gzip.compress(header + values.tobytes(), 1, mtime=0)


def norb_files(folder: Path, count: int = 18) -> None:
    for pairs in norb.FILES.values():
        for number, (x, y) in enumerate(pairs):
            (folder / x.name).write_bytes(norb_matrix(images(count, 2, 108, 108, seed=number)))
            labels = (np.arange(count) % 6).astype(np.dtype("<i4"))
            (folder / y.name).write_bytes(norb_matrix(labels))


REVIEWS = [[1, 7, 4_996, 4_997, 60_000], [], list(range(1, 700)), [5] * 500]


def imdb(folder: Path) -> None:
    """Arrays of lists, as NumPy stores them."""
    reviews = np.empty(len(REVIEWS), dtype=object)
    reviews[:] = REVIEWS
    labels = np.array([0, 1, 1, 0])
    np.savez(folder / "imdb.npz", x_train=reviews, y_train=labels, x_test=reviews[::-1], y_test=labels[::-1])


HEADER = (
    "Id,minutes_past,radardist_km,Ref,Ref_5x5_10th,Ref_5x5_50th,Ref_5x5_90th,RefComposite,RefComposite_5x5_10th,"
    "RefComposite_5x5_50th,RefComposite_5x5_90th,RhoHV,RhoHV_5x5_10th,RhoHV_5x5_50th,RhoHV_5x5_90th,Zdr,Zdr_5x5_10th,"
    "Zdr_5x5_50th,Zdr_5x5_90th,Kdp,Kdp_5x5_10th,Kdp_5x5_50th,Kdp_5x5_90th,Expected"
)
# (Id, number of scans, whether any has a reflectivity): of 41 that have, the 20th and the 40th are for testing
HOURS = [(1, 3, False), (2, 19, True), (3, 1, True), (20, 2, True), (40, 2, False)]
HOURS += [(100 + 3 * number, 1 + number % 5, True) for number in range(38)]


def rows_of(hour: int, scans: int, reflects: bool) -> list[list[str]]:
    draw = np.random.default_rng(hour)
    rows = []
    for scan in range(scans):
        values = [f"{value:.3f}" if draw.random() < 0.6 else "" for value in draw.normal(10, 5, 22)]
        values[0:2] = [str(3 * scan), "5.0"]
        values[2] = "12.5" if reflects and scan == 0 else ""
        rows.append([str(hour), *values, f"{hour / 8}"])
    return rows


def rain(folder: Path, hours: list[tuple[int, int, bool]] = HOURS) -> list[list[str]]:
    rows = [row for hour in hours for row in rows_of(*hour)]
    with (folder / "train.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        file.write(f"{HEADER}\n")
        writer.writerows(rows)
    return rows


WRITERS: dict[str, Callable[[Path], object]] = {
    "mnist": mnist,
    "cifar10": cifar10,
    "svhn": svhn,
    "norb": norb_files,
    "imdb": imdb,
    "hmdir": rain,
}
