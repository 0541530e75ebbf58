"""Two saved runs of a sweep on two backends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builder import save
from tests.reports.commands import swept


@pytest.fixture
def root(tmp_path: Path) -> Path:
    save(tmp_path, "0001_a", swept({"torch": 1.0, "jax": 0.5}), "2026-01-02")
    save(tmp_path, "0002_b", swept({"torch": 1.5, "jax": 0.5}, seed=2), "2026-01-03")
    return tmp_path
