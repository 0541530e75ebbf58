"""Benchmarks without pytest-benchmark: for targets that time more than rounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fixtures import training


def trained(setup: training.Setup, record: dict[str, Any]) -> dict[str, Any]:
    """Train by the setup's plan in a fresh worker; the record with what was measured. Raises WorkerFailed."""

    def rounds(epoch: Callable[[], float], count: int) -> None:
        for _ in range(count):
            epoch()

    training.run(setup, record, rounds)
    return {**record, "outcome": "ok"}
