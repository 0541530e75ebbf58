"""NORB, jittered-cluttered: pairs of 108 x 108 grey images of toys, two of its ten training files."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from datasets import synthetic
from datasets.archives import BROKEN, Readable, ended, exactly
from datasets.dataset import Array, Dataset, File, Part, Slice, each
from datasets.errors import Damaged
from datasets.preprocessing.resizing import resized

_TRAIN = "norb-5x46789x9x18x6x2x108x108-training"
_TEST = "norb-5x01235x9x18x6x2x108x108-testing"
_IMAGES, _LABELS = 516_000_000, 400  # bytes, about
# (images, labels) of each part; no better checksums than SHA-1 are published, those of skdata's loader
FILES: dict[Part, tuple[tuple[File, File], ...]] = {
    "train": (
        (
            File(f"{_TRAIN}-01-dat.mat.gz", "sha1:38789c74538b0a3f86a4f854f0f0e3482451fd09", _IMAGES),
            File(f"{_TRAIN}-01-cat.mat.gz", "sha1:b9ed38a6af5d9287872ab7064c416fd35dcea79b", _LABELS),
        ),
        (
            File(f"{_TRAIN}-02-dat.mat.gz", "sha1:a559ad82aad672ea281db8c437ea89ca6a76a9fa", _IMAGES),
            File(f"{_TRAIN}-02-cat.mat.gz", "sha1:192e87e661f29890e0536bc6445b8fa43fbad832", _LABELS),
        ),
    ),
    "test": (
        (
            File(f"{_TEST}-01-dat.mat.gz", "sha1:4a2a765a8a351e0c005aef54cf320ca53b04d50c", _IMAGES),
            File(f"{_TEST}-01-cat.mat.gz", "sha1:ba6e05ca90b151997d3fca7082e7a6bd3a470fd4", _LABELS),
        ),
        (
            File(f"{_TEST}-02-dat.mat.gz", "sha1:79e037950a5423fb126685705b4dfb874ca471f3", _IMAGES),
            File(f"{_TEST}-02-cat.mat.gz", "sha1:13d11d472f26492e2ee68cf1cfccc23e143a97cb", _LABELS),
        ),
    ),
}
CLASSES = 6  # animal, human, plane, truck, car, nothing
SIDE = 108
ROWS = 128  # of a slice
BYTES, INTEGERS = 0x1E3D4C55, 0x1E3D4C54
LONGEST = 1 << 20  # examples of a file


def shape_of(file: Readable, magic: int) -> tuple[int, ...]:
    """The shape in the header of a "binary matrix"; leaves the file where its values start; raises ValueError.

    Little-endian: a magic number for the type, the number of axes, and their sizes, of which at least three are stored.
    """
    found, axes = struct.unpack("<2i", exactly(file, 8))
    if found != magic or not 1 <= axes <= 4:
        raise ValueError(f"it starts with {found:#x} and {axes} axes, not with {magic:#x}")
    sizes = struct.unpack(f"<{max(3, axes)}i", exactly(file, 4 * max(3, axes)))[:axes]
    if not 0 <= sizes[0] <= LONGEST:
        raise ValueError(f"it speaks of {sizes[0]:,} examples")
    return sizes


def labels_of(path: Path) -> Array:
    """int64; raises Damaged."""
    try:
        with gzip.open(path) as file:
            (count,) = shape_of(file, INTEGERS)
            labels = np.frombuffer(exactly(file, 4 * count), "<i4").astype(np.int64)
            ended(file)
        if count and not 0 <= labels.min() <= labels.max() < CLASSES:
            raise ValueError(f"its labels go from {labels.min()} to {labels.max()}")
    except BROKEN as error:
        raise Damaged(path, error) from error
    return labels


def images_of(path: Path, count: int) -> Iterator[Array]:
    """uint8 (n, 108, 108, 2), slice by slice; raises Damaged."""
    try:
        with gzip.open(path) as file:
            shape = shape_of(file, BYTES)
            if shape != (count, 2, SIDE, SIDE):
                raise ValueError(f"its images are {shape}, and there are {count:,} labels")
            for first in range(0, count, ROWS):
                rows = min(ROWS, count - first)
                values = np.frombuffer(exactly(file, rows * 2 * SIDE * SIDE), np.uint8)
                yield np.moveaxis(values.reshape(rows, 2, SIDE, SIDE), 1, 3)
            ended(file)
    except BROKEN as error:
        raise Damaged(path, error) from error


def read(folder: Path) -> Iterator[Slice]:
    for part, pairs in FILES.items():
        for images, labels in pairs:
            y = labels_of(folder / labels.name)
            first = 0
            for x in images_of(folder / images.name, len(y)):
                yield part, x, y[first : first + len(x)]
                first += len(x)


DATASET = Dataset(
    name="norb",
    title="NORB jittered-cluttered, pairs of 108 x 108 images of toys, 6 classes",
    examples="58,320 to train, 58,320 to test",
    files=tuple(file for pairs in FILES.values() for pair in pairs for file in pair),
    mirrors=("https://cs.nyu.edu/~ylclab/data/norb-v1.0/", "https://cs.nyu.edu/~yann/data/norb-v1.0/"),
    terms="for research only, not to be sold; cite LeCun, Huang and Bottou (2004)",
    recipes={"rescaled48": each(resized(48, 48)), "rescaled96": each(resized(96, 96))},
    read=read,
    stand_in=lambda sizes: synthetic.images((SIDE, SIDE, 2), [1] * CLASSES, sizes),
    stand_in_sizes=(4_800, 1_200),
)
