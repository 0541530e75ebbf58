"""Convolutional networks: tables 4.10 to 4.12."""

import pytest

from fixtures.pytest_plugin.fixture import Measure
from models.catalogue import points


@pytest.mark.points(points("cnn"))
def test_cnn(measure: Measure, point: str, backend: str, run: int) -> None:
    measure(point, backend, run)
