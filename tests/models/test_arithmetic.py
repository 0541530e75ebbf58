"""Multiply-adds against sums that are written out by hand."""

import pytest

from models.arithmetic import of_forward_pass, of_training_step
from models.catalogue import points
from models.layers import (
    LSTM,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    Loss,
    Network,
    Pool2D,
    Residual,
    Shape,
)

LOSS: Loss = "categorical_crossentropy"


def network(shape: Shape, *layers: Layer) -> Network:
    return Network(shape, layers, LOSS, classes=2)


def test_the_first_trained_layer_needs_no_gradient_of_its_input() -> None:
    net = network((5,), Dropout(0.5), Dense(3, "relu"), Dense(2))
    assert of_forward_pass(net) == 5 * 3 + 3 * 2
    assert of_training_step(net) == 2 * (5 * 3) + 3 * (3 * 2)


def test_a_convolution_multiplies_its_kernel_at_each_place() -> None:
    net = network((8, 6, 3), Conv2D(4, (3, 2), "valid", stride=2), Pool2D("max", 2, 2), Flatten(), Dense(2))
    convolution = (3 * 3 * 4) * (3 * 2 * 3)
    assert of_forward_pass(net) == convolution + 4 * 2
    assert of_training_step(net) == 2 * convolution + 3 * 4 * 2


def test_states_of_a_first_recurrent_layer_need_their_gradient() -> None:
    on_input, on_state = 7 * 4 * 3 * 5, 7 * 4 * 5 * 5
    net = network((7, 3), LSTM(5), Dense(2))
    assert of_forward_pass(net) == on_input + on_state + 5 * 2
    assert of_training_step(net) == 2 * on_input + 3 * on_state + 3 * 5 * 2


def test_an_embedding_multiplies_nothing_but_is_trained() -> None:
    recurrent = 7 * 4 * (3 + 5) * 5
    net = network((7,), Embedding(11, 3), LSTM(5))
    assert of_forward_pass(net) == recurrent
    assert of_training_step(net) == 3 * recurrent


@pytest.mark.parametrize("first", [(), (BatchNormalization(),)])
def test_both_branches_of_a_sum_begin_where_it_begins(first: tuple[Layer, ...]) -> None:
    main, shortcut = 64 * 9 * 2 * 4, 64 * 1 * 2 * 4
    residual = Residual((Conv2D(4, (3, 3), "same"), BatchNormalization()), (Conv2D(4, (1, 1)),))
    net = network((8, 8, 2), *first, residual, Conv2D(1, (1, 1)))
    times = 3 if first else 2
    assert of_forward_pass(net) == main + shortcut + 64 * 4
    assert of_training_step(net) == times * (main + shortcut) + 3 * 64 * 4


def test_every_point_computes() -> None:
    for point in points():
        forward = of_forward_pass(point.network)
        assert 2 * forward < of_training_step(point.network) <= 3 * forward, point.id
