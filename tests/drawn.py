"""A pytest plugin (`-p tests.drawn`) for tests of sessions: real processes as workers, whose times of rounds are drawn.

Blocks have their own luck, runs differ by 4 %, rounds by 2 %; a benchmark takes 5 s besides its rounds. `DRAWN_OOM`
names a backend that runs out of memory, `DRAWN_INTERRUPT` a benchmark in which the user presses Ctrl-C: in the middle
(`jax-run3`), or after its last round (`jax-run3-end`). As long as the file `DRAWN_GATE` exists no worker trains,
and each epoch takes `DRAWN_SLEEP_S` seconds of sleep. `DRAWN_ROUNDS` is a folder for sizes of rounds. With
--device=gpu they hold memory of the card of tests/nvml_stub.c.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datasets import Prepared
from fixtures.backends import registry
from fixtures.backends.environments import Environment
from fixtures.machine.shares import Share
from fixtures.run import process
from fixtures.run.job import Job
from fixtures.run.profiles import Plan
from fixtures.session.provider import Provider
from fixtures.session.round_sizes import RoundSizes
from fixtures.session.settings import Settings
from models.catalogue import Point

WORKER = Path(__file__).with_name("drawn_worker")
EPOCH_S = {"theano": 1.0, "tensorflow1": 2.0, "cntk": 0.5}
OOM = {"outcome": "oom", "error": "MemoryError", "message": "drawn", "traceback": ""}


@dataclass(frozen=True)
class DrawnJob(Job):
    """What such a worker tells, in place of what it is to do. rounds: seconds of each."""

    rounds: tuple[float, ...] = ()
    run: int = 1

    def took_s(self, seconds: float) -> float:
        """The drawn time. A user may press Ctrl-C at this moment, when the worker is reaped."""
        if os.environ.get("DRAWN_INTERRUPT") == f"{self.environment.backend.name}-run{self.run}-end":
            raise KeyboardInterrupt
        return 5 + sum(self.rounds)

    @property
    def message(self) -> dict[str, Any]:
        name, network = self.environment.backend.name, self.point.network
        params, walls = network.params(), [*[3.0] * self.plan.warmup, *self.rounds]
        return {
            "failed": OOM if name == os.environ.get("DRAWN_OOM") else None,
            "interrupt": os.environ.get("DRAWN_INTERRUPT") == f"{name}-run{self.run}",
            "short_epochs": self.projects,
            "gate": os.environ.get("DRAWN_GATE"),
            "card": os.environ.get("NVML_WORKERS") if self.device == "gpu" else None,
            "sleep_s": float(os.environ.get("DRAWN_SLEEP_S", "0")),
            "ready": {
                "import_s": 0.5,
                "versions": {"keras": "drawn"},
                "python": "3",
                "device": self.device,
                "blas": "drawn",
                "processors": list(self.processors),
                "network": "none",
                "threads_in_force": None,
            },
            "built": {
                "build_s": 0.5,
                "jit": "off",
                "layers": [],
                "examples": self.plan.examples,
                "params_trainable": params.trainable,
                "params_non_trainable": params.non_trainable,
                "output_shapes": [list(shape) for shape in network.shapes()],
            },
            "training": {"baseline_resident_mib": 400.0, "peak_was_reset": True},
            "epochs": [_epoch(index, wall_s) for index, wall_s in enumerate(walls)],
            "trained": {"epochs": len(walls), "allocator_peak_mib": None},
            "evaluated": {
                **dict.fromkeys(("train_loss", "test_loss"), 0.5),
                **{"train_error": 10.0, "test_error": 12.0, "train_examples": 1000, "test_examples": 1000},
                "evaluation_s": 0.5,
            },
        }


def _epoch(index: int, wall_s: float) -> dict[str, Any]:
    return {
        "index": index,
        "wall_s": wall_s,
        "processor_s": 2 * wall_s,
        "fetched_mib": 0.0,
        "loss": 0.5,
        "peak_resident_mib": 500.0,
    }


class DrawnProvider(Provider):
    """Provides what such workers need, which is nearly nothing."""

    def build(self, backends: Iterable[str]) -> None:
        """Nothing is built."""
        self.say_device()

    def round_sizes(self) -> RoundSizes | None:
        """Those of the machine are not for times that are drawn; `DRAWN_ROUNDS` names a folder for others."""
        folder = os.environ.get("DRAWN_ROUNDS")
        return RoundSizes(Path(folder), self.settings, "cpu") if folder else None

    def load(self, ids: Iterable[str]) -> None:
        """No data are read."""

    @property
    def home(self) -> Path:
        return self.cache / "home" / "drawn"

    def worker(
        self, backend: str, task: str, *, timeout: float, device: str = "cpu", seed: int = 1, **job: Any
    ) -> process.Worker:
        """Nothing but the one that keeps a card busy."""
        assert task == "busy"
        busy = {"busy": backend != os.environ.get("DRAWN_OOM"), "device": device}
        return process.Worker(Path(sys.executable), busy, {"HOME": str(self.home)}, timeout=timeout, code=WORKER)

    def job(self, point: Point, arm: str, run: int, plan: Plan | None = None) -> Job:
        backend = self.settings.candidate(arm).base
        plan, seed = plan or self.settings.plan(point), self.settings.seed + run - 1
        luck = np.random.default_rng(run).normal(0, 0.1)
        draw = np.random.default_rng([run, *arm.encode()])
        level = EPOCH_S[backend] * np.exp(luck + draw.normal(0, 0.04))
        rounds = (level * np.exp(draw.normal(0, 0.02, plan.rounds))).tolist()
        nowhere = Path(os.devnull)
        environment = Environment(registry.BACKENDS[backend], Path(sys.executable), "3", f"drawn {backend}", {})
        return DrawnJob(
            point,
            environment,
            Prepared(nowhere, nowhere, nowhere, nowhere, "synthetic", "drawn", "0"),
            nowhere,
            plan,
            self.settings.batch_size_of(point),
            seed,
            self.device,
            self.settings.threads,
            {"HOME": str(self.home), **({"CUDA_VISIBLE_DEVICES": self.share.gpu} if self.share.gpu else {})},
            self.settings.options,
            (),
            code=WORKER,
            rounds=tuple(rounds),
            run=run,
        )


@pytest.hookimpl(tryfirst=True)  # before the one of a cluster's head, which would build environments
def pytest_keras_provider(settings: Settings, progress: Callable[[str], None], share: Share | None) -> DrawnProvider:
    return DrawnProvider(settings, progress, share)
