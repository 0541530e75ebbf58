"""Feedforward networks: table 4.6."""

import pytest

from fixtures.pytest_plugin.fixture import Measure
from models.catalogue import points


@pytest.mark.points(points("fnn"))
def test_fnn(measure: Measure, point: str, backend: str, run: int) -> None:
    measure(point, backend, run)
