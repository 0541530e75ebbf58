"""Which backends a test can have on this machine."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from fixtures.backends import registry
from fixtures.errors import Unavailable
from fixtures.session.session import Session

CHEAP = (
    "cntk",
    "theano",
    "jax",
)  # two old and a new one, by seconds of work for a start: half, 1 and 2; others: 4 to 7


def slow_but(
    quick: Iterable[str], names: Iterable[str] | None = None, argument: str = "backend"
) -> pytest.MarkDecorator:
    """Parametrizes a test by backends; on all but the quick ones it is slow. For what each backend does in its own way
    and another test asks of all of them as well, or what is the suite's own and the same on all.
    """
    chosen = registry.chosen(None) if names is None else names
    values = [name if name in quick else pytest.param(name, marks=pytest.mark.slow) for name in chosen]
    return pytest.mark.parametrize(argument, values, indirect=argument in ("backend", "available"))


def provided(session: Session, backend: str) -> str:
    """The backend's name, once its environment is there; skips the test with the reason where it can't be had."""
    try:
        session.provider.environment(backend)
    except Unavailable as error:
        pytest.skip(str(error))
    return backend
