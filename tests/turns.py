"""Tests side by side (`-n`): each process keeps to processors of its own, and a test that times something is alone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROCESSORS = sorted(os.sched_getaffinity(0))


def own(number: int, count: int, processors: list[int]) -> set[int]:
    """The processors of process `number` of `count`: as many for each, and shared where there are too few."""
    return set(processors[number::count]) or {processors[number % len(processors)]}


class Turns:
    """A lock that the tests of all processes take: many together, or one alone."""

    def __init__(self, folder: Path, mine: set[int]) -> None:
        self._door, self._room = ((folder / name).open("w") for name in ("door", "room"))
        self._mine = mine

    def close(self) -> None:
        self._door.close()
        self._room.close()

    @contextmanager
    def taken(self, alone: bool) -> Iterator[None]:
        """The door is open for who goes in; who wants to be alone keeps it shut, so that the room gets empty."""
        os.sched_setaffinity(0, PROCESSORS if alone else self._mine)
        fcntl.flock(self._door, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            if not alone:
                fcntl.flock(self._door, fcntl.LOCK_UN)
            yield
        finally:
            fcntl.flock(self._room, fcntl.LOCK_UN)
            fcntl.flock(self._door, fcntl.LOCK_UN)
