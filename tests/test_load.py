"""Foreign load: real processes that compute, and what --on-busy makes of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import psutil
import pytest

from fixtures.hardware import load
from fixtures.hardware.load import MachineBusy
from reports import flags

SPIN = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); print(flush=True)\nwhile True: pass"


@pytest.fixture
def processor() -> int:
    return max(os.sched_getaffinity(0))


@pytest.fixture
def busy(processor: int) -> Iterator[subprocess.Popen[str]]:
    """A process that computes on that processor all the time, and is no child whose time counts before it ends."""
    command = [sys.executable, "-c", SPIN, str(processor)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.alone
def test_a_busy_process_is_seen_and_named(busy: subprocess.Popen[str], processor: int) -> None:
    found = list(load.disturbances([processor], None, 0.5))
    (said,) = [text for text in found if "other processes use" in text]
    assert float(said.split("use ")[1].split()[0]) > 0.8
    assert "such as " in said


@pytest.mark.alone
def test_ones_own_work_is_not_foreign(busy: subprocess.Popen[str], processor: int) -> None:
    """This process and its child compute against a foreign one, which alone is counted."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {processor})
    try:
        foreign_process = psutil.Process(busy.pid)
        watch, mine, theirs = load.ForeignLoad([processor]), load.own_s(), foreign_process.cpu_times().user
        subprocess.run([sys.executable, "-c", "import time; end = time.time() + 1\nwhile time.time() < end: pass"])
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            pass
        foreign, wall = watch.foreign(), time.monotonic() - watch._start[0]
        mine, theirs = load.own_s() - mine, foreign_process.cpu_times().user - theirs
    finally:
        os.sched_setaffinity(0, allowed)
    assert foreign is not None
    assert mine > 0.2
    assert theirs - 0.1 <= foreign * wall <= wall - mine + 0.1  # others may compute on this machine as well


def test_foreign_load_while_it_was_measured_is_flagged() -> None:
    assert "foreign-load" in {flag.code for flag in flags.of_run({"foreign_processors": 0.3, "threads": 2})}
    assert flags.of_run({"foreign_processors": 0.1, "threads": 2}) == []
    assert flags.of_run({"foreign_processors": None, "threads": 2}) == []


def looks(*answers: Sequence[str]) -> Iterator[Iterator[str]]:
    return iter([iter(answer) for answer in answers])


class TestWhatOnBusyDoes:
    def test_flag_does_not_even_look(self) -> None:
        assert load.settle("flag", lambda: pytest.fail("it looked"), print) == {}

    @pytest.mark.parametrize("on_busy", ["wait", "fail"])
    def test_a_quiet_machine_passes(self, on_busy: load.OnBusy) -> None:
        assert load.settle(on_busy, lambda: iter([]), print) == {"waited_s": 0.0}

    def test_fail_says_what_is_going_on(self) -> None:
        with pytest.raises(MachineBusy, match="others compute; it is hot"):
            load.settle("fail", lambda: iter(["others compute", "it is hot"]), print)

    def test_wait_tells_and_waits(self) -> None:
        answers = looks(["a"], ["a"], ["b"], [])
        times = iter([0.0, 200.0, 400.0, 410.0, 500.0, 500.0])
        told: list[str] = []
        found = load.settle("wait", lambda: next(answers), told.append, lambda: next(times))
        assert told == ["waiting: a", "still waiting after 7 min: b"]
        assert found["waited_s"] > 0

    @pytest.mark.alone
    def test_wait_ends_when_the_busy_process_does(self, busy: subprocess.Popen[str], processor: int) -> None:
        told: list[str] = []
        looked = 0

        def look() -> Iterator[str]:
            nonlocal looked
            looked += 1
            if looked == 2:
                busy.kill()
                busy.wait()
            seen = load.disturbances([processor], None, 0.3)
            yield from (text for text in seen if busy.returncode is None)  # what else goes on here is not the test's

        found = load.settle("wait", look, told.append)
        assert "other processes use" in told[0]
        assert looked == 2
        assert found["waited_s"] >= 0.3

    @pytest.mark.parametrize(
        ("record", "says"),
        [
            ({"outcome": "unavailable", "busy": "x", "reason": "the machine is busy: x"}, "not measured, the machine"),
            ({"flags": [{"code": "foreign-load", "text": "others"}]}, "the result is kept, flagged): others"),
            ({"flags": [{"code": "unsteady", "text": "rounds"}]}, None),
            ({}, None),
        ],
    )
    def test_what_fail_objects_to(self, record: dict[str, object], says: str | None) -> None:
        found = load.objection(record)
        assert found is None if says is None else found is not None and says in found
