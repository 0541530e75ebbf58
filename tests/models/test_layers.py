"""The arithmetic of layers against independent formulas, and their errors."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import points
from models.layers import (
    GRU,
    LSTM,
    Activation,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    Layer,
    LeakyReLU,
    LocalResponseNormalization,
    Masking,
    Network,
    Padding,
    Params,
    Pool1D,
    Pool2D,
    Residual,
    Shape,
    ShapeError,
    UpSampling2D,
    ZeroPadding2D,
)

small = st.integers(1, 12)
images = st.tuples(st.integers(1, 40), st.integers(1, 40), small)


@given(image=images, kernel=st.tuples(small, small), stride=st.integers(1, 5), filters=small, use_bias=st.booleans())
def test_convolution_places_its_kernel_wherever_it_fits(
    image: tuple[int, int, int], kernel: tuple[int, int], stride: int, filters: int, use_bias: bool
) -> None:
    valid = Conv2D(filters, kernel, "valid", stride, use_bias=use_bias)
    same = Conv2D(filters, kernel, "same", stride, use_bias=use_bias)
    rows, columns = (
        sum(start + width <= size for start in range(0, size, stride))
        for size, width in zip(image[:2], kernel, strict=True)
    )
    if rows and columns:
        assert valid.output_shape(image) == (rows, columns, filters)
    else:
        with pytest.raises(ShapeError, match="larger than its input"):
            valid.output_shape(image)
    assert same.output_shape(image) == (len(range(0, image[0], stride)), len(range(0, image[1], stride)), filters)
    weights = filters * image[2] * kernel[0] * kernel[1] + (filters if use_bias else 0)
    assert valid.params(image) == same.params(image) == Params(weights)


@given(image=images, pad=st.integers(1, 5), kernel=small)
def test_padding_adds_on_all_four_sides(image: tuple[int, int, int], pad: int, kernel: int) -> None:
    padded = ZeroPadding2D(pad).output_shape(image)
    assert padded == (image[0] + pad + pad, image[1] + pad + pad, image[2])
    odd = 2 * pad + 1
    assert Conv2D(3, (odd, odd)).output_shape(padded) == Conv2D(3, (odd, odd), "same").output_shape(image)


@given(image=images, window=small, stride=st.integers(1, 5))
def test_pooling_leaves_out_what_does_not_fit(image: tuple[int, int, int], window: int, stride: int) -> None:
    pool = Pool2D("max", window, stride)
    rows, columns = (sum(start + window <= size for start in range(0, size, stride)) for size in image[:2])
    if rows and columns:
        assert pool.output_shape(image) == (rows, columns, image[2])
    else:
        with pytest.raises(ShapeError, match="nothing is left"):
            pool.output_shape(image)


@given(
    steps=st.integers(1, 40), features=small, kernel=small, padding=st.sampled_from(["same", "valid"]),
    stride=st.integers(1, 5), filters=small, use_bias=st.booleans(),
)  # fmt: skip
def test_a_convolution_of_a_sequence_is_that_of_an_image_of_one_column(
    steps: int, features: int, kernel: int, padding: Padding, stride: int, filters: int, use_bias: bool
) -> None:
    sequence, image = (steps, features), (steps, 1, features)
    one = Conv1D(filters, kernel, padding, stride, use_bias=use_bias)
    two = Conv2D(filters, (kernel, 1), padding, stride, use_bias=use_bias)
    assert one.params(sequence) == two.params(image)
    if padding == "valid" and kernel > steps:
        with pytest.raises(ShapeError, match=r"Conv1D.* kernel larger than its input"):
            one.output_shape(sequence)
    else:
        length, column, last = two.output_shape(image)
        assert (one.output_shape(sequence), column) == ((length, last), 1)
        assert one.multiply_adds(sequence) == two.multiply_adds(image)


@given(steps=st.integers(1, 40), features=small, window=small, stride=st.integers(1, 5))
def test_pooling_of_a_sequence_leaves_out_what_does_not_fit(
    steps: int, features: int, window: int, stride: int
) -> None:
    pool, length = Pool1D("average", window, stride), sum(s + window <= steps for s in range(0, steps, stride))
    if length:
        assert pool.output_shape((steps, features)) == (length, features)
    else:
        with pytest.raises(ShapeError, match="nothing is left"):
            pool.output_shape((steps, features))


@given(image=images, size=st.integers(1, 4))
def test_pooling_undoes_what_made_an_image_larger(image: tuple[int, int, int], size: int) -> None:
    larger = UpSampling2D(size).output_shape(image)
    assert larger == (size * image[0], size * image[1], image[2])
    assert Pool2D("average", size, size).output_shape(larger) == image


@given(steps=small, features=small, units=small)
def test_a_dense_layer_takes_each_step_of_a_sequence(steps: int, features: int, units: int) -> None:
    layer = Dense(units)
    assert layer.output_shape((steps, features)) == (steps, units)
    assert layer.params((steps, features)) == layer.params((features,)) == Params((features + 1) * units)
    assert layer.multiply_adds((steps, features)).total == steps * layer.multiply_adds((features,)).total


@given(image=images)
def test_layers_without_weights(image: tuple[int, int, int]) -> None:
    kept: list[Layer] = [Activation("relu"), Dropout(0.5), LeakyReLU(0.1), LocalResponseNormalization()]
    assert all(layer.output_shape(image) == image for layer in kept)
    assert GlobalAveragePooling2D().output_shape(image) == (image[2],)
    assert GlobalAveragePooling1D().output_shape(image[1:]) == (image[2],)
    assert Flatten().output_shape(image) == (image[0] * image[1] * image[2],)
    others: list[Layer] = [GlobalAveragePooling2D(), Flatten(), Pool2D("average", 1, 1), ZeroPadding2D(1)]
    assert all(layer.params(image) == Params(0, 0) for layer in kept + others)


@given(image=images)
def test_normalisation_trains_two_of_four_values_a_channel(image: tuple[int, int, int]) -> None:
    layer = BatchNormalization()
    assert layer.output_shape(image) == image
    assert layer.params(image) == Params(2 * image[2], 2 * image[2])
    assert layer.params((image[2],)) == layer.params(image)


@given(features=small, cells=small, steps=small, sequences=st.booleans())
def test_lstm_counts_four_gates(features: int, cells: int, steps: int, sequences: bool) -> None:
    layer = LSTM(cells, sequences)
    assert layer.params((steps, features)) == Params(4 * (features * cells + cells * cells + cells))
    assert layer.output_shape((steps, features)) == ((steps, cells) if sequences else (cells,))
    assert Masking().output_shape((steps, features)) == (steps, features)


def _convolutions() -> st.SearchStrategy[tuple[Layer, ...]]:
    """Branches that keep an image's rows and columns."""
    layer = st.one_of(
        st.builds(Conv2D, small, st.tuples(small, small), st.just("same"), use_bias=st.booleans()),
        st.just(BatchNormalization()),
        st.just(Activation("relu")),
    )
    return st.lists(layer, max_size=4).map(tuple)


@given(side=small, channels=small, filters=small, main=_convolutions(), shortcut=_convolutions())
def test_a_residual_sums_branches_of_one_shape(
    side: int, channels: int, filters: int, main: tuple[Layer, ...], shortcut: tuple[Layer, ...]
) -> None:
    last = Conv2D(filters, (1, 1))
    image = (side, side, channels)
    layer = Residual((*main, last), (*shortcut, last))
    assert layer.output_shape(image) == (side, side, filters)
    branches = [
        Network(image, branch, "binary_crossentropy", 1).params() for branch in ((*main, last), (*shortcut, last))
    ]
    assert layer.params(image) == Params(*(sum(counts) for counts in zip(*branches, strict=True)))


@given(side=small, channels=small, filters=small)
def test_an_empty_shortcut_is_the_input(side: int, channels: int, filters: int) -> None:
    layer, image = Residual((Conv2D(filters, (3, 3), "same"),)), (side, side, channels)
    if filters == channels:
        assert layer.output_shape(image) == image
    else:
        with pytest.raises(ShapeError, match=rf"main gives .*, {filters}\), the shortcut .*, {channels}\)"):
            layer.output_shape(image)


@given(steps=small, features=small, units=small)
def test_gated_units_have_three_quarters_of_what_lstm_cells_have(steps: int, features: int, units: int) -> None:
    gru, lstm, shape = GRU(units, return_sequences=True), LSTM(units, return_sequences=True), (steps, features)
    assert gru.output_shape(shape) == lstm.output_shape(shape) == (steps, units)
    assert 4 * gru.params(shape).total == 3 * lstm.params(shape).total
    assert 4 * gru.multiply_adds(shape).total == 3 * lstm.multiply_adds(shape).total


def _network(shape: Shape, *layers: Layer) -> Network:
    return Network(shape, layers, "categorical_crossentropy", 10)


def test_an_impossible_network_names_its_layer() -> None:
    with pytest.raises(ShapeError, match=r"^layer 2 of 2: Pool2D.* window larger than its input \(2, 2, 2\)"):
        _network((4, 4, 1), Conv2D(2, (3, 3)), Pool2D("max", 3, 3)).shapes()


def test_an_impossible_branch_names_its_layer() -> None:
    inner = Residual((Activation("relu"), Conv2D(2, (5, 5))), (Conv2D(2, (1, 1)),))
    network = _network((4, 4, 1), Activation("relu"), Residual((inner,)), Flatten())
    for fails in (network.shapes, network.params):
        with pytest.raises(ShapeError, match=r"^layer 2 of 3, main 1 of 1, main 2 of 2: Conv2D.* kernel larger"):
            fails()
    with pytest.raises(ShapeError, match=r"^layer 1 of 1, shortcut 1 of 1: Pool2D"):
        _network((4, 4, 1), Residual((), (Pool2D("max", 5, 1),))).shapes()


def test_branches_that_do_not_meet_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"^layer 1 of 1: Residual can't add its branches: main gives \(2, 2, 1\)"):
        _network((4, 4, 1), Residual((Pool2D("max", 2, 2),))).shapes()


@pytest.mark.parametrize(
    ("layer", "shape", "wanted"),
    [
        (Dense(3), (4, 4, 1), "a vector"),
        (Conv2D(2, (1, 1)), (16,), "an image"),
        (GlobalAveragePooling2D(), (16,), "an image"),
        (LSTM(3), (16,), "a sequence of vectors"),
        (Masking(), (16,), "a sequence of vectors"),
        (Conv1D(2, 1), (4, 4, 1), "a sequence of vectors"),
        (Pool1D("max", 1, 1), (16,), "a sequence of vectors"),
        (GlobalAveragePooling1D(), (4, 4, 1), "a sequence of vectors"),
        (UpSampling2D(2), (16, 2), "an image"),
    ],
)
def test_a_layer_says_what_it_needs(layer: Layer, shape: Shape, wanted: str) -> None:
    with pytest.raises(ShapeError, match=rf"layer 1 of 1: {type(layer).__name__}.* needs {wanted}"):
        _network(shape, layer).shapes()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Dense(0), "units 0"),
        (lambda: Conv2D(int(2 * 0.25), (3, 3)), "filters 0"),
        (lambda: Conv2D(2, (3, 0)), r"kernel \(3, 0\)"),
        (lambda: Pool2D("max", 2, 0), "stride 0"),
        (lambda: LSTM(-1), "units -1"),
    ],
)
def test_a_layer_of_no_size_is_refused(make: Any, name: str) -> None:
    with pytest.raises(ShapeError, match=rf"has {name}: it must be at least 1"):
        make()


def test_records_survive_json() -> None:
    for point in points():
        record = json.loads(json.dumps(point.network.record()))
        assert [layer["layer"] for layer in record["layers"]] == [layer.kind for layer in point.network.layers]
        assert tuple(record["input_shape"]) == point.network.input_shape


def test_a_residual_nests_its_records() -> None:
    record = Residual((Conv2D(2, (3, 3)), Activation("tanh")), (ZeroPadding2D(1),)).record()
    assert record["layer"] == "residual"
    assert [layer["layer"] for layer in record["main"]] == ["conv2d", "activation"]
    assert record["shortcut"] == [{"layer": "zero_padding2d", "size": 1}]
    assert record["main"][0]["kernel"] == [3, 3]
    assert record["main"][0]["initializer"] == {"name": "glorot_uniform"}


def test_records_hold_every_default() -> None:
    """Defaults moved between Keras generations, so that none may be left to them."""
    assert Activation("relu").record() == {"layer": "activation", "activation": "relu"}
    assert BatchNormalization().record() == {"layer": "batch_normalization", "momentum": 0.99, "epsilon": 0.001}
    assert LSTM(3).record() == {
        "layer": "lstm",
        "units": 3,
        "return_sequences": False,
        "activation": "tanh",
        "recurrent_activation": "hard_sigmoid",
        "initializer": {"name": "glorot_uniform"},
        "recurrent_initializer": {"name": "orthogonal", "gain": 1.0},
    }
    response = LocalResponseNormalization().record()
    assert response == {"layer": "local_response_normalization", "size": 5, "k": 2.0, "alpha": 1e-4, "beta": 0.75}
