"""Recurrent networks: table 4.31."""

import pytest

from fixtures.pytest_plugin.fixture import Measure
from models.catalogue import points


@pytest.mark.points(points("rnn"))
def test_rnn(measure: Measure, point: str, backend: str, run: int) -> None:
    measure(point, backend, run)
