"""Layers on images: (rows, columns, channels)."""

from __future__ import annotations

from dataclasses import dataclass

from models.layers.core import ImageLayer, Shape


@dataclass(frozen=True)
class ZeroPadding2D(ImageLayer):
    """Padding with `size` rows or columns of zeros on each of the four sides."""

    size: int

    kind = "zero_padding2d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_places(shape)
        return (shape[0] + 2 * self.size, shape[1] + 2 * self.size, shape[2])


@dataclass(frozen=True)
class UpSampling2D(ImageLayer):
    """Each pixel becomes `size` rows and columns of itself."""

    size: int

    kind = "up_sampling2d"

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_places(shape)
        return (self.size * shape[0], self.size * shape[1], shape[2])


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
        self._needs_places(shape)
        return shape
