"""One benchmark that meets a fault, without pytest around it."""

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
OLD_AND_NEW = ("theano", "jax")  # on CPython 3.6, and on the host's


def attempt(session: Session, backend: str, fault: dict[str, Any] | None, **changes: Any) -> Record:
    """The record of one benchmark that meets this fault; changes: fields of its Job."""
    where = point(changes.pop("point", POINT))
    job = faulty(session.provider.job(where, backend, 1), fault, **changes)
    record = session.new_record(where, backend, 1)
    measure_block([Arm(record, lambda _: job)])
    return record


def worker_processes() -> set[int]:
    """Workers of this process, zombies among them, also where another process has become their parent."""
    mine = str(os.getpid())
    found = set()
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if words[-1:] == [mine] and any(word.endswith("fixtures/worker") for word in words):
            found.add(process.pid)
    return found
