"""No backend is slowed by the suite: its epochs are compared with those of a plain Keras script that has the same
environment, threads and mini-batches.

    pytest benchmarks/targets/test_plain.py -m targets [--runs=PAIRS] [--warmup=EPOCHS] [--rounds=EPOCHS]

Suite and script take turns, so that a drifting machine drifts for both.
"""

from __future__ import annotations

import dataclasses
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.record import Record
from analysis.statistics import paired_ratio
from benchmarks.targets.publishing import trained
from fixtures.backends import registry
from fixtures.errors import Unavailable
from fixtures.machine.processors import available_processors
from fixtures.pytest_plugin.state import state
from fixtures.run.job import Job
from fixtures.session.session import Session

pytestmark = pytest.mark.targets

PAIRS, WARMUP, ROUNDS = 6, 2, 6  # options replace these
NETWORKS = {"cnn_softmax": "mnist-cnn_softmax-filters-1", "imdb_lstm": "imdb-imdb_lstm-layers-1"}
TOLERANCE = 1.03
STARTS = 3
LATER_S = 1.0  # the suite's first step may come so much later than the script's

Times = dict[str, list[float]]
Provided = Callable[[str, int, int], Job]


@pytest.fixture(params=registry.OF_KERAS)
def backend(request: pytest.FixtureRequest) -> str:
    chosen = state(request.config).session.settings.backends
    name: str = request.param
    if name not in chosen:
        pytest.skip("not among --backend")
    return name


def targets(labels: Any, network: str) -> Any:
    return np.eye(10, dtype="float32")[labels] if network == "cnn_softmax" else labels.astype("float32")[:, None]


def plain(job: Job, network: str, folder: Path) -> tuple[float, float]:
    """Run the plain script; returns (median epoch, seconds from the command to its first step)."""
    chosen = np.load(job.order, allow_pickle=False)[: job.plan.examples]
    np.save(folder / "x.npy", np.load(job.data.x_train, mmap_mode="r", allow_pickle=False)[chosen])
    np.save(folder / "y.npy", targets(np.load(job.data.y_train, allow_pickle=False)[chosen], network))
    script = Path(__file__).with_name("plain.py")
    processors = ",".join(map(str, available_processors(job.threads)))
    command: list[str | Path] = [
        job.environment.python,
        "-s",
        script,
        network,
        str(job.plan.epochs),
        folder,
        processors,
    ]
    started = time.time()
    script_run = subprocess.run(command, env=job.environ, cwd=folder, capture_output=True, text=True, check=True)
    times = json.loads(script_run.stdout.splitlines()[-1])
    return statistics.median(times["epochs_s"][job.plan.warmup :]), times["began"] - started


def suite(job: Job) -> float:
    """Run the suite's worker; returns its median epoch."""
    record = Record(
        point=job.point.id,
        family=job.point.family,
        backend=job.environment.backend.name,
        run=1,
        batch_size=job.batch_size,
        study_epochs=1,
        study_examples=1,
    )
    epoch_s = trained(job, record).epoch_s
    assert epoch_s
    return epoch_s


def suite_start(point: str, backend: str, session: Session, folder: Path) -> float:
    """Seconds from the command `pytest benchmarks` to the first step, with warm caches."""
    few = ["--runs=1", "--warmup=1", "--rounds=1", "--examples=256", f"--benchmark-storage=file://{folder}"]
    few += [f"--threads={session.settings.threads}", f"--data={session.settings.data}"]
    command = [sys.executable, "-m", "pytest", "benchmarks", "-k", f"{point}-{backend}", f"--backend={backend}", *few]
    started = time.time()
    subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, check=True)
    (saved,) = folder.glob("*/*.json")
    (benchmark,) = json.loads(saved.read_text())["benchmarks"]
    return datetime.fromisoformat(benchmark["extra_info"]["first_step"]).timestamp() - started


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Session:
    return state(request.config).session


@pytest.fixture
def provided(session: Session, backend: str) -> Provided:
    """provided(network, warm-ups, rounds) returns the job; skips where the backend can't be had."""

    def job_of(network: str, warmup: int, rounds: int) -> Job:
        try:
            job = session.provider.job(session.points[NETWORKS[network]], backend, 1)
        except Unavailable as error:
            pytest.skip(str(error))
        return dataclasses.replace(job, plan=dataclasses.replace(job.plan, warmup=warmup, rounds=rounds))

    return job_of


@pytest.mark.parametrize("network", NETWORKS)
def test_as_fast_as_a_plain_script(
    network: str, backend: str, provided: Provided, session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = session.settings
    job = provided(network, WARMUP if settings.warmup is None else settings.warmup, settings.rounds or ROUNDS)
    times: Times = {"suite": [], "plain": []}
    for turn in range((settings.runs or PAIRS) + 1):
        for name in ("suite", "plain") if turn % 2 else ("plain", "suite"):
            epoch = suite(job) if name == "suite" else plain(job, network, tmp_path)[0]
            if turn:  # the first turn fills caches
                times[name].append(epoch)
    ratio = paired_ratio(times["suite"], times["plain"])
    with capsys.disabled():
        print(
            f"\n{network} on {backend}: suite / plain {ratio.value:.3f} [{ratio.low:.3f}, {ratio.high:.3f}], "
            f"epoch {statistics.median(times['suite']):.3g} s"
        )
    assert ratio.value < TOLERANCE or ratio.low <= 1


def test_the_first_step_comes_as_soon(
    backend: str, provided: Provided, session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = "cnn_softmax"
    job = provided(network, 1, 1)
    starts: Times = {"suite": [], "plain": []}
    for turn in range(STARTS + 1):
        suite_s = suite_start(NETWORKS[network], backend, session, tmp_path / str(turn))
        plain_s = plain(job, network, tmp_path)[1]
        if turn:
            starts["suite"].append(suite_s)
            starts["plain"].append(plain_s)
    suite_s, plain_s = (statistics.median(starts[name]) for name in ("suite", "plain"))
    with capsys.disabled():
        print(f"\n{backend}: first step after {suite_s:.2f} s, the plain script's after {plain_s:.2f} s")
    assert suite_s - plain_s < LATER_S
