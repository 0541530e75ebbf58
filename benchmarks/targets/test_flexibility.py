"""The study's other question is answered here: which cases work on each backend, and with how much help.

    pytest benchmarks/targets/test_flexibility.py -m targets

It saves .benchmarks/flexibility/latest.json, and prints the table.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.targets.publishing import publish
from fixtures.backends import registry
from fixtures.errors import Unavailable
from fixtures.proofs.flexibility import Verdict, table, try_all
from fixtures.pytest_plugin.state import state

pytestmark = pytest.mark.targets


@pytest.fixture(scope="module")
def verdicts(request: pytest.FixtureRequest) -> Iterator[dict[str, list[Verdict]]]:
    """Collects each backend's verdicts; saved and printed when all have been tried."""
    by_backend: dict[str, list[Verdict]] = {}
    yield by_backend
    if by_backend:
        publish(request.config, "flexibility", by_backend, table(by_backend))


@pytest.mark.parametrize("backend", registry.OF_KERAS)
def test_flexibility(backend: str, verdicts: dict[str, list[Verdict]], request: pytest.FixtureRequest) -> None:
    session = state(request.config).session
    if backend not in session.settings.backends:
        pytest.skip("not among --backend")
    try:
        verdicts[backend] = try_all(session.provider, backend)
    except Unavailable as error:
        pytest.skip(str(error))
    assert any(verdict["verdict"] == "works" for verdict in verdicts[backend])
