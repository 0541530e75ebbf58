"""Which tests run, and which of them run beside others."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import conftest
from tests.turns import PROCESSORS, Turns, own

FAULTS = "tests/faults/test_a.py"
SLOW = (f"{FAULTS}::Kind::test_slow[jax-1]", f"{FAULTS}::test_soak")
ALONE = f"{FAULTS}::test_timed"
ALL = (ALONE, *SLOW, f"{FAULTS}::test_quick")


class Item:
    """What a selection sees of a test; a hashable one, as pytest's are."""

    def __init__(self, nodeid: str) -> None:
        self.nodeid = nodeid

    def get_closest_marker(self, name: str) -> object:
        return self.nodeid in {"slow": SLOW, "alone": (ALONE,), "backend": ()}[name] or None


def selected(*args: str, everything: bool = False, m: str = "", beside: bool = False) -> list[str]:
    items: Any = [Item(nodeid) for nodeid in ALL]
    left_out: list[Any] = []
    config: Any = SimpleNamespace(
        option=SimpleNamespace(all=everything, markexpr=m),
        args=args,
        hook=SimpleNamespace(pytest_deselected=lambda items: left_out.extend(items)),
        stash={conftest.TURNS: None} if beside else {},
    )
    conftest.pytest_collection_modifyitems(config, items)
    assert {item.nodeid for item in [*items, *left_out]} == set(ALL)
    return [item.nodeid for item in items]


def test_slow_tests_run_only_where_they_are_asked_for() -> None:
    quick = [nodeid for nodeid in ALL if nodeid not in SLOW]
    assert selected("tests") == selected(FAULTS) == quick
    assert selected("tests", everything=True) == selected("tests", m="slow or not slow") == [*ALL]
    for name in (SLOW[0], f"/elsewhere/{FAULTS}::Kind", f"{FAULTS}::Kind::test_slow", "test_a.py::Kind::test_slow"):
        assert selected(name) == [nodeid for nodeid in ALL if nodeid != SLOW[1]]
    assert selected(f"{FAULTS}::test_so") == selected("tests/test_b.py::test_soak") == quick


def test_what_must_be_alone_comes_last_beside_others() -> None:
    assert selected("tests", everything=True, beside=True) == [*ALL[1:], ALONE]


@pytest.mark.parametrize(
    ("count", "processors", "shares"),
    [
        (2, [3, 5], [{3}, {5}]),
        (2, [0, 1, 2, 3], [{0, 2}, {1, 3}]),
        (3, [0, 1], [{0}, {1}, {0}]),
        (1, [0, 1], [{0, 1}]),
    ],
)
def test_each_process_has_processors_of_its_own(count: int, processors: list[int], shares: list[set[int]]) -> None:
    assert [own(number, count, processors) for number in range(count)] == shares


@pytest.fixture
def turns(tmp_path: Path) -> Iterator[list[Turns]]:
    """Of three processes; afterwards this one has the processors that it had."""
    mine = os.sched_getaffinity(0)
    made = [Turns(tmp_path, {PROCESSORS[0]}) for _ in range(3)]
    yield made
    os.sched_setaffinity(0, mine)
    for each in made:
        each.close()


def shut(door: Path) -> bool:
    with door.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_many_run_together_and_one_alone(turns: list[Turns], tmp_path: Path) -> None:
    first, second, timer = turns
    seen: list[str] = []

    def alone() -> None:
        with timer.taken(alone=True):
            seen.append(f"alone on {os.sched_getaffinity(0) == set(PROCESSORS)}")

    def late() -> None:
        with second.taken(alone=False):
            seen.append("late")

    with first.taken(alone=False):
        assert os.sched_getaffinity(0) == {PROCESSORS[0]}
        with second.taken(alone=False):  # both at once
            pass
        waits = threading.Thread(target=alone)
        waits.start()
        while not shut(tmp_path / "door"):
            pass
        behind = threading.Thread(target=late)
        behind.start()
        behind.join(0.1)
        assert seen == []  # nobody goes in any more while one waits to be alone
    for thread in (waits, behind):
        thread.join(10)
    assert seen == ["alone on True", "late"]
