"""Puts faults into benchmarks' jobs. As a pytest plugin (-p tests.faults.injection) it does so in a whole session:

FAULTS='{"theano": {"kind": "segfault", "at": "in", "epoch": 1}}'   by backend, or for one run: "theano-run2"
FAULTS='{"random": 7, "share": 0.3}'                                drawn from RANDOM by this seed
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from fixtures.machine.shares import Share
from fixtures.run.job import Job
from fixtures.run.profiles import Plan
from fixtures.session.provider import Provider
from fixtures.session.settings import Settings
from models.catalogue import Point

Fault = dict[str, Any]

# each fault with the outcome that it must have
RANDOM: tuple[tuple[Fault, str], ...] = (
    ({"kind": "kill", "at": "import"}, "crash"),
    ({"kind": "segfault", "at": "build"}, "crash"),
    ({"kind": "segfault", "at": "in", "epoch": 1}, "crash"),
    ({"kind": "kill", "at": "after", "epoch": 1}, "crash"),
    ({"kind": "exception", "at": "before", "epoch": 2}, "crash"),
    ({"kind": "exception", "at": "evaluate"}, "crash"),
    ({"kind": "rubbish", "at": "before", "epoch": 1}, "crash"),
    ({"kind": "twice", "at": "after", "epoch": 1}, "crash"),
    ({"kind": "nan", "at": "build"}, "diverged"),
    ({"kind": "flood", "at": "before", "epoch": 1}, "ok"),
)


def stands(file: Path, at: str = "import", epoch: int | None = None) -> Fault:
    """A worker writes its process id to this file, and stands there until it is removed; a second one goes on."""
    return {"kind": "stand", "at": at, "file": str(file), "epoch": epoch}


def standing(file: Path, patience_s: float = 300) -> psutil.Process:
    """The worker that stands at this file, once it does."""
    end = time.monotonic() + patience_s
    while not file.exists():
        assert time.monotonic() < end, f"no worker has come to {file}"
        time.sleep(0.02)
    return psutil.Process(int(file.read_text()))


@dataclass(frozen=True)
class Faulty(Job):
    fault: Fault | None = None

    @property
    def message(self) -> dict[str, Any]:
        return {**super().message, **({"fault": self.fault} if self.fault else {})}


def faulty(job: Job, fault: Fault | None, **changes: Any) -> Faulty:
    fields = {field.name: getattr(job, field.name) for field in dataclasses.fields(job)}
    return Faulty(**{**fields, **changes}, fault=fault)


def drawn(chosen: dict[str, Any], backend: str, run: int) -> tuple[Fault | None, str]:
    """Draw the fault of one benchmark; returns it with the outcome that it must have."""
    draw = random.Random(f"{chosen['random']}/{backend}/{run}")
    return draw.choice(RANDOM) if draw.random() < chosen["share"] else (None, "ok")


class FaultyProvider(Provider):
    """Provides jobs that hold the faults of the variable FAULTS."""

    def job(self, point: Point, backend: str, run: int, plan: Plan | None = None) -> Job:
        chosen = json.loads(os.environ["FAULTS"])
        if "random" in chosen:
            fault = drawn(chosen, backend, run)[0]
        else:
            fault = chosen.get(f"{backend}-run{run}", chosen.get(backend))
        return faulty(super().job(point, backend, run, plan), fault)


def pytest_keras_provider(settings: Settings, progress: Callable[[str], None], share: Share | None) -> FaultyProvider:
    return FaultyProvider(settings, progress, share)


def pytest_runtest_teardown() -> None:
    """Write the resources that this process holds after each benchmark as a line of the file that FAULTS_HOST names."""
    if path := os.environ.get("FAULTS_HOST"):
        process = psutil.Process()
        resources = {
            "memory_mib": process.memory_info().rss / 2**20,
            "descriptors": process.num_fds(),
            "threads": process.num_threads(),
            "children": len(process.children(recursive=True)),
        }
        with Path(path).open("a") as file:
            file.write(json.dumps(resources) + "\n")
