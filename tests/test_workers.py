"""The six backends, really running: networks, training, clocks and memory in real workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.benchmark import process
from fixtures.benchmark.training import check_counts
from fixtures.errors import WorkerFailed
from fixtures.parity import architectures
from models.catalogue import Point, points
from models.cnn import cnn_softmax
from models.fnn import fnn
from models.layers import LSTM, Conv2D, Dense, Embedding, Flatten, Network, Pool2D
from models.training import SGD, Adam
from tests.backends import CHEAP, slow_but

pytestmark = pytest.mark.backend
Start = Callable[..., process.Worker]

small = st.integers(1, 9)


@st.composite
def convolutional(draw: st.DrawFn) -> Network:
    """Any stack of convolutions and pools that leaves something of its input."""
    rows, columns = draw(st.integers(8, 20)), draw(st.integers(8, 20))
    layers: list[Any] = []
    shape = (rows, columns, draw(st.integers(1, 3)))
    network = Network(shape, (Flatten(), Dense(3, "softmax")), "categorical_crossentropy", 3)
    for _ in range(draw(st.integers(1, 3))):
        smallest = min(network.shapes()[-3][:2] if layers else shape[:2])
        if draw(st.booleans()):
            kernel = (draw(st.integers(1, min(5, smallest))), draw(st.integers(1, min(5, smallest))))
            padding: Literal["same", "valid"] = draw(st.sampled_from(["same", "valid"]))
            layers.append(Conv2D(draw(small), kernel, padding, draw(st.integers(1, 2))))
        else:
            size = draw(st.integers(1, min(3, smallest)))
            layers.append(Pool2D(draw(st.sampled_from(["max", "average"])), size, draw(st.integers(1, 3))))
        network = Network(shape, (*layers, Flatten(), Dense(3, "softmax")), "categorical_crossentropy", 3)
    return network


@st.composite
def recurrent(draw: st.DrawFn) -> Network:
    depth = draw(st.integers(1, 3))
    cells = [LSTM(draw(small), return_sequences=number < depth) for number in range(1, depth + 1)]
    layers = (Embedding(draw(small), draw(small)), *cells, Dense(1, "sigmoid"))
    return Network((draw(st.integers(2, 9)),), layers, "binary_crossentropy", 1, "int32")


feedforward = st.builds(fnn, small, st.lists(small, max_size=4).map(tuple), small)
networks = st.one_of(feedforward, convolutional(), recurrent())


def test_workers_build_what_the_arithmetic_says_and_nothing_else(start: Start) -> None:
    with start(task="describe") as worker:
        worker.expect("ready")

        @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(networks)
        def random_members(network: Network) -> None:
            worker.send("describe", model=network.record())
            check_counts(network, worker.expect("described"))

        random_members()
        describe_all(worker, architectures())
        worker.send("describe", model={**fnn(4, (3,)).record(), "layers": [{"layer": "capsule"}]})
        with pytest.raises(WorkerFailed, match=r"no layer 'capsule' in this worker; it knows .*conv2d") as unknown:
            worker.expect("described")
        assert unknown.value.outcome == "unsupported"


@pytest.mark.slow
def test_workers_build_every_point_as_the_arithmetic_says(start: Start) -> None:
    with start(task="describe") as worker:
        worker.expect("ready")
        describe_all(worker, points())


def describe_all(worker: process.Worker, chosen: Iterable[Point]) -> None:
    for point in chosen:
        worker.send("describe", model=point.network.record())
        check_counts(point.network, worker.expect("described"))


def training_job(
    network: Network, folder: Path, optimizer: Any, batch_size: int = 8, examples: int = 32
) -> dict[str, Any]:
    draw = np.random.default_rng(0)
    if network.input_dtype == "int32":
        x = draw.integers(0, 50, (examples, *network.input_shape)).astype("int32")
    else:
        x = draw.normal(size=(examples, *network.input_shape)).astype("float32")
    arrays = {"x": x, "y": draw.integers(0, max(2, network.classes), examples)}
    np.save(folder / "order.npy", np.arange(examples))
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
    data = {f"{name}_{part}": str(folder / f"{name}.npy") for name in arrays for part in ("train", "test")}
    data["order"] = str(folder / "order.npy")
    return {
        "task": "train",
        "model": network.record(),
        "optimizer": optimizer.record(),
        "batch_size": batch_size,
        "examples": examples,
        "evaluate_examples": examples,
        "data": data,
    }


def begin(worker: process.Worker) -> None:
    """Bring a worker to where it stands before its first epoch."""
    worker.expect("ready")
    worker.send("build")
    worker.expect("built")
    worker.expect("training")


def train(worker: process.Worker, epochs: int) -> tuple[list[dict[str, Any]], dict[str, Any], dict[str, Any]]:
    """The epochs' messages, the trained message and the evaluation."""
    begin(worker)
    found = []
    for _ in range(epochs):
        worker.send("epoch")
        found.append(worker.expect("epoch"))
    worker.send("stop")
    trained, evaluated = worker.expect("trained"), worker.expect("evaluated")
    worker.expect("done")
    return found, trained, evaluated


def test_a_small_network_learns_its_examples_by_heart_as_the_seed_decides(start: Start, tmp_path: Path) -> None:
    job = training_job(fnn(20, (32,), 3), tmp_path, Adam(0.01))
    with start(**job) as worker:
        epochs, trained, evaluated = train(worker, 40)
    assert trained["epochs"] == 40
    assert epochs[-1]["loss"] < 0.3 * epochs[0]["loss"]
    assert evaluated["train_error"] < 10
    assert all(epoch["wall_s"] > 0 and epoch["processor_s"] > 0 for epoch in epochs)
    # graphs and compilation belong to the first epoch on every backend, also where fit makes them before it
    assert epochs[0]["wall_s"] > min(epoch["wall_s"] for epoch in epochs[1:])
    losses = [[epoch["loss"] for epoch in epochs[:3]]]
    for seed in (1, 2):
        with start(**{**job, "seed": seed}) as worker:
            losses.append([epoch["loss"] for epoch in train(worker, 3)[0]])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert losses[0] != pytest.approx(losses[2], rel=1e-3)


@slow_but(CHEAP)
def test_an_infinite_loss_ends_the_fit(start: Start, tmp_path: Path) -> None:
    job = training_job(fnn(20, (16, 16), 3), tmp_path, SGD(1e30))
    with start(**job) as worker:
        begin(worker)
        for _ in range(5):
            worker.send("epoch")
            epoch = worker.expect("epoch")
            if epoch["loss"] is None:
                break
        assert epoch["loss"] is None
        worker.expect("trained")


@slow_but(CHEAP)
def test_the_peak_grows_with_the_batch(start: Start, tmp_path: Path) -> None:
    peaks = []
    for batch_size in (8, 512):
        job = training_job(cnn_softmax(), tmp_path, SGD(0.01), batch_size, examples=512)
        with start(**job) as worker:
            peaks.append(train(worker, 1)[1]["peak_resident_mib"])
    # 512 images of 24 x 24 x 32 float32 values are 36 MiB, and every backend holds them at least once
    assert peaks[1] - peaks[0] > 36


@pytest.mark.alone
@slow_but(("jax", "theano"))
def test_an_epoch_ends_only_when_its_work_is_done(start: Start, tmp_path: Path) -> None:
    """If work were still pending when the clock stops, the processor time of a round would not follow its size."""
    least = {}
    for examples in (512, 2048):
        job = training_job(fnn(784, (2048, 1024)), tmp_path, SGD(0.01), 128, examples)
        with start(**job) as worker:
            epochs = 6 * 2048 // examples  # as long for both: threads that wait for a busy processor spin meanwhile
            least[examples] = min(epoch["processor_s"] for epoch in train(worker, epochs)[0][1:])
    assert 2 < least[2048] / least[512] < 8
