"""Layers that slide a window over the steps of a sequence or the pixels of an image, or take the mean over these."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from models.layers.core import (
    GLOROT_UNIFORM,
    ActivationName,
    ImageLayer,
    Initializer,
    MultiplyAdds,
    Padding,
    Params,
    PlacesLayer,
    SequenceLayer,
    Shape,
    ShapeError,
)


class WindowLayer(PlacesLayer):
    def _windows(self, shape: Shape, window: Shape, stride: int, what: str) -> Shape:
        """How many windows fit into `shape` without padding; raises ShapeError where none does."""
        sizes = list(zip(shape, window, strict=False))
        if any(size < along for size, along in sizes):
            raise ShapeError(f"{self} has a {what} larger than its input {shape}: nothing is left of it")
        return tuple((size - along) // stride + 1 for size, along in sizes)


@dataclass(frozen=True)
class Convolution(WindowLayer):
    """A convolution. padding: 'same' is TensorFlow's on every backend (an odd place comes last). l2: as Dense's."""

    filters: int
    kernel: int | tuple[int, int]
    padding: Padding = "valid"
    stride: int = 1
    activation: ActivationName = "relu"
    use_bias: bool = True
    initializer: Initializer = GLOROT_UNIFORM
    l2: float = 0.0

    @property
    def _window(self) -> Shape:
        return self.kernel if isinstance(self.kernel, tuple) else (self.kernel,)

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_places(shape)
        if self.padding == "same":
            return (*(math.ceil(size / self.stride) for size in shape[:-1]), self.filters)
        return (*self._windows(shape, self._window, self.stride, "kernel"), self.filters)

    def params(self, shape: Shape) -> Params:
        return Params((math.prod(self._window) * shape[-1] + self.use_bias) * self.filters)

    def multiply_adds(self, shape: Shape) -> MultiplyAdds:
        """Padding counts: a kernel is laid over it as over any other place."""
        return MultiplyAdds(math.prod(self.output_shape(shape)) * math.prod(self._window) * shape[-1])


@dataclass(frozen=True)
class Conv1D(Convolution, SequenceLayer):
    """A convolution along the steps."""

    kernel: int

    kind = "conv1d"


@dataclass(frozen=True)
class Conv2D(Convolution, ImageLayer):
    """A convolution over rows and columns."""

    kernel: tuple[int, int]

    kind = "conv2d"


@dataclass(frozen=True)
class Pooling(WindowLayer):
    """Pooling without padding: a window that doesn't fit is left out, as in all of the study's counts."""

    mode: Literal["max", "average"]
    size: int
    stride: int

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_places(shape)
        window = (self.size,) * (self.axes - 1)
        return (*self._windows(shape, window, self.stride, "window"), shape[-1])


class Pool1D(Pooling, SequenceLayer):
    kind = "pool1d"


class Pool2D(Pooling, ImageLayer):
    kind = "pool2d"


class GlobalAveragePooling(PlacesLayer):
    """The mean over all places, of each feature."""

    def output_shape(self, shape: Shape) -> Shape:
        self._needs_places(shape)
        return shape[-1:]


class GlobalAveragePooling1D(GlobalAveragePooling, SequenceLayer):
    kind = "global_average_pooling1d"


class GlobalAveragePooling2D(GlobalAveragePooling, ImageLayer):
    kind = "global_average_pooling2d"
