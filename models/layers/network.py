"""How layers are put together: a residual sum of two branches, and the network itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from models.layers.core import Layer, Params, Shape, ShapeError, total, walk

Loss = Literal["categorical_crossentropy", "binary_crossentropy", "mean_absolute_error", "mean_squared_error"]


@dataclass(frozen=True)
class Residual(Layer):
    """The sum of two branches on the same input. An empty shortcut is the input itself."""

    main: tuple[Layer, ...]
    shortcut: tuple[Layer, ...] = ()

    kind = "residual"

    def output_shape(self, shape: Shape) -> Shape:
        main = _last(walk(self.main, shape, "main"), shape)
        shortcut = _last(walk(self.shortcut, shape, "shortcut"), shape)
        if main != shortcut:
            raise ShapeError(f"Residual can't add its branches: main gives {main}, the shortcut {shortcut}")
        return main

    def params(self, shape: Shape) -> Params:
        branches = (walk(self.main, shape, "main"), walk(self.shortcut, shape, "shortcut"))
        return total([layer.params(before) for branch in branches for layer, before, _ in branch])


def _last(steps: Iterator[tuple[Layer, Shape, Shape]], shape: Shape) -> Shape:
    for _, _, output in steps:
        shape = output
    return shape


@dataclass(frozen=True)
class Network:
    """A stack of layers on an input, and the loss that it is trained for.

    classes: how many the loss tells apart (one-hot targets), or 1 for a single output.
    """

    input_shape: Shape
    layers: tuple[Layer, ...]
    loss: Loss
    classes: int
    input_dtype: Literal["float32", "int32"] = "float32"

    def shapes(self) -> list[Shape]:
        """The shape after each layer; raises ShapeError for the layer that can't take its input."""
        return [output for _, _, output in walk(self.layers, self.input_shape)]

    def params(self) -> Params:
        return total([layer.params(before) for layer, before, _ in walk(self.layers, self.input_shape)])

    @property
    def counts_errors(self) -> bool:
        """Whether an error is a share of the examples, and not a distance."""
        return self.loss.endswith("crossentropy")

    def record(self) -> dict[str, Any]:
        """JSON for the worker."""
        return {
            "input_shape": list(self.input_shape),
            "input_dtype": self.input_dtype,
            "loss": self.loss,
            "classes": self.classes,
            "layers": [layer.record() for layer in self.layers],
        }
