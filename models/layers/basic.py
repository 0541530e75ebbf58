"""Layers that belong to no family: dense, activations, normalisation, dropout, flattening."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.layers.core import (
    GLOROT_UNIFORM,
    ActivationName,
    Initializer,
    Layer,
    MultiplyAdds,
    Params,
    Shape,
    ShapeError,
)


@dataclass(frozen=True)
class Dense(Layer):
    """A dense layer, on a vector or on each step of a sequence.

    l2: adds l2 * sum(kernel ** 2) to the loss, as Keras' own `l2` does.
    """

    units: int
    activation: ActivationName = "linear"
    initializer: Initializer = GLOROT_UNIFORM
    l2: float = 0.0

    kind = "dense"

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) not in (1, 2):
            raise ShapeError(f"{self} needs a vector or a sequence of vectors, and gets {shape}")
        return (*shape[:-1], self.units)

    def params(self, shape: Shape) -> Params:
        return Params((shape[-1] + 1) * self.units)

    def multiply_adds(self, shape: Shape) -> MultiplyAdds:
        return MultiplyAdds(math.prod(shape) * self.units)


@dataclass(frozen=True)
class Activation(Layer):
    activation: ActivationName

    kind = "activation"


@dataclass(frozen=True)
class LeakyReLU(Layer):
    """x, and slope * x where x is below 0."""

    slope: float = 0.3

    kind = "leaky_relu"


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Over the last axis. Per channel: scale and offset are trained, moving mean and variance are not.

    The study prints neither constant; these are the defaults of its Keras.
    """

    momentum: float = 0.99
    epsilon: float = 0.001

    kind = "batch_normalization"

    def params(self, shape: Shape) -> Params:
        return Params(trainable=2 * shape[-1], non_trainable=2 * shape[-1])


@dataclass(frozen=True)
class Dropout(Layer):
    """Dropout. rate: the share of values that is dropped in training, from 0 to 1."""

    rate: float

    kind = "dropout"


@dataclass(frozen=True)
class Flatten(Layer):
    kind = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(shape),)
