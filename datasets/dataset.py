"""What a dataset's module declares, and what it hands out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, Any]
Part = Literal["train", "test"]
Kind = Literal["real", "real-subset", "synthetic"]
Choice = Literal["auto", "real", "synthetic"]
Progress = Callable[[str], None]

# some raw examples of one part, and their labels; datasets come in slices, so that memory stays bounded
Slice = tuple[Part, Array, Array]
Transform = Callable[[Array], Array]
# what to do with a slice's examples, found from the training examples, which can be gone through more than once
Recipe = Callable[[Callable[[], Iterable[Array]]], Transform]

ROWS = 512  # of a slice, unless examples are large


@dataclass(frozen=True)
class File:
    """A file to download: its name, 'algorithm:hex digest', and its bytes (about: a bound, and for people)."""

    name: str
    checksum: str
    size: int


@dataclass(frozen=True)
class Raw:
    """Examples as their source has them. source: a sentence; key: changes when the examples do."""

    kind: Kind
    source: str
    key: str
    slices: Callable[[], Iterator[Slice]]


@dataclass(frozen=True)
class Dataset:
    """One dataset.

    examples: how many there are, in words. stand_in_sizes: training and test examples of the stand-in.
    mirrors: addresses of folders that hold `files`, in the order in which they are tried; none where the user has to
        download it.
    page: the address at which the user downloads it, where there are no mirrors.
    terms: licence and conditions, as far as its authors state any.
    read: the slices of the files in a folder; raises Damaged.
    stand_in: slices of made-up examples, of the numbers given.
    subset: real examples that a package ships; raises DatasetUnavailable, from `slices` at the latest.
    accept: brings a file that the user downloaded into the folder; raises DatasetUnavailable.
    """

    name: str
    title: str
    examples: str
    files: tuple[File, ...]
    mirrors: tuple[str, ...]
    terms: str
    recipes: Mapping[str, Recipe]
    read: Callable[[Path], Iterator[Slice]]
    stand_in: Callable[[tuple[int, int]], Iterator[Slice]]
    stand_in_sizes: tuple[int, int]
    subset: Callable[[Path, Progress], Raw] | None = None
    accept: Callable[[Path, Path], None] | None = None
    page: str = ""

    @property
    def source(self) -> str:
        """Where it comes from, in words."""
        return self.mirrors[0] if self.mirrors else f"{self.page}, with an account of your own"


def each(*functions: Transform) -> Recipe:
    """A recipe that treats every example by itself: the functions one after the other."""

    def transform(x: Array) -> Array:
        for function in functions:
            x = function(x)
        return x

    return lambda training: transform


def sliced(part: Part, x: Array, y: Array, rows: int = ROWS) -> Iterator[Slice]:
    """Arrays in memory, slice by slice."""
    for start in range(0, len(x), rows):
        yield part, x[start : start + rows], y[start : start + rows]
