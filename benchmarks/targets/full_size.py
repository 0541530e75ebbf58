"""Writes files in the datasets' original formats and sizes, with random content."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from datasets import DATASETS, cifar10, hmdir, imdb, mnist, norb
from datasets.preprocessing import radar
from storage import folders

Array = np.ndarray[Any, Any]


def pixels(*shape: int, high: int = 256) -> Array:
    return np.random.default_rng(0).integers(0, high, shape, dtype=np.uint8)


def write_idx(folder: Path) -> None:
    for part, count in (("train", 60_000), ("test", 10_000)):
        images, labels = mnist.FILES[part]
        header = struct.pack(">HBBIII", 0, 8, 3, count, 28, 28)
        (folder / images.name).write_bytes(gzip.compress(header + pixels(count, 28, 28).tobytes(), 1))
        header = struct.pack(">HBBI", 0, 8, 1, count)
        (folder / labels.name).write_bytes(gzip.compress(header + pixels(count, high=10).tobytes(), 1))


def write_tar(folder: Path) -> None:
    with tarfile.open(folder / cifar10.FILE.name, "w:gz", compresslevel=1) as archive:
        for name in (*cifar10.TRAIN, cifar10.TEST):
            records = pixels(10_000, cifar10.RECORD)
            records[:, 0] %= 10
            member = tarfile.TarInfo(name)
            member.size = records.nbytes
            archive.addfile(member, io.BytesIO(records.tobytes()))


def write_npz(folder: Path) -> None:
    """Write lists of numbers as NumPy pickles them, 240 words on average."""
    draw = np.random.default_rng(0)
    arrays: dict[str, Array] = {}
    for part in ("train", "test"):
        reviews = np.empty(25_000, dtype=object)
        reviews[:] = [draw.integers(1, 88_000, length).tolist() for length in draw.integers(20, 460, 25_000)]
        arrays |= {f"x_{part}": reviews, f"y_{part}": np.arange(25_000) % 2}
    np.savez(folder / imdb.FILE.name, **arrays)  # type: ignore[arg-type]


def write_mat(folder: Path) -> None:
    from scipy.io import savemat  # the collection of benchmarks need not wait for it

    draw = np.random.default_rng(0)
    for file, count in zip(DATASETS["svhn"].files, (73_257, 26_032), strict=True):
        x = draw.integers(0, 256, (32, 32, 3, count), dtype=np.uint8)
        y = draw.integers(1, 11, (count, 1), dtype=np.uint8)
        savemat(folder / file.name, {"X": x, "y": y}, do_compression=True)


def write_table(path: Path, rows: int = hmdir.TABLE_ROWS) -> None:
    """Write a table of the competition's size and form: Ids in order, up to 19 scans each, half of the values missing.

    Values in dB go in steps of 0.5 or 0.0625; ratios, degrees per km and mm of rain have eight digits.
    """
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import csv

    schema = pa.schema([("Id", pa.int64()), *((name, pa.float64()) for name in hmdir.HEADER[1:])])
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    draw = np.random.default_rng(0)
    written, hour = 0, 0
    with path.open("wb") as file, csv.CSVWriter(file, schema, write_options=options) as writer:
        file.write(",".join(hmdir.HEADER).encode() + b"\n")
        while written < rows:
            lengths = draw.integers(4, 20, 20_000)
            count = min(int(lengths.sum()), rows - written)
            ids = np.repeat(hour + 1 + np.arange(len(lengths)), lengths)[:count]
            columns = [ids, np.arange(count, dtype=np.float64) % 60, np.floor(ids % 20.0)]
            for field in radar.COLUMNS[2:]:
                values = draw.normal(20, 10, count)
                if field.startswith("Ref"):
                    values = np.round(values * 2) / 2
                elif field.startswith("Zdr"):
                    values = np.round(values) / 16
                else:
                    values = np.round(values / 20, 8)
                values[draw.random(count) < 0.5] = np.nan
                columns.append(values)
            columns.append(np.round(ids % 37 / 3, 8))
            arrays = [pa.array(column, from_pandas=True) for column in columns]
            writer.write(pa.record_batch(arrays, schema=schema))
            written, hour = written + count, hour + len(lengths)


def write_norb(folder: Path, count: int = 29_160) -> None:
    """Write the four pairs of files in their size; their pixels compress about as well as the real ones."""
    draw = np.random.default_rng(0)
    for pairs in norb.FILES.values():
        for images, labels in pairs:
            y = (np.arange(count) % norb.CLASSES).astype("<i4")
            with gzip.open(folder / labels.name, "wb") as file:
                file.write(struct.pack("<5i", norb.INTEGERS, 1, count, 1, 1) + y.tobytes())
            with gzip.open(folder / images.name, "wb", compresslevel=1) as file:
                file.write(struct.pack("<6i", norb.BYTES, 4, count, 2, norb.SIDE, norb.SIDE))
                for first in range(0, count, 1_000):
                    shape = (min(1_000, count - first), 2, norb.SIDE, norb.SIDE)
                    file.write(draw.integers(80, 144, shape, dtype=np.uint8).tobytes())


WRITERS: dict[str, Callable[[Path], None]] = {
    "mnist": write_idx,
    "cifar10": write_tar,
    "svhn": write_mat,
    "norb": write_norb,
    "imdb": write_npz,
}


def write(name: str, folder: Path) -> None:
    """Write all files of a dataset, and mark them as verified."""
    folder.mkdir(parents=True)
    WRITERS[name](folder)
    folders.seal(folder, [file.name for file in DATASETS[name].files])
