"""Which backends a test can have on this machine."""

from __future__ import annotations

import pytest

from fixtures.errors import Unavailable
from fixtures.session.session import Session


def provided(session: Session, backend: str) -> str:
    """The backend's name, once its environment is there; skips the test with the reason where it can't be had."""
    try:
        session.environment(backend)
    except Unavailable as error:
        pytest.skip(str(error))
    return backend
