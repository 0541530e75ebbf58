"""SVHN, cropped: 32 x 32 colour house numbers, the training set without its "extra" part."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from datasets import synthetic
from datasets.dataset import Array, Dataset, File, Part, Slice, each, sliced
from datasets.errors import Damaged
from datasets.preprocessing.contrast import scaled
from datasets.preprocessing.gradients import hog_hue

FILES: dict[Part, File] = {
    "train": File(
        "train_32x32.mat", "sha256:435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8", 182_040_794
    ),
    "test": File(
        "test_32x32.mat", "sha256:cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b", 64_275_384
    ),
}
# training examples of the digits 0 to 9, for the stand-in's class balance
COUNTS = (4_948, 13_861, 10_585, 8_497, 7_458, 6_882, 5_727, 5_595, 5_045, 4_659)


def mat(path: Path) -> tuple[Array, Array]:
    """Images uint8 (n, 32, 32, 3), a view, and labels int64 0 to 9; raises Damaged.

    In the file the example is the last axis, and the digit 0 has the label 10.
    """
    from scipy.io import loadmat  # late, as it takes long to import

    try:
        found = loadmat(path, variable_names=("X", "y"))
        images, labels = np.moveaxis(found["X"], 3, 0), found["y"]
    except Exception as error:  # the reader raises whatever its bytes lead it to
        raise Damaged(path, error) from error
    expected = (images.shape[1:], images.dtype, labels.shape) == ((32, 32, 3), np.uint8, (len(images), 1))
    if not expected or labels.min(initial=1) < 1 or labels.max(initial=10) > 10:
        raise Damaged(path, f"X is {images.dtype} {images.shape}, y is {labels.shape} outside 1 to 10")
    return images, labels.ravel().astype(np.int64) % 10


def read(folder: Path) -> Iterator[Slice]:
    for part, file in FILES.items():
        yield from sliced(part, *mat(folder / file.name))


DATASET = Dataset(
    name="svhn",
    title="SVHN, 32 x 32 cropped house numbers, 10 classes",
    examples="73,257 to train, 26,032 to test",
    files=tuple(FILES.values()),
    mirrors=("http://ufldl.stanford.edu/housenumbers/",),
    terms="for non-commercial use only; cite Netzer et al. (2011)",
    recipes={"hog_hue": each(hog_hue), "scaled": each(scaled)},
    read=read,
    stand_in=lambda sizes: synthetic.images((32, 32, 3), COUNTS, sizes),
    stand_in_sizes=(6_000, 1_000),
)
