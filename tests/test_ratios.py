"""From real workers to a ratio: a backend that is slowed by a known factor is reported with that factor."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any

import pytest

from fixtures.benchmark import training
from fixtures.benchmark.plan import Plan
from fixtures.benchmark.setup import Setup
from fixtures.errors import Unavailable
from fixtures.session.session import Session
from reports.comparison import Comparison, compare
from reports.records import record

pytestmark = [pytest.mark.backend, pytest.mark.alone, pytest.mark.slow]

POINT = "mnist-fnn-layers-1"
BLOCKS, WAITS = 5, 3.0  # the slowed arm waits for so many epochs' time in each epoch
PLAN = Plan(runs=BLOCKS, warmup=1, rounds=5, examples=2560, evaluate_examples=64, timeout=300)


@pytest.fixture
def fast(keras_session: Session) -> str:
    """A backend that starts and trains quickly."""
    reasons = []
    for name in ("theano", "jax"):
        try:
            keras_session.environment(name)
            return name
        except Unavailable as error:
            reasons.append(str(error))
    pytest.skip("; ".join(reasons))


@dataclass(frozen=True)
class Slowed(Setup):
    """A benchmark whose worker waits so many seconds in each epoch."""

    wait_s: float = 0.0

    @property
    def job(self) -> dict[str, Any]:
        return {**super().job, "fault": {"kind": "wait", "at": "before", "seconds": self.wait_s}}


def measured(session: Session, backend: str, arm: str, run: int, wait_s: float = 0.0) -> dict[str, Any]:
    """One run's record under the name `arm`."""
    setup = session.setup(session.points[POINT], backend, run)
    slowed = Slowed(**{**vars(setup), "plan": PLAN, "wait_s": wait_s})
    found = session.new_record(session.points[POINT], backend, run)
    found |= {"backend_alias": arm, "aa_of": backend, "device": "cpu", "data": setup.data.data}
    training.run(slowed, found)
    return {**found, "outcome": "ok"}


def compared(session: Session, backend: str, waits: dict[str, float]) -> tuple[Comparison, list[dict[str, Any]]]:
    """Blocks of these arms (name to seconds of waiting), each run in a process of its own, in turns."""
    records = []
    for run in range(1, BLOCKS + 1):
        order = list(waits.items())[:: 1 if run % 2 else -1]
        records += [measured(session, backend, arm, run, wait_s) for arm, wait_s in order]
    return compare([record(each, "here") for each in records], "backend", [next(iter(waits))]), records


def test_a_slowed_backend_is_reported_with_the_factor_that_slows_it(fast: str, keras_session: Session) -> None:
    first = measured(keras_session, fast, "pilot", 1)
    wait_s = WAITS * first["epoch_s"]
    found, records = compared(keras_session, fast, {"plain": 0.0, "slowed": wait_s})
    # what the wait makes of the plain arm's own epoch: about 4
    plain = statistics.geometric_mean(each["epoch_s"] for each in records if each["backend_alias"] == "plain")
    factor = (plain + wait_s) / plain
    (row,) = found.compared
    assert row.speed_up
    assert row.arm == "slowed"
    slower = row.speed_up.inverse
    assert (slower.pairs, slower.method) == (BLOCKS, "paired")
    assert slower.low <= factor <= slower.high
    assert row.verdict == "slower"
