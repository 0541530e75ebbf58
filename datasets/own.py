"""Stand-ins for the data of a user's own network: right in shape, type and range, and learnable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from datasets import Prepared, _text
from datasets.building import ARRAYS
from datasets.dataset import Array, Part, Progress
from datasets.errors import DatasetUnavailable
from datasets.synthetic import labels
from models.layers import Embedding, Network
from storage import folders

TEST_EXAMPLES = 1_024
LARGEST = 512 << 20  # bytes of the training examples
ROWS = 256  # of a slice
TELLING = 0.2  # the share of an example's numbers that tell its class


def stand_in(network: Network, name: str, examples: int, cache: Path, progress: Progress) -> Prepared:
    """Examples drawn from a network's shapes, its loss and its embedding's range; kept in the cache.

    examples: how many to train on; fewer where they would take more than half a gigabyte. Raises DatasetUnavailable.
    """
    size = 4 * int(np.prod(network.input_shape))
    train = max(1, min(examples, LARGEST // max(size, 1)))
    sizes: dict[Part, int] = {"train": train, "test": min(train, TEST_EXAMPLES)}
    described = {
        "input_shape": network.input_shape,
        "input_dtype": network.input_dtype,
        "loss": network.loss,
        "classes": network.classes,
        "range": vocabulary(network),
        "outputs": network.shapes()[-1],
        "sizes": sizes,
    }
    key = json.dumps(described, sort_keys=True) + _text("datasets.own")
    fingerprint = hashlib.sha256(key.encode()).hexdigest()
    folder = cache / "data" / f"own-stand_in-synthetic-{fingerprint[:12]}"

    def make(empty: Path) -> None:
        progress(f"{name}: drawing a stand-in of {train:,} examples")
        for part, count in sizes.items():
            write(empty, network, part, count)

    try:
        folders.built(folder, make, lambda: progress(f"{name}: another process is drawing its stand-in; waiting"))
    except OSError as error:
        raise DatasetUnavailable(
            f"a stand-in for {name} could not be written to {folder.parent} ({error.strerror or error})",
            f"{folders.mend(error)}, or name another folder with {folders.VARIABLE}",
        ) from error
    x_train, y_train, x_test, y_test = (folder / f"{array}.npy" for array in ARRAYS)
    source = f"drawn from the network's shapes and loss by datasets/own.py: {train:,} examples to train"
    return Prepared(x_train, y_train, x_test, y_test, "synthetic", source, fingerprint)


def vocabulary(network: Network) -> int | None:
    """How many numbers an input of whole numbers may take, by the embedding that takes it; None for other inputs."""
    if network.input_dtype != "int32":
        return None
    first = next((layer for layer in network.layers if isinstance(layer, Embedding)), None)
    return first.vocabulary if first else 2


def write(folder: Path, network: Network, part: Part, count: int) -> None:
    """Write the x and y of one part, slice by slice."""
    with (
        folders.Rows(folder / f"x_{part}.npy", np.dtype(network.input_dtype), network.input_shape) as x_rows,
        folders.Rows(folder / f"y_{part}.npy", *_target(network)) as y_rows,
    ):
        for x, y in slices(network, part, count):
            x_rows.append(x)
            y_rows.append(y)


def _target(network: Network) -> tuple[np.dtype[np.int64] | np.dtype[np.float32], tuple[int, ...]]:
    """Type and shape of an example's target: a label, or the numbers that a regression predicts."""
    if network.loss.endswith("crossentropy"):
        return np.dtype(np.int64), ()
    shape = network.shapes()[-1]
    return np.dtype(np.float32), () if shape == (1,) else shape


def slices(network: Network, part: Part, count: int) -> Iterator[tuple[Array, Array]]:
    """(x, y) of up to ROWS examples at a time; each class, or each tenth of the targets' range, has its own pattern."""
    classification = network.loss.endswith("crossentropy")
    classes = max(network.classes, 2) if classification else 10
    draw = np.random.default_rng([0, part == "test"])
    known = np.random.default_rng(0)
    values, shape = vocabulary(network), network.input_shape
    patterns = known.standard_normal((min(classes, 64), *shape), dtype=np.float32)
    telling = known.random(shape) < TELLING
    mine = labels(count, [1.0] * classes, draw)
    dtype, target = _target(network)
    for first in range(0, count, ROWS):
        kinds = mine[first : first + ROWS]
        own = patterns[kinds % len(patterns)]
        if values is None:
            x = draw.standard_normal((len(kinds), *shape), dtype=np.float32) + own * telling
        else:
            drawn = draw.integers(0, values, (len(kinds), *shape))
            x = np.where(telling, (np.abs(own) * values).astype(np.int64) % values, drawn)
        noise = draw.normal(0, 0.1, (len(kinds), *target))
        y = kinds if classification else kinds.reshape(-1, *[1] * len(target)) / classes + noise
        yield x.astype(network.input_dtype), np.asarray(y).astype(dtype)
