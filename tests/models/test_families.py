"""Random members of each family against closed forms that share no code with models/."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cnn, fnn, rnn
from models.layers import Network, Padding, Params, Residual, ShapeError

small = st.integers(1, 12)
kernels = st.integers(1, 9)
paddings: st.SearchStrategy[Padding] = st.sampled_from(("same", "valid"))


class VanishedError(Exception):
    """No pixel is left."""


def dense(*sizes: int) -> int:
    return sum(inputs * outputs + outputs for inputs, outputs in itertools.pairwise(sizes))


def conv(channels: int, filters: int, kernel: int) -> int:
    return channels * filters * kernel * kernel + filters


def fit(side: int, window: int, stride: int = 1) -> int:
    """How many windows start within a side that they must not leave."""
    found = len(range(0, side - window + 1, stride))
    if not found:
        raise VanishedError
    return found


def check(network: Network, expected: Callable[[], Params]) -> None:
    """The count is the expected one or, where nothing is left of the image, the error names the layer."""
    try:
        params = expected()
    except VanishedError:
        with pytest.raises(ShapeError, match=rf"^layer \d+ of {len(network.layers)}: .*: nothing is left of it$"):
            network.params()
    else:
        assert network.params() == params
        assert all(size > 0 for shape in network.shapes() for size in shape)


@given(inputs=small, widths=st.lists(small, max_size=6), classes=small)
def test_feedforward(inputs: int, widths: list[int], classes: int) -> None:
    assert fnn.fnn(inputs, tuple(widths), classes).params() == Params(dense(inputs, *widths, classes))


def test_printed_widths_add_up_to_the_inputs() -> None:
    for inputs, table in ((960, fnn.CIFAR10_WIDTHS), (154, fnn.SVHN_WIDTHS), (784, fnn.MNIST_WIDTHS)):
        shapes = {depth: (len(widths), sum(widths)) for depth, widths in table.items()}
        assert shapes == {depth: (depth, inputs) for depth in range(1, 7)}


@given(filters=st.tuples(small, small), kernel=kernels, padding=paddings, convolutions=st.integers(1, 4))
def test_cnn_softmax(filters: tuple[int, int], kernel: int, padding: Padding, convolutions: int) -> None:
    def expected() -> Params:
        count, side, channels = 0, 28, 1
        for width in filters:
            for _ in range(convolutions):
                count += conv(channels, width, kernel)
                side, channels = side if padding == "same" else fit(side, kernel), width
            side = fit(side, 2, 2)
        return Params(count + dense(side * side * channels, 500, 10))

    check(cnn.cnn_softmax(filters, kernel, padding, convolutions), expected)


@given(
    filters=st.tuples(small, small, small),
    kernel=kernels,
    convolutions=st.integers(1, 3),
    pool_stride=st.integers(1, 4),
    side=st.integers(1, 64),
)
def test_cnn_relu(filters: tuple[int, int, int], kernel: int, convolutions: int, pool_stride: int, side: int) -> None:
    def expected() -> Params:
        count, rest, channels = 0, side, 3
        for width in filters:
            for _ in range(convolutions):
                count += conv(channels, width, kernel)
                rest, channels = fit(rest + 2 + 2, kernel), width
            rest = fit(rest, 3, pool_stride)
        return Params(count + dense(rest * rest * channels, 2048, 2048, 10))

    check(cnn.cnn_relu(filters, kernel, convolutions, pool_stride, side), expected)


@given(filters=st.tuples(small, small), kernel=kernels, padding=paddings, convolutions=st.integers(1, 4))
def test_basic_svhn(filters: tuple[int, int], kernel: int, padding: Padding, convolutions: int) -> None:
    def expected() -> Params:
        count, side, channels, normalized = 0, 32, 3, 1024 + 1024
        for width, size in zip(filters, (kernel, kernel + 2), strict=True):
            for _ in range(convolutions):
                count += conv(channels, width, size)
                side, channels = side if padding == "same" else fit(side, size), width
                normalized += width
            side = fit(side, 2, 2)
        count += dense(side * side * channels, 1024, 1024, 10)
        return Params(count + 2 * normalized, 2 * normalized)

    check(cnn.basic_svhn(filters, kernel, padding, convolutions), expected)


@given(filters=small, convolutions=st.integers(1, 4))
def test_mp_relu(filters: int, convolutions: int) -> None:
    first, others = conv(2, filters, 5), (3 * convolutions - 1) * conv(filters, filters, 5)
    assert cnn.mp_relu(filters, convolutions).params() == Params(first + others + dense(filters, 500, 6))


@given(kernel=st.integers(1, 40))
def test_mp_relu_on_larger_images(kernel: int) -> None:
    def expected() -> Params:
        side = 96
        for pool in (3, 2, 2):
            side = fit(fit(side, kernel), pool, pool)
        convolutions = conv(2, 64, kernel) + 2 * conv(64, 64, kernel)
        return Params(convolutions + dense(side * side * 64, 500, 6))

    check(cnn.mp_relu_96(kernel), expected)


def test_average_pools_count_as_maximum_pools() -> None:
    assert cnn.ap_relu().params() == cnn.mp_relu().params()
    assert cnn.ap_relu().shapes() == cnn.mp_relu().shapes()


def test_parts_of_wrn_16_8() -> None:
    blocks = [layer for layer in cnn.wrn_16_8().layers if isinstance(layer, Residual)]
    assert [len(block.shortcut) for block in blocks] == [1, 0, 1, 0, 1, 0]
    widths = [(16, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512)]
    three_by_three = 9 * 3 * 16 + sum(9 * a * b + 9 * b * b for a, b in widths)
    shortcuts = sum(a * b for a, b in widths if a != b)
    normalized = sum(a + b for a, b in widths) + 512
    assert (three_by_three, shortcuts, normalized) == (10_783_152, 165_888, 3_600)
    expected = Params(three_by_three + shortcuts + 2 * normalized + dense(512, 10), 2 * normalized)
    assert cnn.wrn_16_8().params() == expected


def test_literal_wrn_16_8_has_biases_for_normalisations() -> None:
    standard, literal = cnn.wrn_16_8(), cnn.wrn_16_8(literal=True)
    assert standard.params().trainable == literal.params().trainable
    assert standard.shapes() == literal.shapes()
    assert standard.params().non_trainable - literal.params().non_trainable == 2 * 2 * (128 + 256 + 512)


@given(layers=st.integers(1, 4), cells=small)
def test_imdb_lstm(layers: int, cells: int) -> None:
    network = rnn.imdb_lstm(layers, cells)
    assert network.shapes() == [(500, 32), *[(500, cells)] * (layers - 1), (cells,), (1,)]
    gates = [4 * ((inputs + cells) * cells + cells) for inputs in [32, *[cells] * (layers - 1)]]
    assert network.params() == Params(5000 * 32 + sum(gates) + dense(cells, 1))


@given(layers=st.integers(1, 4), cells=small, masked=st.booleans())
def test_hmdir_lstm(layers: int, cells: int, masked: bool) -> None:
    network = rnn.hmdir_lstm(layers, cells, masked)
    mask = [(19, 24)] if masked else []
    assert network.shapes() == [*mask, *[(19, cells)] * (layers - 1), (cells,), (1,)]
    gates = [4 * ((inputs + cells) * cells + cells) for inputs in [24, *[cells] * (layers - 1)]]
    assert network.params() == Params(sum(gates) + dense(cells, 1))


def test_a_kernel_too_large_for_mnist_is_refused() -> None:
    with pytest.raises(ShapeError, match="layer 3 of 8"):
        cnn.cnn_softmax(kernel=14).shapes()
