"""Layers as records, with the arithmetic of their output shapes and parameter counts.

A record holds every value that a framework would otherwise fill in with a default of its own: defaults moved
between Keras generations. fixtures/worker/builder.py turns records into Keras layers.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

Shape = tuple[int, ...]  # without the batch axis; images are (rows, columns, channels)


class ShapeError(ValueError):
    """A layer can't take its input: the network is impossible as written."""


class Params(NamedTuple):
    """Parameter counts: those that training moves, and those that it doesn't (moving statistics)."""

    trainable: int
    non_trainable: int = 0

    @property
    def total(self) -> int:
        return self.trainable + self.non_trainable


@dataclass(frozen=True)
class Initializer:
    """A distribution of initial weights: one of Keras' names, and its options."""

    name: Literal["glorot_uniform", "orthogonal", "random_uniform"]
    options: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        return {"name": self.name, **self.options}


GLOROT_UNIFORM = Initializer("glorot_uniform")
ORTHOGONAL = Initializer("orthogonal", {"gain": 1.0})
SMALL_UNIFORM = Initializer("random_uniform", {"minval": -0.05, "maxval": 0.05})


class Layer:
    """One layer. Subclasses are frozen dataclasses whose fields are the layer's settings."""

    kind: ClassVar[str]

    def output_shape(self, shape: Shape) -> Shape:
        """The shape behind this layer; raises ShapeError where the layer can't take `shape`."""
        return shape

    def params(self, shape: Shape) -> Params:
        """The parameters that this layer has on an input of `shape`."""
        return Params(0)

    def record(self) -> dict[str, Any]:
        """JSON for the worker."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}  # type: ignore[arg-type]
        return {
            "layer": self.kind,
            **{key: value.record() if isinstance(value, Initializer) else value for key, value in fields.items()},
        }

    def _needs(self, shape: Shape, axes: int, what: str) -> None:
        if len(shape) != axes:
            raise ShapeError(f"{self} needs {what}, and gets {shape}")


@dataclass(frozen=True)
class Dense(Layer):
    units: int
    activation: str = "linear"
    initializer: Initializer = GLOROT_UNIFORM
    l2: float = 0.0

    kind = "dense"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs(shape, 1, "a vector")
        return (self.units,)

    def params(self, shape: Shape) -> Params:
        return Params((shape[-1] + 1) * self.units)


def _sliding(size: int, window: int, stride: int) -> int:
    """How many windows fit without padding."""
    return (size - window) // stride + 1


@dataclass(frozen=True)
class Conv2D(Layer):
    filters: int
    kernel: tuple[int, int]
    padding: Literal["same", "valid"] = "valid"
    stride: int = 1
    activation: str = "relu"
    initializer: Initializer = GLOROT_UNIFORM
    l2: float = 0.0

    kind = "conv2d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs(shape, 3, "an image (rows, columns, channels)")
        if self.padding == "same":
            return (*(math.ceil(size / self.stride) for size in shape[:2]), self.filters)
        if shape[0] < self.kernel[0] or shape[1] < self.kernel[1]:
            raise ShapeError(f"{self} has a kernel larger than its input {shape}: nothing is left of it")
        return (*(_sliding(n, k, self.stride) for n, k in zip(shape[:2], self.kernel, strict=True)), self.filters)

    def params(self, shape: Shape) -> Params:
        return Params((math.prod(self.kernel) * shape[-1] + 1) * self.filters)


@dataclass(frozen=True)
class Pool2D(Layer):
    """Pooling without padding: a window that doesn't fit is left out, as in all of the study's counts."""

    mode: Literal["max", "average"]
    size: int
    stride: int

    kind = "pool2d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs(shape, 3, "an image (rows, columns, channels)")
        if min(shape[:2]) < self.size:
            raise ShapeError(f"{self} has a window larger than its input {shape}: nothing is left of it")
        return (*(_sliding(size, self.size, self.stride) for size in shape[:2]), shape[2])


@dataclass(frozen=True)
class Flatten(Layer):
    kind = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(shape),)


@dataclass(frozen=True)
class Dropout(Layer):
    rate: float

    kind = "dropout"


@dataclass(frozen=True)
class Embedding(Layer):
    vocabulary: int
    units: int
    initializer: Initializer = SMALL_UNIFORM

    kind = "embedding"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs(shape, 1, "a sequence of indices")
        return (*shape, self.units)

    def params(self, shape: Shape) -> Params:
        return Params(self.vocabulary * self.units)


@dataclass(frozen=True)
class LSTM(Layer):
    """`hard_sigmoid` is Keras 2's, clip(0.2 x + 0.5, 0, 1), on every backend."""

    units: int
    return_sequences: bool = False
    activation: str = "tanh"
    recurrent_activation: str = "hard_sigmoid"
    initializer: Initializer = GLOROT_UNIFORM
    recurrent_initializer: Initializer = ORTHOGONAL

    kind = "lstm"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs(shape, 2, "a sequence of vectors (steps, features)")
        return (shape[0], self.units) if self.return_sequences else (self.units,)

    def params(self, shape: Shape) -> Params:
        gates = 4
        return Params(gates * (shape[-1] + self.units + 1) * self.units)


@dataclass(frozen=True)
class Network:
    """A stack of layers on an input, and the loss that it is trained for.

    classes: how many the loss tells apart (one-hot targets), or 1 for a single output.
    """

    input_shape: Shape
    layers: tuple[Layer, ...]
    loss: Literal["categorical_crossentropy", "binary_crossentropy"]
    classes: int
    input_dtype: Literal["float32", "int32"] = "float32"

    def shapes(self) -> list[Shape]:
        """The shape behind each layer; raises ShapeError naming the layer that can't take its input."""
        shape, found = self.input_shape, []
        for number, layer in enumerate(self.layers, 1):
            try:
                shape = layer.output_shape(shape)
            except ShapeError as error:
                raise ShapeError(f"layer {number} of {len(self.layers)}: {error}") from None
            found.append(shape)
        return found

    def params(self) -> Params:
        inputs = [self.input_shape, *self.shapes()]
        counts = [layer.params(shape) for layer, shape in zip(self.layers, inputs, strict=False)]
        return Params(sum(c.trainable for c in counts), sum(c.non_trainable for c in counts))

    def record(self) -> dict[str, Any]:
        """JSON for the worker."""
        return {
            "input_shape": list(self.input_shape),
            "input_dtype": self.input_dtype,
            "loss": self.loss,
            "classes": self.classes,
            "layers": [layer.record() for layer in self.layers],
        }
