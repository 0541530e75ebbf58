"""Targets train without pytest-benchmark, and publish their findings, by the functions here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.record import Record
from fixtures.errors import WorkerFailed
from fixtures.pytest_plugin.state import state
from fixtures.run.job import Job
from fixtures.run.measure import Arm, measure_block
from storage.files import put


def trained(job: Job, record: Record) -> Record:
    """Train by the job's plan in a fresh worker, and return the record. Raises WorkerFailed."""
    measure_block([Arm(record, lambda _: job)])
    if not record.ok:
        raise WorkerFailed(record.outcome, record.reason, tuple(record.stderr))
    return record


def publish(config: pytest.Config, name: str, content: object, text: str) -> Path:
    """Save the content as .benchmarks/NAME/latest.json, and show the text with the file's path."""
    path: Path = state(config).session.root / name / "latest.json"
    put(path, json.dumps(content, indent=1) + "\n")
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n\n{text}\n\nsaved as {path}")
    return path
