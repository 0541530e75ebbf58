"""The reports' commands as a user calls them, and saved runs for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reports.__main__ import main
from tests.builder import session

SWEEP = tuple(f"mnist-fnn-layers-{depth}" for depth in range(1, 5))
Output = pytest.CaptureFixture[str]


def swept(epochs: dict[str, float], **own: Any) -> list[dict[str, Any]]:
    return [each for at in SWEEP for each in session(epochs, at=at, runs=own.pop("runs", 4), **own)]


def run(root: Path, *arguments: str) -> int:
    return main(["--root", str(root), *arguments])
