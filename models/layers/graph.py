"""Networks with branches, several inputs or several outputs: layers that name where their input comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from models.layers.core import Layer, MultiplyAdds, Params, Shape, ShapeError, total
from models.layers.network import Loss, Network


@dataclass(frozen=True)
class Merge(Layer):
    """What makes one of several branches. A layer of any other kind has one input."""

    def merged(self, shapes: Sequence[Shape]) -> Shape:
        """The shape of what comes of branches of these shapes; raises ShapeError where they don't go together."""
        raise NotImplementedError

    def output_shape(self, shape: Shape) -> Shape:
        return self.merged([shape])


@dataclass(frozen=True)
class ElementWise(Merge):
    """One operation on the elements of branches of one shape."""

    verb: ClassVar[str]

    def merged(self, shapes: Sequence[Shape]) -> Shape:
        if len(set(shapes)) > 1:
            raise ShapeError(f"{self} can't {self.verb} {' and '.join(map(str, shapes))}")
        return shapes[0]


@dataclass(frozen=True)
class Add(ElementWise):
    """The sum of branches of one shape."""

    kind = "add"
    verb = "add"


@dataclass(frozen=True)
class Multiply(ElementWise):
    """The product, element by element, of branches of one shape."""

    kind = "multiply"
    verb = "multiply"


@dataclass(frozen=True)
class Concatenate(Merge):
    """Branches beside each other on the last axis."""

    kind = "concatenate"

    def merged(self, shapes: Sequence[Shape]) -> Shape:
        if len({shape[:-1] for shape in shapes}) > 1 or () in shapes:
            raise ShapeError(f"{self} can't join {' and '.join(map(str, shapes))}")
        return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))


@dataclass(frozen=True)
class Input:
    """An input of a network. shape: of an example."""

    name: str
    shape: Shape
    dtype: Literal["float32", "int32"] = "float32"


@dataclass(frozen=True)
class Node:
    """A layer of a graph. inputs: the names of those inputs and nodes before that it takes."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Output:
    """The node whose output is trained for a loss. classes: as a Network's."""

    name: str
    loss: Loss
    classes: int


@dataclass(frozen=True)
class Graph(Network):
    """A network whose layers form any graph without a cycle; `graph` makes it.

    Its loss is the sum of the outputs'. Fields of a network without branches say what is true of the first input and
    the first output, whose error is the result's.
    """

    inputs: tuple[Input, ...] = field(kw_only=True)
    nodes: tuple[Node, ...] = field(kw_only=True)
    outputs: tuple[Output, ...] = field(kw_only=True)

    def shapes(self) -> list[Shape]:
        return [output for _, _, output in self.walk()]

    def params(self) -> Params:
        return total([node.layer.params(shapes[0]) for node, shapes, _ in self.walk()])

    def walk(self) -> Iterator[tuple[Node, list[Shape], Shape]]:
        """Each node with the shapes of its inputs and of its output; raises ShapeError for one that is impossible."""
        known = {each.name: each.shape for each in self.inputs}
        for node in self.nodes:
            try:
                shapes = _inputs(node, known)
                merges = isinstance(node.layer, Merge)
                output = node.layer.merged(shapes) if merges else node.layer.output_shape(shapes[0])  # type: ignore[attr-defined]
            except ShapeError as error:
                raise error.inside(f"layer '{node.name}'") from None
            known[node.name] = output
            yield node, shapes, output
        if missing := [each.name for each in self.outputs if each.name not in known]:
            raise ShapeError(f"no layer is named '{missing[0]}', which is an output")

    def multiply_adds(self) -> tuple[MultiplyAdds, int]:
        """Those of a forward pass, and how many of them have an input that needs no gradient."""
        trained = {each.name: False for each in self.inputs}
        of_input = of_state = unneeded = 0
        for node, shapes, _ in self.walk():
            products, follows = node.layer.multiply_adds(shapes[0]), any(trained[name] for name in node.inputs)
            of_input, of_state = of_input + products.of_input, of_state + products.of_state
            unneeded += 0 if follows else products.of_input
            trained[node.name] = follows or node.layer.params(shapes[0]).trainable > 0
        return MultiplyAdds(of_input, of_state), unneeded

    def record(self) -> dict[str, Any]:
        return {
            **super().record(),
            "inputs": [{"name": each.name, "shape": list(each.shape), "dtype": each.dtype} for each in self.inputs],
            "layers": [{**each.layer.record(), "name": each.name, "from": list(each.inputs)} for each in self.nodes],
            "outputs": [{"name": each.name, "loss": each.loss, "classes": each.classes} for each in self.outputs],
        }


def graph(inputs: Sequence[Input], nodes: Sequence[Node], outputs: Sequence[Output]) -> Graph:
    """The network of these layers, each of which comes after those that it takes. Raises ShapeError."""
    if not inputs or not outputs:
        raise ShapeError("a network has an input and an output at least")
    first, last = inputs[0], outputs[0]
    made = Graph(
        first.shape,
        tuple(each.layer for each in nodes),
        last.loss,
        last.classes,
        first.dtype,
        inputs=tuple(inputs),
        nodes=tuple(nodes),
        outputs=tuple(outputs),
    )
    made.shapes()
    return made


def _inputs(node: Node, known: dict[str, Shape]) -> list[Shape]:
    if node.name in known:
        raise ShapeError("it has the name of another one")
    if unknown := [name for name in node.inputs if name not in known]:
        raise ShapeError(f"no input or layer before it is named '{unknown[0]}'")
    if not node.inputs or (len(node.inputs) > 1 and not isinstance(node.layer, Merge)):
        raise ShapeError(f"{node.layer} takes one input, and gets {len(node.inputs)}")
    return [known[name] for name in node.inputs]
