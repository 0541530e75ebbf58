"""What the targets share: training without pytest-benchmark, and publishing what was found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.pytest_plugin.keys import SESSION
from fixtures.run import training
from fixtures.run.job import Setup
from storage.files import put


def trained(setup: Setup, record: dict[str, Any]) -> dict[str, Any]:
    """Train by the setup's plan in a fresh worker; the record with what was measured. Raises WorkerFailed."""
    training.run(setup, record)
    return {**record, "outcome": "ok"}


def publish(config: pytest.Config, name: str, content: object, text: str) -> Path:
    """Save the content as .benchmarks/NAME/latest.json, and show the text with where that is."""
    path: Path = config.stash[SESSION].root / name / "latest.json"
    put(path, json.dumps(content, indent=1) + "\n")
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n\n{text}\n\nsaved as {path}")
    return path
