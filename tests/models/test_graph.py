"""Networks with branches: their shapes, counts and records, and what makes one impossible."""

import json
from typing import Any

import pytest

from models import arithmetic, from_records
from models.layers import (
    Add,
    Concatenate,
    Conv2D,
    Dense,
    Embedding,
    Flatten,
    Graph,
    Input,
    Multiply,
    Network,
    Node,
    Output,
    Residual,
    ShapeError,
    graph,
)

IMAGE = (8, 8, 3)


def residual() -> Graph:
    nodes = (
        Node("main", Conv2D(3, (3, 3), "same"), ("image",)),
        Node("sum", Add(), ("main", "image")),
        Node("row", Flatten(), ("sum",)),
        Node("kind", Dense(4, "softmax"), ("row",)),
    )
    return graph([Input("image", IMAGE)], nodes, [Output("kind", "categorical_crossentropy", 4)])


def two_by_two() -> Graph:
    nodes = (
        Node("vectors", Embedding(11, 2), ("words",)),
        Node("row", Flatten(), ("vectors",)),
        Node("both", Concatenate(), ("row", "numbers")),
        Node("kind", Dense(4, "softmax"), ("both",)),
        Node("amount", Dense(1), ("both",)),
    )
    outputs = [Output("kind", "categorical_crossentropy", 4), Output("amount", "mean_absolute_error", 1)]
    return graph([Input("words", (5,), "int32"), Input("numbers", (3,))], nodes, outputs)


def test_a_graph_counts_as_the_same_network_without_one() -> None:
    stack = (Residual((Conv2D(3, (3, 3), "same"),)), Flatten(), Dense(4, "softmax"))
    plain, graphed = Network(IMAGE, stack, "categorical_crossentropy", 4), residual()
    assert graphed.params() == plain.params()
    assert graphed.shapes()[1:] == plain.shapes()
    assert arithmetic.of_forward_pass(graphed) == arithmetic.of_forward_pass(plain)
    assert arithmetic.of_training_step(graphed) == arithmetic.of_training_step(plain)


def test_several_inputs_and_outputs() -> None:
    made = two_by_two()
    assert made.shapes() == [(5, 2), (10,), (13,), (4,), (1,)]
    assert made.params() == (11 * 2 + 14 * 4 + 14, 0)
    assert (made.input_shape, made.input_dtype, made.loss, made.classes) == ((5,), "int32", made.outputs[0].loss, 4)


@pytest.mark.parametrize("made", [residual(), two_by_two()])
def test_a_graph_survives_json(made: Graph) -> None:
    assert from_records.network(json.loads(json.dumps(made.record()))) == made


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"from": ["image", "nobody"]}, "layer 'sum': no input or layer before it is named 'nobody'"),
        ({"from": ["kind", "image"]}, "layer 'sum': no input or layer before it is named 'kind'"),
        ({"from": []}, "layer 'sum': .*takes one input, and gets 0"),
        ({"layer": "flatten"}, "layer 'sum': .*takes one input, and gets 2"),
        ({"name": "main"}, "layer 'main': it has the name of another one"),
    ],
)
def test_an_impossible_graph_names_its_layer(change: dict[str, Any], reason: str) -> None:
    record = residual().record()
    record["layers"][1] |= change
    with pytest.raises(ShapeError, match=reason):
        from_records.network(record)


def test_branches_that_do_not_meet_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"Add\(\) can't add \(8, 8, 2\) and \(8, 8, 3\)"):
        Add().merged([(8, 8, 2), (8, 8, 3)])
    with pytest.raises(ShapeError, match=r"Multiply\(\) can't multiply \(8, 8, 1\) and \(8, 8, 3\)"):
        Multiply().merged([(8, 8, 1), (8, 8, 3)])
    with pytest.raises(ShapeError, match=r"Concatenate\(\) can't join \(8, 8, 2\) and \(8, 7, 2\)"):
        Concatenate().merged([(8, 8, 2), (8, 7, 2)])
    assert Concatenate().merged([(8, 8, 2), (8, 8, 3)]) == (8, 8, 5)


def test_an_output_is_a_layer() -> None:
    record = residual().record()
    record["outputs"][0]["name"] = "nobody"
    with pytest.raises(ShapeError, match="no layer is named 'nobody', which is an output"):
        from_records.network(record)
    with pytest.raises(ShapeError, match="an input and an output at least"):
        graph([], [], [])


def test_a_record_without_a_name_is_refused() -> None:
    record = residual().record()
    del record["layers"][0]["name"]
    with pytest.raises(from_records.BadRecord, match="has no 'name'"):
        from_records.network(record)
