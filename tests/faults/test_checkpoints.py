"""A long training that is interrupted goes on from its checkpoint as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.errors import WorkerFailed
from fixtures.run import process
from models.layers import BatchNormalization, Conv2D, Dense, Flatten, Network
from models.schedules import SGD, Adam, Approach, Decay, Optimizer, RMSprop
from tests.backends import slow_but
from tests.faults.attempts import OLD_AND_NEW
from tests.fixtures.worker.test_workers import begin, training_job

pytestmark = pytest.mark.backend
Start = Callable[..., process.Worker]
EPOCHS, BREAK = 6, 3
NETWORK = Network(
    (8, 8, 1),
    (Conv2D(4, (3, 3)), BatchNormalization(), Flatten(), Dense(3, "softmax")),
    "categorical_crossentropy",
    3,
)


def job(folder: Path, optimizer: Optimizer) -> dict[str, Any]:
    """36 examples in mini-batches of 8: the last one is smaller. Rates and momenta change with the epoch."""
    fields = training_job(NETWORK, folder, optimizer, examples=36)
    rates = Decay(optimizer.learning_rate, 0.7, 0.0)
    fields["learning_rates"] = [rates.at(epoch) for epoch in range(EPOCHS)]
    if isinstance(optimizer, SGD):
        momenta = Approach(0.5, 0.9, 0.5)
        fields["momenta"] = [momenta.at(epoch) for epoch in range(EPOCHS)]
    return fields


def losses(worker: process.Worker, epochs: int) -> list[float]:
    values = []
    for _ in range(epochs):
        worker.send("epoch")
        values.append(worker.expect("epoch")["loss"])
    return values


def saved(worker: process.Worker, path: Path) -> dict[str, Any]:
    worker.send("checkpoint", path=str(path))
    return worker.expect("checkpointed")


@slow_but(OLD_AND_NEW)
def test_losses_go_on_as_without_the_interruption(start: Start, tmp_path: Path) -> None:
    interrupted(start, tmp_path, SGD(0.05, 0.9, nesterov=True))


@slow_but(["cntk"])
@pytest.mark.parametrize(
    "optimizer", [Adam(0.01), pytest.param(RMSprop(0.01), marks=pytest.mark.slow)], ids=lambda o: o.kind
)
def test_so_they_do_by_other_optimizers(start: Start, tmp_path: Path, optimizer: Optimizer) -> None:
    interrupted(start, tmp_path, optimizer)


def interrupted(start: Start, tmp_path: Path, optimizer: Optimizer) -> None:
    path = tmp_path / "state.npz"
    with start(**job(tmp_path, optimizer)) as worker:
        begin(worker)
        whole = losses(worker, BREAK)
        assert saved(worker, path)["epochs"] == BREAK
        whole += losses(worker, EPOCHS - BREAK)
    with start(**job(tmp_path, optimizer), checkpoint=str(path)) as worker:
        begin(worker)
        restored = worker.expect("restored")
        assert (restored["epochs"], restored["exact"]) == (BREAK, True)
        resumed = losses(worker, EPOCHS - BREAK)
        worker.send("stop")
        assert worker.expect("trained")["epochs"] == EPOCHS - BREAK
        worker.expect("evaluated")
        worker.expect("done")
    assert resumed == pytest.approx(whole[BREAK:], rel=1e-5)
    assert whole[BREAK] != pytest.approx(whole[0], rel=1e-2)


@slow_but(["cntk"], ["cntk", "tensorflow1", "jax"])
def test_a_checkpoint_is_plain_arrays_and_of_this_training_only(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    with start(**job(tmp_path, Adam(0.01))) as worker:
        begin(worker)
        losses(worker, 1)
        assert "No such file" in saved(worker, tmp_path / "nowhere" / "state.npz")["reason"]
        assert saved(worker, path)["epochs"] == 1
        assert len(losses(worker, 1)) == 1
    assert [each.name for each in tmp_path.glob("state.npz*")] == ["state.npz"]
    with np.load(path, allow_pickle=False) as arrays:
        assert int(arrays["epochs"]) == 1
        assert all(arrays[name].dtype.kind in "fiu" for name in arrays.files)
    whole = path.read_bytes()
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(whole[: len(whole) // 2])
    for file, optimizer, reason in (
        (damaged, Adam(0.01), "can't be read"),
        (path, SGD(0.01, 0.9), "arrays"),
        (tmp_path / "nowhere.npz", Adam(0.01), "can't be read"),
    ):
        with start(**job(tmp_path, optimizer), checkpoint=str(file)) as worker:
            begin(worker)
            answer = worker.expect("restored")
            assert answer["epochs"] is None
            assert reason in answer["reason"]
            with pytest.raises(WorkerFailed, match="UnusableCheckpoint"):
                worker.expect("training")
