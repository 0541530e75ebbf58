"""Layers on sequences: (steps, features)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from models.layers.core import (
    GLOROT_UNIFORM,
    ORTHOGONAL,
    SMALL_UNIFORM,
    ActivationName,
    Initializer,
    Layer,
    MultiplyAdds,
    Params,
    SequenceLayer,
    Shape,
)


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
        self._needs_places(shape)
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
        self._needs_places(shape)
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
