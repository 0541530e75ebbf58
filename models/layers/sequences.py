"""Layers on sequences: (steps, features)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from models.layers.core import (
    GLOROT_UNIFORM,
    ORTHOGONAL,
    SMALL_UNIFORM,
    ActivationName,
    Initializer,
    Layer,
    MultiplyAdds,
    Padding,
    Params,
    Shape,
    windows,
)


class SequenceLayer(Layer):
    def _needs_sequence(self, shape: Shape) -> None:
        self._needs(shape, 2, "a sequence of vectors (steps, features)")


@dataclass(frozen=True)
class Embedding(Layer):
    """A vector for each index. mask_zero: the recurrent layers after it skip steps whose index is 0."""

    vocabulary: int
    units: int
    initializer: Initializer = SMALL_UNIFORM
    mask_zero: bool = False

    kind = "embedding"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs(shape, 1, "a sequence of indices")
        return (*shape, self.units)

    def params(self, shape: Shape) -> Params:
        return Params(self.vocabulary * self.units)


@dataclass(frozen=True)
class Masking(SequenceLayer):
    """A mask: the recurrent layers after it skip steps all of whose features equal `value`."""

    value: float = 0.0

    kind = "masking"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_sequence(shape)
        return shape


@dataclass(frozen=True)
class Recurrent(SequenceLayer):
    """Cells with one bias for each of their `gates`. initializer: of the input weights."""

    units: int
    return_sequences: bool = False
    activation: ActivationName = "tanh"
    recurrent_activation: ActivationName = "hard_sigmoid"
    initializer: Initializer = GLOROT_UNIFORM
    recurrent_initializer: Initializer = ORTHOGONAL

    gates: ClassVar[int]

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_sequence(shape)
        return (shape[0], self.units) if self.return_sequences else (self.units,)

    def params(self, shape: Shape) -> Params:
        return Params(self.gates * (shape[-1] + self.units + 1) * self.units)

    def multiply_adds(self, shape: Shape) -> MultiplyAdds:
        steps, features = shape
        return MultiplyAdds(steps * self.gates * features * self.units, steps * self.gates * self.units**2)


@dataclass(frozen=True)
class LSTM(Recurrent):
    """LSTM cells. The forget gate's biases start at 1, the others at 0."""

    kind = "lstm"
    gates = 4


@dataclass(frozen=True)
class GRU(Recurrent):
    """Gated recurrent units, which reset the state before it is multiplied: Keras 2's.

    Keras 3 has them by reset_after=False. All biases start at 0.
    """

    kind = "gru"
    gates = 3


@dataclass(frozen=True)
class Conv1D(SequenceLayer):
    """A convolution along the steps. Its settings mean what those of Conv2D do."""

    filters: int
    kernel: int
    padding: Padding = "valid"
    stride: int = 1
    activation: ActivationName = "relu"
    use_bias: bool = True
    initializer: Initializer = GLOROT_UNIFORM
    l2: float = 0.0

    kind = "conv1d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_sequence(shape)
        if self.padding == "same":
            return (math.ceil(shape[0] / self.stride), self.filters)
        return (*windows(self, shape, (self.kernel,), self.stride, "kernel"), self.filters)

    def params(self, shape: Shape) -> Params:
        return Params((self.kernel * shape[-1] + self.use_bias) * self.filters)

    def multiply_adds(self, shape: Shape) -> MultiplyAdds:
        """Padding counts, as in Conv2D."""
        return MultiplyAdds(math.prod(self.output_shape(shape)) * self.kernel * shape[-1])


@dataclass(frozen=True)
class Pool1D(SequenceLayer):
    """Pooling along the steps without padding: a window that doesn't fit is left out."""

    mode: Literal["max", "average"]
    size: int
    stride: int

    kind = "pool1d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_sequence(shape)
        return (*windows(self, shape, (self.size,), self.stride, "window"), shape[1])


@dataclass(frozen=True)
class GlobalAveragePooling1D(SequenceLayer):
    kind = "global_average_pooling1d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_sequence(shape)
        return (shape[1],)
