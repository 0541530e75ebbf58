"""One benchmark meets a fault here, without a session of pytest around it."""

from __future__ import annotations

import os
from typing import Any

import psutil

from analysis.record import Record
from fixtures.run.measure import Arm, measure_block
from fixtures.session.session import Session
from models.catalogue import point
from tests.faults.injection import faulty

POINT = "mnist-fnn-layers-2"
OLD_AND_NEW = ("cntk", "jax")  # of both kinds the one that starts fastest: on CPython 3.6, and on the host's
MEETS_FAULTS = (*OLD_AND_NEW, "theano")  # which compiles by another compiler, where it compiles anew


def attempt(session: Session, backend: str, fault: dict[str, Any] | None, **changes: Any) -> Record:
    """Measure one benchmark that meets this fault, and return its record. changes: fields of its Job."""
    place = point(changes.pop("point", POINT))
    job = faulty(session.provider.job(place, backend, 1), fault, **changes)
    record = session.new_record(place, backend, 1)
    measure_block([Arm(record, lambda _: job)])
    return record


def worker_processes() -> set[int]:
    """The workers of this process, zombies among them, also where another process has become their parent."""
    host = str(os.getpid())
    workers = set()
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if words[-1:] == [host] and any(word.endswith("fixtures/worker") for word in words):
            workers.add(process.pid)
    return workers
