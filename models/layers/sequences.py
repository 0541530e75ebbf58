"""Layers on sequences: (steps, features)."""

from __future__ import annotations

from dataclasses import dataclass

from models.layers.core import (
    GLOROT_UNIFORM,
    ORTHOGONAL,
    SMALL_UNIFORM,
    ActivationName,
    Initializer,
    Layer,
    MultiplyAdds,
    Params,
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
class Masking(Layer):
    """A mask: the recurrent layers after it skip steps all of whose features equal `value`."""

    value: float = 0.0

    kind = "masking"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs(shape, 2, "a sequence of vectors (steps, features)")
        return shape


@dataclass(frozen=True)
class LSTM(Layer):
    """LSTM cells. The forget gate's biases start at 1, the others at 0. initializer: of the input weights."""

    units: int
    return_sequences: bool = False
    activation: ActivationName = "tanh"
    recurrent_activation: ActivationName = "hard_sigmoid"
    initializer: Initializer = GLOROT_UNIFORM
    recurrent_initializer: Initializer = ORTHOGONAL

    kind = "lstm"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs(shape, 2, "a sequence of vectors (steps, features)")
        return (shape[0], self.units) if self.return_sequences else (self.units,)

    def params(self, shape: Shape) -> Params:
        gates = 4
        return Params(gates * (shape[-1] + self.units + 1) * self.units)

    def multiply_adds(self, shape: Shape) -> MultiplyAdds:
        steps, features = shape
        gates = 4
        return MultiplyAdds(steps * gates * features * self.units, steps * gates * self.units**2)
