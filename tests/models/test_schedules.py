"""Optimizers, schedules and settings against the study's text."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import point, points
from models.layers import Conv2D, Dense, Layer, Residual
from models.schedules import SGD, Adam, Approach, Decay, RMSprop, Steps, Training

epochs = st.integers(0, 600)
rates = st.floats(1e-5, 1.0)
factors = st.floats(0.05, 1.0)


@given(initial=rates, factor=factors, starts=st.lists(st.integers(0, 100), max_size=5), epoch=st.integers(0, 100))
def test_steps_multiply_at_each_start(initial: float, factor: float, starts: list[int], epoch: int) -> None:
    value = initial
    for now in range(epoch + 1):
        for _ in range(starts.count(now)):
            value *= factor
    assert math.isclose(Steps(initial, factor, tuple(starts)).at(epoch), value, rel_tol=1e-9)


@given(initial=rates, factor=factors, floor=rates, epoch=epochs)
def test_decay_multiplies_every_epoch_down_to_its_floor(
    initial: float, factor: float, floor: float, epoch: int
) -> None:
    value = initial
    for _ in range(epoch):
        value *= factor
    assert math.isclose(Decay(initial, factor, floor).at(epoch), max(value, floor), rel_tol=1e-9)


@given(initial=st.floats(0, 0.9), limit=st.floats(0, 1), rate=st.floats(0.001, 1), epoch=epochs)
def test_approach_keeps_one_share_of_the_distance_each_epoch(
    initial: float, limit: float, rate: float, epoch: int
) -> None:
    schedule = Approach(initial, limit, rate)
    assert math.isclose(schedule.at(0), initial, abs_tol=1e-12)
    here, there = limit - schedule.at(epoch), limit - schedule.at(epoch + 1)
    assert math.isclose(there, here * math.exp(-rate), abs_tol=1e-12)


@given(count=st.integers(1, 60))
def test_a_training_lists_one_value_an_epoch(count: int) -> None:
    training = Training(SGD(0.01), 32, 50, 100, Steps(0.01, 0.1, (3,)), Approach(0.5, 0.9, 0.06))
    learning_rates, momenta = training.learning_rates(count), training.momenta(count)
    assert learning_rates == pytest.approx([0.01 if epoch < 3 else 0.001 for epoch in range(count)])
    assert momenta == pytest.approx([0.9 - 0.4 * math.exp(-0.06 * epoch) for epoch in range(count)])


def test_constant_rates_have_no_list() -> None:
    training = point("mnist-fnn-layers-6").training
    assert training.learning_rates(50) is None
    assert training.momenta(50) is None


# the study's epochs count from 1: (epoch, rate), each rate holding up to the next
RATES = {
    "mnist-dnn_w20": [(1, 0.001), (2, 0.000993), (101, 0.001 * 0.993**100), (500, 0.001 * 0.993**499)],
    "cifar10-all_cnn_c": [(1, 0.05), (200, 0.05), (201, 0.005), (250, 0.005), (251, 5e-4), (301, 5e-5), (350, 5e-5)],
    "cifar10-cnn_relu-filters-1": [(1, 0.01), (99, 0.01), (100, 1e-3), (133, 1e-3), (134, 1e-4), (142, 1e-5)],
    "svhn-wrn_16_8": [(1, 0.01), (79, 0.01), (80, 0.001), (119, 0.001), (120, 1e-4), (160, 1e-4)],
    "svhn-basic_svhn-filters-1": [(1, 0.01), (79, 0.01), (80, 0.001), (119, 0.001), (120, 1e-4), (160, 1e-4)],
    "norb-ap_relu": [(1, 0.001), (100, 0.001), (101, 1e-4), (200, 1e-4), (201, 1e-5), (250, 1e-5)],
    "norb-mp_relu-filters-1": [(1, 0.001), (100, 0.001), (101, 1e-4), (200, 1e-4), (201, 1e-5), (250, 1e-5)],
}


@pytest.mark.parametrize("id_", RATES)
def test_learning_rates_are_the_printed_ones(id_: str) -> None:
    training = point(id_).training
    listed = training.learning_rates(training.epochs)
    assert listed is not None
    assert [listed[epoch - 1] for epoch, _ in RATES[id_]] == pytest.approx([rate for _, rate in RATES[id_]])


def test_dnn_w20_ends_on_its_floor() -> None:
    """0.001 * 0.993 ** 499 is 0.00003: the printed schedule is consistent with its 500 epochs."""
    assert pytest.approx(0.00003, rel=0.01) == 0.001 * 0.993**499
    assert Decay(0.001, 0.993, 0.00003).at(500) == 0.00003


def test_momentum_of_equation_4_4() -> None:
    training = point("cifar10-cnn_relu-layers-1").training
    momenta = training.momenta(150)
    assert momenta is not None
    assert momenta[0] == pytest.approx(0.5)
    assert momenta[:-1] == sorted(momenta[:-1])
    assert momenta[-1] == pytest.approx(0.9, abs=1e-4)


def test_an_optimizer_starts_where_its_schedule_does() -> None:
    """Keras is built with the optimizer's own values; the schedules replace them before the first step."""
    for training in {found.training for found in points()}:
        if training.learning_rate is not None:
            assert training.learning_rate.at(0) == training.optimizer.learning_rate
        if training.momentum is not None:
            assert isinstance(training.optimizer, SGD)
            assert training.momentum.at(0) == training.optimizer.momentum


SETTINGS = {
    "cifar10-fnn-layers-6": (SGD(0.01), 32, 50, 50_000, 0.0),
    "svhn-fnn-layers-6": (SGD(0.01), 32, 50, 73_257, 0.0),
    "mnist-fnn-layers-6": (SGD(0.01), 32, 50, 60_000, 0.0),
    "mnist-dnn_w20": (SGD(0.001), 128, 500, 60_000, 0.0),
    "mnist-cnn_softmax-filters-1": (SGD(0.01, momentum=0.9), 128, 110, 60_000, 0.0005),
    "cifar10-all_cnn_c": (SGD(0.05, momentum=0.9), 100, 350, 50_000, 0.001),
    "cifar10-cnn_relu-filters-1": (SGD(0.01, momentum=0.5), 100, 150, 50_000, 0.001),
    "svhn-wrn_16_8": (SGD(0.01, momentum=0.9, nesterov=True), 128, 160, 73_257, 0.0005),
    "svhn-basic_svhn-filters-1": (Adam(0.01), 256, 160, 73_257, 0.0005),
    "norb-ap_relu": (SGD(0.001, momentum=0.9), 128, 250, 58_320, 0.01),
    "norb-mp_relu-filters-1": (SGD(0.001, momentum=0.9), 128, 250, 58_320, 0.01),
    "imdb-imdb_lstm-layers-1": (Adam(0.001), 64, 3, 25_000, 0.0),
    "hmdir-hmdir_lstm-layers-1": (RMSprop(0.001), 256, 100, 694_979, 0.0),
}


@pytest.mark.parametrize("id_", SETTINGS)
def test_settings_are_the_printed_ones(id_: str) -> None:
    optimizer, batch_size, count, examples, decay = SETTINGS[id_]
    found = point(id_)
    training = found.training
    assert (training.optimizer, training.batch_size, training.epochs, training.examples) == (
        optimizer,
        batch_size,
        count,
        examples,
    )
    assert {layer.l2 for layer in _kernels(found.network.layers)} <= {decay}


def _kernels(layers: tuple[Layer, ...]) -> list[Dense | Conv2D]:
    """Every layer whose kernel decays, inside residuals too."""
    found: list[Dense | Conv2D] = []
    for layer in layers:
        if isinstance(layer, Residual):
            found += _kernels(layer.main) + _kernels(layer.shortcut)
        elif isinstance(layer, Dense | Conv2D):
            found.append(layer)
    return found


def test_networks_of_one_architecture_train_alike() -> None:
    sweeps = [p for p in points() if p.axis not in ("batch_size", "examples")]
    trainings = {(p.dataset, p.architecture): p.training for p in sweeps}
    assert all(p.training == trainings[p.dataset, p.architecture] for p in sweeps)


def test_records_name_every_option() -> None:
    assert SGD(0.1, 0.9, True).record() == {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True}
    assert Adam(0.1).record() == {
        "optimizer": "adam", "learning_rate": 0.1, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8
    }  # fmt: skip
    assert RMSprop(0.1).record() == {"optimizer": "rmsprop", "learning_rate": 0.1, "rho": 0.9, "epsilon": 1e-8}
