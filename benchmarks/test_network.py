"""Networks of a user's own, which --network names (docs/own-network.md)."""

import pytest

from fixtures.pytest_plugin.fixture import Measure


@pytest.mark.points
def test_network(measure: Measure, point: str, backend: str, run: int) -> None:
    measure(point, backend, run)
