"""As a pytest plugin (-p tests.faults.full) it fills all disks for the journal, once the first result is kept."""

from __future__ import annotations

import pytest

from analysis.journal import parse
from fixtures.pytest_plugin.state import state
from fixtures.session.journal_writer import Writer
from tests.datasets.disk import full_beyond


class FullDisk(Writer):
    """A journal of which no disk takes another line after the first result."""

    has_result = False

    def append(self, line: bytes) -> None:
        if self.has_result:
            with full_beyond(1000):  # for as long as it writes: pytest's own output may be a file too
                super().append(line)
        else:
            super().append(line)
            self.has_result = bool(parse(line).results)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Replace the session's journal, of which nothing is created before its first line."""
    session = state(config).session
    session.journal = FullDisk(session.root / "journal", session.progress, [session.provider.cache / "journal"])
