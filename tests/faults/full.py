"""As a pytest plugin (-p tests.faults.full): from a session's second run on no disk has room for a result."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.session.session import Session
from tests.datasets.disk import full_beyond


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    keep = Session.keep

    def kept(self: Session, record: dict[str, Any], *rest: Any, **more: Any) -> None:
        if record["run"] == 1:
            keep(self, record, *rest, **more)
        else:
            with full_beyond(1000):
                keep(self, record, *rest, **more)

    Session.keep = kept  # type: ignore[method-assign]
