"""As a pytest plugin (-p tests.faults.full): when the first result is kept, no disk takes another line of it."""

from __future__ import annotations

import pytest

from analysis.journal import parse
from fixtures.session.journal_writer import Writer
from tests.datasets.disk import full_beyond


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    append = Writer._append

    def appended(self: Writer, line: bytes) -> None:
        if parse(b"".join(self._lines)).results:
            with full_beyond(1000):  # for as long as it writes: pytest's own output may be a file too
                append(self, line)
        else:
            append(self, line)

    Writer._append = appended  # type: ignore[method-assign]
