"""CIFAR-10: 32 x 32 colour photographs, in the binary version, which needs no unpickling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from datasets import synthetic
from datasets.archives import tar_members
from datasets.dataset import Dataset, File, Slice, each, sliced
from datasets.errors import Damaged
from datasets.preprocessing import whitening
from datasets.preprocessing.gist import gist
from datasets.preprocessing.resizing import resized

FILE = File(
    "cifar-10-binary.tar.gz",
    "sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    170_052_171,
)
FOLDER = "cifar-10-batches-bin"
TRAIN = tuple(f"{FOLDER}/data_batch_{number}.bin" for number in range(1, 6))
TEST = f"{FOLDER}/test_batch.bin"
RECORD = 1 + 3 * 32 * 32  # the label, then the planes of red, green and blue
LONGEST = 1 << 28  # bytes of everything in the archive


def read(folder: Path) -> Iterator[Slice]:
    """Slices in the archive's order."""
    path = folder / FILE.name
    for name, contents in tar_members(path, (*TRAIN, TEST), limit=LONGEST):
        if not contents or len(contents) % RECORD:
            raise Damaged(path, f"{name} has {len(contents):,} bytes, not a multiple of {RECORD:,}")
        records = np.frombuffer(contents, np.uint8).reshape(-1, RECORD)
        images = np.moveaxis(records[:, 1:].reshape(-1, 3, 32, 32), 1, 3)
        labels = records[:, 0].astype(np.int64)
        if labels.max() > 9:
            raise Damaged(path, f"{name} has a label {labels.max()}")
        yield from sliced("test" if name == TEST else "train", images, labels)


DATASET = Dataset(
    name="cifar10",
    title="CIFAR-10, 32 x 32 colour photographs, 10 classes",
    examples="50,000 to train, 10,000 to test",
    files=(FILE,),
    mirrors=("https://www.cs.toronto.edu/~kriz/",),
    terms="no licence is stated; its authors ask to cite Krizhevsky (2009). Don't redistribute it.",
    recipes={
        "gist": each(gist),
        "gcn_zca": whitening.gcn_zca,
        "centred": whitening.centred,
        "centred64": whitening.then(whitening.centred, resized(64, 64)),
    },
    read=read,
    stand_in=lambda sizes: synthetic.images((32, 32, 3), [1] * 10, sizes),
    stand_in_sizes=(6_000, 1_000),
)
