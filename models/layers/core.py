"""What every layer record shares: shapes, parameter counts, initial distributions, errors that name the layer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

Shape = tuple[int, ...]  # without the batch axis; images are (rows, columns, channels)

# hard_sigmoid is Keras 2's, clip(0.2 x + 0.5, 0, 1), on every backend; scaled_tanh is 1.7159 tanh(2 x / 3); silu is
# x sigmoid(x)
ActivationName = Literal[
    "linear", "relu", "elu", "silu", "softplus", "tanh", "scaled_tanh", "sigmoid", "hard_sigmoid", "softmax"
]
Padding = Literal["same", "valid"]


class ShapeError(ValueError):
    """A layer can't take its input, or leaves nothing of it: the network is impossible as written.

    path: where the layer stands, from the outside in, as in ("layer 3 of 8", "main 2 of 6").
    """

    def __init__(self, problem: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(problem)
        self.problem, self.path = problem, path

    def __str__(self) -> str:
        return f"{', '.join(self.path)}: {self.problem}" if self.path else self.problem

    def inside(self, place: str) -> ShapeError:
        """The same error with the place in the network around it."""
        return ShapeError(self.problem, (place, *self.path))


class Params(NamedTuple):
    """Parameter counts: those that training moves, and those that it doesn't (moving statistics)."""

    trainable: int
    non_trainable: int = 0

    @property
    def total(self) -> int:
        return self.trainable + self.non_trainable


class MultiplyAdds(NamedTuple):
    """Multiply-adds of one layer on one example: products with its input, and of a recurrent layer with its state."""

    of_input: int
    of_state: int = 0

    @property
    def total(self) -> int:
        return self.of_input + self.of_state


@dataclass(frozen=True)
class Initializer:
    """A distribution of initial weights: one of Keras' names, and its options."""

    name: Literal["glorot_uniform", "he_normal", "orthogonal", "random_uniform"]
    options: tuple[tuple[str, float], ...] = ()

    def record(self) -> dict[str, Any]:
        return {"name": self.name, **dict(self.options)}


GLOROT_UNIFORM = Initializer("glorot_uniform")
HE_NORMAL = Initializer("he_normal")
ORTHOGONAL = Initializer("orthogonal", (("gain", 1.0),))
SMALL_UNIFORM = Initializer("random_uniform", (("minval", -0.05), ("maxval", 0.05)))


@dataclass(frozen=True)
class Layer:
    """One layer. Subclasses are frozen dataclasses whose fields are the layer's settings."""

    kind: ClassVar[str]

    def __post_init__(self) -> None:
        """Raises ShapeError where a size is below 1: a quarter of two filters is none, and no backend says so."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            sizes = value if isinstance(value, tuple) else (value,)
            if any(isinstance(size, int) and not isinstance(size, bool) and size < 1 for size in sizes):
                raise ShapeError(f"{self} has {field.name} {value}: it must be at least 1")

    def output_shape(self, shape: Shape) -> Shape:
        """The shape after this layer; raises ShapeError where the layer can't take `shape`."""
        return shape

    def params(self, shape: Shape) -> Params:
        """The parameters that this layer has on an input of `shape`."""
        return Params(0)

    def multiply_adds(self, shape: Shape) -> MultiplyAdds:
        """The multiply-adds of its products with weights in one forward pass on an input of `shape`."""
        return MultiplyAdds(0)

    def record(self) -> dict[str, Any]:
        """JSON for the worker."""
        fields = {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}
        return {"layer": self.kind, **fields}

    def _needs(self, shape: Shape, axes: int, what: str) -> None:
        if len(shape) != axes:
            raise ShapeError(f"{self} needs {what}, and gets {shape}")


class PlacesLayer(Layer):
    """A layer on vectors at places: the steps of a sequence, or the pixels of an image."""

    axes: ClassVar[int]
    needed: ClassVar[str]

    def _needs_places(self, shape: Shape) -> None:
        self._needs(shape, self.axes, self.needed)


class SequenceLayer(PlacesLayer):
    axes, needed = 2, "a sequence of vectors (steps, features)"


class ImageLayer(PlacesLayer):
    axes, needed = 3, "an image (rows, columns, channels)"


def _plain(value: Any) -> Any:
    if isinstance(value, Layer | Initializer):
        return value.record()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def walk(layers: tuple[Layer, ...], shape: Shape, place: str = "layer") -> Iterator[tuple[Layer, Shape, Shape]]:
    """Each layer with the shapes before and after it; raises ShapeError for the one that can't take its input.

    place: the layers' name in the error ("layer 2 of 5").
    """
    for number, layer in enumerate(layers, 1):
        try:
            output = layer.output_shape(shape)
        except ShapeError as error:
            raise error.inside(f"{place} {number} of {len(layers)}") from None
        yield layer, shape, output
        shape = output


def total(counts: list[Params]) -> Params:
    return Params(sum(count.trainable for count in counts), sum(count.non_trainable for count in counts))
