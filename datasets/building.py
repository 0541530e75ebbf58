"""From raw examples to the four .npy files that workers read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from datasets.dataset import ROWS, Array, Progress, Raw, Recipe
from datasets.subsets import order
from storage.folders import Rows

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
REPORT_EVERY_S = 10.0


def build(
    folder: Path, raw: Raw, recipe: Recipe, progress: Progress, clock: Callable[[], float] = time.monotonic
) -> None:
    """Write the arrays into an empty folder; memory is bounded by the slices and by what the recipe fits.

    Training examples keep their source's order. Test examples are put in a seeded, stratified one, so that the first
    so many of them are a fair sample of all.
    """

    def training() -> Iterator[Array]:
        return (x for part, x, _ in raw.slices() if part == "train")

    transform = recipe(training)
    said = clock()
    with ExitStack() as stack:
        files: dict[str, Rows] = {}
        for part, x, y in raw.slices():
            for name, rows in ((f"x_{part}", transform(x)), (f"y_{part}", y)):
                if name not in files:
                    files[name] = stack.enter_context(Rows(folder / f"{name}.npy", rows.dtype, rows.shape[1:]))
                files[name].append(rows)
            if clock() - said >= REPORT_EVERY_S:
                said = clock()
                progress(f"{files[f'x_{part}'].count:,} {part} examples so far")
    missing = [name for name in ARRAYS if name not in files]
    if missing:
        raise ValueError(f"the source has no examples for {', '.join(missing)}")
    _mix_test(folder)


def _mix_test(folder: Path) -> None:
    labels = np.load(folder / "y_test.npy", allow_pickle=False)
    places = order(labels, seed=0)
    np.save(folder / "y_test.npy", labels[places])
    path, mixed = folder / "x_test.npy", folder / "mixed.npy"
    with path.open("rb") as source:
        np.lib.format.read_magic(source)
        (_, *shape), _, dtype = np.lib.format.read_array_header_1_0(source)
        start, size = source.tell(), dtype.itemsize * int(np.prod(shape))
        with Rows(mixed, dtype, tuple(shape)) as target:
            for first in range(0, len(places), ROWS):
                rows = bytearray()
                for place in places[first : first + ROWS]:
                    source.seek(start + size * int(place))
                    rows += source.read(size)
                target.append(np.frombuffer(rows, dtype).reshape(-1, *shape))
    mixed.replace(path)
