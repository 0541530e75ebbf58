"""A user's own data: an .npz file with x, y and, where they are, x_test, y_test. No pickles."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from datasets.dataset import Array, Part, Progress
from datasets.errors import Unfit
from datasets.own import ROWS, Arrays, Input, Output, OwnData, Wanted, stored
from storage import folders

SPLIT = 5  # every so many-th example, by lot, tests where the file has no examples for that


def read(path: Path, wanted: Wanted, name: str, cache: Path, progress: Progress) -> OwnData:
    """The arrays of a file, held against the network that they are for.

    Raises Unfit, and DatasetUnavailable where the cache can't be written.
    """
    try:
        with path.open("rb") as opened:
            file = np.load(opened, allow_pickle=False)
            if not hasattr(file, "files"):
                raise _refused(path, "it is a single array", f"save it by numpy.savez, with {_names(wanted)}")
            arrays = {each: file[each] for each in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, MemoryError) as error:
        raise _refused(path, str(error) or type(error).__name__, "save it by numpy.savez, without objects") from None
    train, test = _parts(path, arrays, wanted)
    source = f"{path.name}: {len(next(iter(train.values()))):,} examples to train, {len(next(iter(test.values()))):,}"
    source += " to test" + ("" if any(each.endswith("_test") for each in arrays) else f", a seeded {SPLIT}th of it")

    def slices() -> Iterator[tuple[Part, Arrays]]:
        parts: tuple[tuple[Part, Arrays], ...] = (("train", train), ("test", test))
        for part, own in parts:
            for first in range(0, len(next(iter(own.values()))), ROWS):
                yield part, {each: array[first : first + ROWS] for each, array in own.items()}

    return stored(wanted, name, folders.digest(path) + _names(wanted), "real", source, slices, cache, progress)


def _names(wanted: Wanted) -> str:
    return ", ".join(wanted.arrays())


def _refused(path: Path, reason: str, remedy: str) -> Unfit:
    return Unfit(f"--data-file={path} can't be used: {reason}", remedy)


def _parts(path: Path, arrays: Arrays, wanted: Wanted) -> tuple[Arrays, Arrays]:
    """The arrays to train and to test, each as it has to be."""
    asked = wanted.arrays()
    known = [*asked, *(f"{name}_test" for name in asked)]
    if missing := [name for name in asked if name not in arrays]:
        raise _refused(path, f"it has no {', '.join(missing)}, but {', '.join(arrays) or 'nothing'}", "add them")
    if unknown := [name for name in arrays if name not in known]:
        raise _refused(path, f"it has {', '.join(unknown)}, which the network has no use for", f"{_names(wanted)} are")
    tests = [name for name in asked if f"{name}_test" in arrays]
    if tests and len(tests) < len(asked):
        raise _refused(path, f"it has {tests[0]}_test without the others", f"give all of {_names(wanted)} for tests")
    train = {name: _checked(path, name, arrays[name], each) for name, each in asked.items()}
    test = {name: _checked(path, f"{name}_test", arrays[f"{name}_test"], asked[name]) for name in tests}
    for part in filter(None, (train, test)):
        counts = {len(array) for array in part.values()}
        if len(counts) > 1 or 0 in counts:
            raise _refused(path, f"its arrays have {sorted(counts)} examples", "all need the same number")
    return (train, test) if test else _split(train)


def _split(arrays: Arrays) -> tuple[Arrays, Arrays]:
    order = np.random.default_rng(0).permutation(len(next(iter(arrays.values()))))
    held = max(1, len(order) // SPLIT)
    rest = order[held:] if len(order) > 1 else order
    return {name: array[rest] for name, array in arrays.items()}, {name: a[order[:held]] for name, a in arrays.items()}


def _checked(path: Path, name: str, array: Array, each: Input | Output) -> Array:
    """The array with the shape, type and range that the network wants."""
    shape = array.shape[1:]
    if shape != each.shape and not (shape == (1,) and each.shape == ()) and not (shape == () and each.shape == (1,)):
        hint = "sparse_categorical_crossentropy takes labels" if isinstance(each, Output) else "reshape it"
        raise _refused(path, f"{name} has examples of {shape}, and the network takes {each.shape}", hint)
    if array.dtype.kind not in "fiub":
        raise _refused(path, f"{name} holds {array.dtype}", "numbers are needed")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise _refused(path, f"{name} has values that are not finite", "leave them out, or replace them")
    most = each.values if isinstance(each, Input) else each.classes if each.form == "label" else None
    if most is not None and array.size and not (array.min() >= 0 and array.max() < most):
        raise _refused(path, f"{name} goes from {array.min()} to {array.max()}", f"the network takes 0 to {most - 1}")
    if isinstance(each, Output) and each.form in ("one-hot", "binary") and array.size and (
        array.min() < 0 or array.max() > 1
    ):  # fmt: skip
        raise _refused(path, f"{name} goes from {array.min()} to {array.max()}", "its loss takes 0 to 1")
    return array.reshape(len(array), *each.shape)
