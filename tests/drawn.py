"""A pytest plugin (`-p tests.drawn`) for tests of sessions: no worker is started, the times of rounds are drawn.

Blocks have their own luck, runs differ by 4 %, rounds by 2 %; `DRAWN_OOM` names a backend that runs out of memory,
`DRAWN_INTERRUPT` a benchmark (`jax-run3`) in which the user presses Ctrl-C.
"""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fixtures.errors import WorkerFailed
from fixtures.run import harness, training
from fixtures.session.session import Session
from tests.reports.builder import fields

EPOCH_S = {"theano": 1.0, "tensorflow1": 2.0, "cntk": 0.5}


def setup(self: Session, point: Any, backend: str, run: int) -> SimpleNamespace:
    known = {
        "device": "cpu",
        "environment": f"environment of {backend}",
        "data": "synthetic",
        "data_source": "drawn",
        "data_fingerprint": "0",
        "memory_limit": None,
    }
    return SimpleNamespace(backend=backend, run=run, known=known)


def run(setup: Any, record: dict[str, Any], rounds: training.Rounds, **more: Any) -> None:
    if setup.backend == os.environ.get("DRAWN_OOM"):
        raise WorkerFailed("oom", "drawn", ())
    luck = np.random.default_rng(setup.run).normal(0, 0.1)
    draw = np.random.default_rng([setup.run, *setup.backend.encode()])
    level = EPOCH_S[setup.backend] * np.exp(luck + draw.normal(0, 0.04))
    times: list[float] = (level * np.exp(draw.normal(0, 0.02, record["rounds"]))).tolist()
    told = iter(times)

    def epoch() -> float:
        if os.environ.get("DRAWN_INTERRUPT") == f"{setup.backend}-run{setup.run}":
            raise KeyboardInterrupt
        return next(told)

    rounds(epoch, len(times))
    made = fields(setup.backend, setup.run, record["point"], rounds_s=times, wall_s=5 + sum(times))
    record.update({name: value for name, value in made.items() if name not in record})


def pytest_configure(config: pytest.Config) -> None:
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    patch.setattr(Session, "build", lambda self, backends: None)
    patch.setattr(Session, "load", lambda self, ids: None)
    patch.setattr(Session, "setup", setup)
    patch.setattr(Session, "settle", lambda self: {})
    patch.setattr(training, "run", run)
    patch.setattr(harness, "measure", lambda: dict.fromkeys(("gate_s", "memory_meter_s", "start_s"), 0.001))
