"""Layers on images: (rows, columns, channels)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from models.layers.core import (
    GLOROT_UNIFORM,
    ActivationName,
    Initializer,
    Layer,
    MultiplyAdds,
    Padding,
    Params,
    Shape,
    windows,
)


class ImageLayer(Layer):
    def _needs_image(self, shape: Shape) -> None:
        self._needs(shape, 3, "an image (rows, columns, channels)")


@dataclass(frozen=True)
class Conv2D(ImageLayer):
    """A convolution. padding: 'same' is TensorFlow's on every backend (an odd pixel comes last). l2: as Dense's."""

    filters: int
    kernel: tuple[int, int]
    padding: Padding = "valid"
    stride: int = 1
    activation: ActivationName = "relu"
    use_bias: bool = True
    initializer: Initializer = GLOROT_UNIFORM
    l2: float = 0.0

    kind = "conv2d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_image(shape)
        if self.padding == "same":
            return (*(math.ceil(size / self.stride) for size in shape[:2]), self.filters)
        return (*windows(self, shape, self.kernel, self.stride, "kernel"), self.filters)

    def params(self, shape: Shape) -> Params:
        return Params((math.prod(self.kernel) * shape[-1] + self.use_bias) * self.filters)

    def multiply_adds(self, shape: Shape) -> MultiplyAdds:
        """Padding counts: a kernel is laid over it as over any other pixel."""
        return MultiplyAdds(math.prod(self.output_shape(shape)) * math.prod(self.kernel) * shape[-1])


@dataclass(frozen=True)
class ZeroPadding2D(ImageLayer):
    """Padding with `size` rows or columns of zeros on each of the four sides."""

    size: int

    kind = "zero_padding2d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_image(shape)
        return (shape[0] + 2 * self.size, shape[1] + 2 * self.size, shape[2])


@dataclass(frozen=True)
class Pool2D(ImageLayer):
    """Pooling without padding: a window that doesn't fit is left out, as in all of the study's counts."""

    mode: Literal["max", "average"]
    size: int
    stride: int

    kind = "pool2d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_image(shape)
        return (*windows(self, shape, (self.size, self.size), self.stride, "window"), shape[2])


@dataclass(frozen=True)
class UpSampling2D(ImageLayer):
    """Each pixel becomes `size` rows and columns of itself."""

    size: int

    kind = "up_sampling2d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_image(shape)
        return (self.size * shape[0], self.size * shape[1], shape[2])


@dataclass(frozen=True)
class GlobalAveragePooling2D(ImageLayer):
    kind = "global_average_pooling2d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_image(shape)
        return (shape[2],)


@dataclass(frozen=True)
class LocalResponseNormalization(ImageLayer):
    """x / (k + alpha * S) ** beta; S sums the squares of the `size` channels around each one, cut off at the ends.

    The study prints no constants; these are those of Krizhevsky, Sutskever and Hinton (NIPS 2012), who made the
    layer known.
    """

    size: int = 5
    k: float = 2.0
    alpha: float = 1e-4
    beta: float = 0.75

    kind = "local_response_normalization"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_image(shape)
        return shape
