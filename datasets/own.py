"""The data of a user's own network: a file of arrays, or a stand-in that is right in shape, type and range."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from datasets import Prepared, _text
from datasets.dataset import Array, Kind, Part, Progress
from datasets.errors import DatasetUnavailable
from datasets.synthetic import labels
from models import layers
from models.layers import Embedding, Graph, Network, Shape
from storage import folders

TEST_EXAMPLES = 1_024
LARGEST = 512 << 20  # bytes of a stand-in's training examples
ROWS = 256  # of a slice
TELLING = 0.2  # the share of an example's numbers that tell its class
LEVELS = 10  # of the targets of a regression

Arrays = dict[str, Array]  # x_NAME for each input and y_NAME for each output


@dataclass(frozen=True)
class Input:
    """An input of a network. values: how many whole numbers it may take, by its embedding; None for other numbers."""

    name: str
    shape: Shape
    dtype: str = "float32"
    values: int | None = None


@dataclass(frozen=True)
class Output:
    """What a network is trained for at one of its outputs. shape: of an example's target.

    form: a class by its number, by a 1 among 0s, 0 or 1, or any number. classes: as many as the loss tells apart.
    """

    name: str
    shape: Shape
    form: Literal["label", "one-hot", "binary", "number"]
    classes: int = LEVELS

    @property
    def dtype(self) -> str:
        return "int64" if self.form == "label" else "float32"


@dataclass(frozen=True)
class Wanted:
    """The arrays that a network is trained on."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]

    def arrays(self) -> dict[str, Input | Output]:
        """Each array's name in a file, and what it has to be; a single input is `x`, a single output `y`."""
        named: dict[str, Input | Output] = {}
        each: Input | Output
        for each in self.inputs:
            named["x" if len(self.inputs) == 1 else f"x_{each.name}"] = each
        for each in self.outputs:
            named["y" if len(self.outputs) == 1 else f"y_{each.name}"] = each
        return named


@dataclass(frozen=True)
class OwnData(Prepared):
    """Arrays of any number of inputs and outputs; x_train and the like are the first ones. arrays: each by its name."""

    arrays: Mapping[str, Path] = field(kw_only=True)

    @property
    def files(self) -> dict[str, Any]:
        return {**super().files, **({"arrays": {name: str(path) for name, path in self.arrays.items()}})}


def of_network(network: Network) -> Wanted:
    """What a network of layer records is trained on."""
    if isinstance(network, Graph):
        return _of_graph(network)
    values = None
    if network.input_dtype == "int32":
        first = next((layer for layer in network.layers if isinstance(layer, Embedding)), None)
        values = first.vocabulary if first else 2
    shape = network.shapes()[-1]
    output = _target("y", shape, network.loss, network.classes)
    return Wanted((Input("x", network.input_shape, network.input_dtype, values),), (output,))


def _target(name: str, shape: Shape, loss: layers.Loss, classes: int) -> Output:
    if loss.endswith("crossentropy"):
        return Output(name, shape[:-1], "label", max(classes, 2))
    return Output(name, () if shape == (1,) else shape, "number")


def _of_graph(network: Graph) -> Wanted:
    shapes = {node.name: output for node, _, output in network.walk()}
    inputs = []
    for each in network.inputs:
        values = [n.layer.vocabulary for n in network.nodes if isinstance(n.layer, Embedding) and each.name in n.inputs]
        whole = (min(values) if values else 2) if each.dtype == "int32" else None
        inputs.append(Input(each.name, each.shape, each.dtype, whole))
    outputs = [_target(each.name, shapes[each.name], each.loss, each.classes) for each in network.outputs]
    return Wanted(tuple(inputs), tuple(outputs))


def stand_in(
    wanted: Wanted, name: str, examples: int, cache: Path, progress: Progress, largest: int = LARGEST
) -> OwnData:
    """Examples drawn by what is wanted; kept in the cache.

    examples: how many to train on; fewer where they would take more than `largest` bytes. Raises DatasetUnavailable.
    """
    size = sum(4 * int(np.prod(each.shape)) for each in wanted.arrays().values())
    train = max(1, min(examples, largest // max(size, 1)))
    sizes: dict[Part, int] = {"train": train, "test": min(train, TEST_EXAMPLES)}
    key = json.dumps([asdict(wanted), sizes], sort_keys=True)
    source = f"drawn from the network's shapes and loss by datasets/own.py: {train:,} examples to train"

    def slices() -> Iterator[tuple[Part, Arrays]]:
        for part, count in sizes.items():
            yield from ((part, arrays) for arrays in drawn(wanted, part, count))

    return stored(wanted, name, key, "synthetic", source, slices, cache, progress)


def stored(
    wanted: Wanted,
    name: str,
    key: str,
    kind: Kind,
    source: str,
    slices: Callable[[], Iterator[tuple[Part, Arrays]]],
    cache: Path,
    progress: Progress,
) -> OwnData:
    """Arrays as .npy files in the cache. key: changes when they do. Raises DatasetUnavailable."""
    fingerprint = hashlib.sha256((key + kind + _text("datasets.own")).encode()).hexdigest()
    folder = cache / "data" / f"own-{'x'.join(str(len(part)) for part in (wanted.inputs, wanted.outputs))}-{kind}"
    folder = folder.with_name(f"{folder.name}-{fingerprint[:12]}")
    asked = wanted.arrays()

    def make(empty: Path) -> None:
        progress(f"{name}: preparing its data ({kind})")
        with ExitStack() as stack:
            rows: dict[str, folders.Rows] = {}
            for part, arrays in slices():
                for array, values in arrays.items():
                    of = asked[array]
                    if f"{array}_{part}" not in rows:
                        path = empty / f"{array}_{part}.npy"
                        opened = folders.Rows(path, np.dtype(of.dtype), of.shape)
                        rows[f"{array}_{part}"] = stack.enter_context(opened)
                    rows[f"{array}_{part}"].append(values.astype(of.dtype))

    try:
        folders.built(folder, make, lambda: progress(f"{name}: another process is preparing its data; waiting"))
    except OSError as error:
        raise DatasetUnavailable(
            f"the data of {name} could not be written to {folder.parent} ({error.strerror or error})",
            f"{folders.mend(error)}, or name another folder with {folders.VARIABLE}",
        ) from error
    paths = {f"{array}_{part}": folder / f"{array}_{part}.npy" for part in ("train", "test") for array in asked}
    x, y = next(iter(asked)), next(array for array in asked if array.startswith("y"))
    return OwnData(
        paths[f"{x}_train"],
        paths[f"{y}_train"],
        paths[f"{x}_test"],
        paths[f"{y}_test"],
        kind,
        source,
        fingerprint,
        arrays=paths,
    )


def drawn(wanted: Wanted, part: Part, count: int) -> Iterator[Arrays]:
    """Up to ROWS examples at a time: each class, or each level of a regression's targets, has a pattern of its own."""
    kinds = max(output.classes for output in wanted.outputs)
    draw = np.random.default_rng([0, part == "test"])
    mine = labels(count, [1.0] * kinds, draw)
    named, known = wanted.arrays(), np.random.default_rng(0)
    patterns = {name: Pattern(each, kinds, known) for name, each in named.items() if isinstance(each, Input)}
    for first in range(0, count, ROWS):
        some = mine[first : first + ROWS]
        yield {
            name: patterns[name].examples(some, draw) if isinstance(each, Input) else _targets(each, some, kinds, draw)
            for name, each in named.items()
        }


class Pattern:
    """What tells the classes apart at one input."""

    def __init__(self, input_: Input, kinds: int, draw: np.random.Generator) -> None:
        self.input = input_
        self.of_kinds = draw.standard_normal((min(kinds, 64), *input_.shape), dtype=np.float32)
        self.telling = draw.random(input_.shape) < TELLING

    def examples(self, kinds: Array, draw: np.random.Generator) -> Array:
        own, values = self.of_kinds[kinds % len(self.of_kinds)], self.input.values
        if values is None:
            x = draw.standard_normal(own.shape, dtype=np.float32) + own * self.telling
            return np.asarray(x if self.input.dtype.startswith("float") else np.abs(x).astype(np.int64) % 2)
        random = draw.integers(0, values, own.shape)
        return np.asarray(np.where(self.telling, (np.abs(own) * values).astype(np.int64) % values, random))


def _targets(output: Output, kinds: Array, count: int, draw: np.random.Generator) -> Array:
    classes = kinds % output.classes
    if output.form == "one-hot":
        return np.asarray(np.broadcast_to(_over(np.eye(output.classes)[classes], output), (len(kinds), *output.shape)))
    if output.form == "number":
        levels = _over(kinds / count, output)
        return np.asarray(levels + draw.normal(0, 0.1, (len(kinds), *output.shape)))
    return np.asarray(np.broadcast_to(_over(classes, output), (len(kinds), *output.shape)))


def _over(values: Array, output: Output) -> Array:
    """The values with as many axes as a target has: the same for all steps or pixels of an example."""
    axes = 1 + len(output.shape) - values.ndim
    return values.reshape(len(values), *[1] * axes, *values.shape[1:])
