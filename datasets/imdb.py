"""IMDB reviews: good or bad, as numbers of words by frequency."""

from __future__ import annotations

import codecs
import io
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from datasets import synthetic
from datasets.archives import BROKEN, zip_member
from datasets.dataset import ROWS, Array, Dataset, File, Part, Slice, each
from datasets.errors import Damaged

FILE = File("imdb.npz", "sha256:69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f", 17_464_789)
LONGEST = 1 << 29  # bytes of a member
WORDS, LENGTH = 5_000, 500
START, RARE, FIRST = 1, 2, 3  # numbers that are no words; word number k of the file is k + FIRST here


def read(folder: Path) -> Iterator[Slice]:
    path = folder / FILE.name
    parts: tuple[Part, Part] = ("train", "test")
    for part in parts:
        reviews, labels = _lists(path, f"x_{part}"), _labels(path, f"y_{part}")
        if len(reviews) != len(labels):
            raise Damaged(path, f"{len(reviews):,} reviews in x_{part} and {len(labels):,} labels")
        for first in range(0, len(reviews), ROWS):
            try:
                x = padded(reviews[first : first + ROWS])
            except (TypeError, ValueError, OverflowError) as error:
                raise Damaged(path, f"x_{part}: {error}") from error
            yield part, x, labels[first : first + ROWS]


def padded(reviews: list[list[int]]) -> Array:
    """int32 (n, 500) of 0 to 4999: as Keras' loader with num_words=5000 and pad_sequences(maxlen=500) have it.

    Zeros, then 1, then a review's words: 3 more than the number that the file gives to a word by its frequency, so that
    4,996 words are left; 2 for the rarer ones. Of a longer review the last 500 are kept. (The study says "others 0";
    its program was a Keras one, and this is what Keras does.)
    """
    found = np.zeros((len(reviews), LENGTH), np.int32)
    for row, review in zip(found, reviews, strict=True):
        numbers = np.asarray(review)
        if numbers.ndim != 1 or (len(numbers) and (numbers.dtype.kind not in "iu" or numbers.min() < 0)):
            raise ValueError("a review is no list of whole numbers from 0 on")
        words = numbers.astype(np.int64) + FIRST
        words[words >= WORDS] = RARE
        words = np.concatenate([[START], words])[-LENGTH:]
        row[LENGTH - len(words) :] = words
    return found


def _labels(path: Path, name: str) -> Array:
    try:
        labels = np.load(io.BytesIO(zip_member(path, f"{name}.npy", LONGEST)), allow_pickle=False)
    except BROKEN as error:
        raise Damaged(path, f"{name}: {error}") from error
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not set(np.unique(labels)) <= {0, 1}:
        raise Damaged(path, f"{name} is no list of 0s and 1s")
    return np.asarray(labels, np.int64)


def _lists(path: Path, name: str) -> list[list[int]]:
    """An array of Python lists, which is stored as a pickle: read without letting it call anything."""
    file = io.BytesIO(zip_member(path, f"{name}.npy", LONGEST))
    try:
        version = np.lib.format.read_magic(file)
        read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        _, _, dtype = read_header[version](file)
        if dtype != np.dtype(object):
            raise ValueError(f"it holds {dtype}, not lists")
        found = _Lists(file).load()
        return list(found.items)
    except (*BROKEN, *_UNPICKLING) as error:
        raise Damaged(path, f"{name}: {error}") from error


_UNPICKLING = (pickle.UnpicklingError, AttributeError, ImportError, IndexError, KeyError, TypeError, MemoryError)


class _Inert:
    """Stands for an array or its type while unpickling: keeps the state that it is given, and does nothing."""

    items: Any = ()

    def __init__(self, *arguments: object) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        if len(state) == 5:  # an array's: version, shape, type, order, items
            self.items = state[4]


class _Lists(pickle.Unpickler):
    """Knows only the names that an array of lists needs, and has harmless things for them."""

    names: ClassVar[dict[tuple[str, str], Any]] = {
        **{(module, "_reconstruct"): _Inert for module in ("numpy.core.multiarray", "numpy._core.multiarray")},
        ("numpy", "ndarray"): _Inert,
        ("numpy", "dtype"): _Inert,
        ("_codecs", "encode"): codecs.encode,  # bytes, in old pickles
    }

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self.names[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it wants {module}.{name}, which a list of reviews has no use for") from None


DATASET = Dataset(
    name="imdb",
    title="IMDB reviews, the last 500 words as numbers, 2 classes",
    examples="25,000 to train, 25,000 to test",
    files=(FILE,),
    mirrors=("https://storage.googleapis.com/tensorflow/tf-keras-datasets/",),
    terms="no licence is stated; its authors ask to cite Maas et al. (2011). Don't redistribute it.",
    recipes={"ranks": each()},
    read=read,
    stand_in=lambda sizes: synthetic.reviews(WORDS, LENGTH, sizes),
    stand_in_sizes=(25_000, 25_000),
)
