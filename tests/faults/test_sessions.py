"""Whole sessions: faults between good benchmarks, parallel parts, locks between sessions, a busy machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from analysis import journal
from fixtures.machine import device_locks
from fixtures.session.session import Session
from tests import ROOT
from tests.backends import provided, slow_but
from tests.faults import soak
from tests.faults.attempts import OLD_AND_NEW, POINT
from tests.faults.conftest import FNN
from tests.faults.injection import standing, stands
from tests.fixtures.machine.test_device_locks import another_session
from tests.fixtures.machine.test_load import SPIN

Start = Callable[..., subprocess.Popen[str]]
pytestmark = pytest.mark.backend
# whole sessions on two backends are quick on those that start fastest, of which both are old
two_backends = pytest.mark.parametrize(
    "two", [("cntk", "theano"), pytest.param(OLD_AND_NEW, marks=pytest.mark.slow)], ids="-".join
)


@pytest.fixture(autouse=True)
def _provided(keras_session: Session) -> None:
    for name in (*OLD_AND_NEW, "theano"):
        provided(keras_session, name)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """start(*arguments, faults=None): a session of its own, with locks of its own."""
    monkeypatch.setenv(device_locks.VARIABLE, str(tmp_path))
    started = []

    def session(*arguments: str, faults: dict[str, Any] | None = None) -> subprocess.Popen[str]:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        environ |= {"COLUMNS": "250", "FAULTS": json.dumps(faults or {})}
        command = [sys.executable, "-m", "pytest", FNN, "-p", "tests.faults.injection", "-k", POINT,
                   "--device=cpu", f"--benchmark-storage=file://{tmp_path}", *arguments]  # fmt: skip
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield session
    for process in started:
        process.kill()
        process.communicate()  # reaps it, and closes its pipe


def finished(process: subprocess.Popen[str], status: int) -> str:
    printed, _ = process.communicate(timeout=600)
    assert process.returncode == status, printed
    return printed


@two_backends
def test_a_crash_does_not_disturb_the_next_benchmark(start: Start, tmp_path: Path, two: tuple[str, str]) -> None:
    faults = {f"{name}-run2": {"kind": "segfault", "at": "in", "epoch": 2} for name in two}
    session = start(f"--backend={','.join(two)}", "--profile=smoke", "--runs=3", "--rounds=2", faults=faults)
    printed = finished(session, 1)
    assert "4 passed" in printed
    assert "2 failed" in printed
    assert printed.count("crash: the worker was ended by SIGSEGV") >= 2
    kept = soak.records(tmp_path)
    assert [record["outcome"] for record in kept] == ["ok"] * 2 + ["crash"] * 2 + ["ok"] * 2
    assert {record["network"] for record in kept} <= {"none", "host"}


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("-n2",)], ids=["one", "parallel"])
def test_a_short_soak(tmp_path: Path, more: tuple[str, ...]) -> None:
    printed = soak.run(6, OLD_AND_NEW, 0.6, 3, tmp_path, *more)
    assert list(soak.complaints(tmp_path, printed, OLD_AND_NEW, 0.6, 3)) == []
    assert len(soak.records(tmp_path)) == 6
    assert list(tmp_path.glob("keras-worker-*")) == []
    for line in (tmp_path / "host.jsonl").read_text().splitlines():
        assert json.loads(line)["children"] == 0


@slow_but(["cntk"], OLD_AND_NEW, "name")
def test_a_memory_limit_that_leaves_nothing_to_work_with(start: Start, tmp_path: Path, name: str) -> None:
    printed = finished(start(f"--backend={name}", "--profile=smoke", "--memory-limit=16M"), 0)
    assert "oom: " in printed
    (record,) = soak.records(tmp_path)
    assert record["outcome"] == "oom"
    assert record["memory_limit"]["mib"] == 16


two_processors = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one processor only")


@pytest.mark.alone
@two_processors
class TestParallel:
    TIMED = ("--examples=64", "--rounds=2", "--runs=3")

    @two_backends
    def test_every_block_has_a_device_and_all_go_into_one_run(
        self, start: Start, tmp_path: Path, two: tuple[str, str]
    ) -> None:
        printed = finished(start(f"--backend={','.join(two)}", "-n2", "--threads=1", *self.TIMED), 0)
        assert "6 passed" in printed
        assert printed.count("             baseline  ") == 1
        assert printed.count("The suite's own cost") == 1
        kept = soak.records(tmp_path)
        assert len({json.dumps(record["harness"]) for record in kept}) == 1
        assert kept[0]["harness"]["gate_s"] > 0
        by_block: dict[int, set[tuple[int, ...]]] = {}
        for record in kept:
            by_block.setdefault(record["run"], set()).add(tuple(record["processors"]))
        assert all(len(processors) == 1 for processors in by_block.values())
        assert len({processors for each in by_block.values() for processors in each}) == 2
        (saved,) = tmp_path.glob("*/0001_*.json")
        entries = json.loads(saved.read_text())["benchmarks"]
        assert {(entry["extra_info"]["backend"], entry["extra_info"]["run"]) for entry in entries} == {
            (name, run) for name in two for run in (1, 2, 3)
        }
        for entry in entries:
            assert entry["stats"]["data"] == pytest.approx(entry["extra_info"]["rounds_s"])
        assert "disabled because xdist" not in printed

    @pytest.mark.slow  # a session of its own for a few seconds
    def test_wherever_pytest_has_its_root(self, start: Start, tmp_path: Path) -> None:
        printed = finished(start("--backend=jax", "--profile=smoke", "-n2", "--runs=2", "--rootdir=/"), 0)
        assert "2 passed" in printed
        assert "Saved for `pytest-benchmark compare`" in printed
        assert len(journal.paths(tmp_path)) == 1
        (saved,) = tmp_path.glob("*/0001_*.json")
        assert len(json.loads(saved.read_text())["benchmarks"]) == 2

    @pytest.mark.slow
    def test_what_a_killed_session_has_done_is_not_done_again(self, start: Start, tmp_path: Path) -> None:
        faults = {"cntk-run3": stands(tmp_path / "here")}
        arguments = ("--backend=cntk", "-n2", "--threads=1", *self.TIMED)
        session = start(*arguments, faults=faults)
        while len(results(tmp_path)) < 2:
            assert session.poll() is None
            time.sleep(0.2)
        parts = psutil.Process(session.pid).children(recursive=True)
        session.kill()
        psutil.wait_procs(parts, timeout=300)
        assert not [process for process in parts if process.is_running()]
        printed = finished(start("-n2", "--resume"), 0)
        assert "1 passed" in printed
        assert sorted(each["run"] for each in results(tmp_path)) == [1, 2, 3]
        (saved,) = tmp_path.glob("*/0001_*.json")
        assert len(json.loads(saved.read_text())["benchmarks"]) == 3

    def test_a_part_that_is_killed_is_replaced(self, start: Start, tmp_path: Path) -> None:
        faults = {"cntk-run1": stands(tmp_path / "here")}
        session = start("--backend=cntk", "-n2", "--threads=1", *self.TIMED, faults=faults)
        worker = standing(tmp_path / "here")
        worker.parent().kill()  # type: ignore[union-attr]
        printed, _ = session.communicate(timeout=600)
        assert "crashed" in printed
        kept = soak.records(tmp_path)
        assert {record["run"] for record in kept} >= {2, 3}
        assert not worker.is_running()

    @pytest.mark.slow
    def test_a_part_that_is_replaced_goes_on_with_the_same_earlier_session(self, start: Start, tmp_path: Path) -> None:
        arguments = ("--backend=cntk", "-n2", "--threads=1", "--examples=64", "--rounds=2", "--runs=4")
        faults = {f"cntk-run{run}": stands(tmp_path / f"here-{run}") for run in (3, 4)}
        session = start(*arguments, faults=faults)
        while len(results(tmp_path)) < 2:
            assert session.poll() is None
            time.sleep(0.2)
        parts = psutil.Process(session.pid).children(recursive=True)
        session.kill()
        psutil.wait_procs(parts, timeout=300)
        faults = {"cntk-run3": stands(tmp_path / "here-again")}
        session = start("-n2", "--resume", faults=faults)
        worker = standing(tmp_path / "here-again")
        while len(results(tmp_path)) < 3:
            assert session.poll() is None
            time.sleep(0.2)
        worker.parent().kill()  # type: ignore[union-attr]
        printed, _ = session.communicate(timeout=600)
        assert "crashed" in printed
        assert "Different tests" not in printed
        assert {each["run"] for each in results(tmp_path)} >= {1, 2, 4}

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("-n2", f"--threads={len(os.sched_getaffinity(0))}"), "needs 2 disjoint sets"),
            (("-n65", "--threads=1"), "needs 65 disjoint sets of 1"),
        ],
    )
    def test_without_disjoint_devices_it_is_refused(self, start: Start, arguments: tuple[str, ...], says: str) -> None:
        printed = finished(start("--backend=jax", *arguments), 4)
        assert says in printed
        assert "--profile=smoke, which times nothing" in printed
        assert "Traceback" not in printed


def results(folder: Path) -> list[dict[str, Any]]:
    """The results in the latest journal of a folder, if there is one yet."""
    paths = journal.paths(folder)
    return [entry["record"] for entry in journal.read(paths[-1]).results] if paths else []


@pytest.mark.alone
class TestADeviceThatAnotherSessionTimesOn:
    TIMED = ("--backend=cntk", "--examples=64", "--rounds=1", "--runs=1", "--threads=1")

    def test_is_waited_for(self, start: Start, tmp_path: Path) -> None:
        first = min(os.sched_getaffinity(0))
        with another_session(f"processor-{first}") as other:
            session = start(*self.TIMED)
            assert session.stdout
            for line in session.stdout:
                if "waiting until it ends" in line:
                    break
            assert f"processor {first} is being timed on by process {other.pid}" in line
            assert not (tmp_path / "journal").exists()
            other.kill()
            assert "1 passed" in finished(session, 0)

    def test_is_refused_if_asked_to(self, start: Start) -> None:
        with another_session(f"processor-{min(os.sched_getaffinity(0))}"):
            printed = finished(start(*self.TIMED, "--on-busy=fail"), 4)
        assert "--on-busy=fail does not wait" in printed
        assert "Traceback" not in printed

    def test_does_not_matter_to_what_is_not_timed(self, start: Start) -> None:
        with another_session(f"processor-{min(os.sched_getaffinity(0))}"):
            assert "1 passed" in finished(start("--backend=cntk", "--profile=smoke", "--on-busy=fail"), 0)


@pytest.mark.alone
def test_a_busy_processor_fails_the_benchmark_if_asked_to(start: Start, tmp_path: Path) -> None:
    timed = TestADeviceThatAnotherSessionTimesOn.TIMED
    with subprocess.Popen([sys.executable, "-c", SPIN, str(min(os.sched_getaffinity(0)))]) as busy:
        try:
            printed = finished(start(*timed, "--on-busy=fail"), 1)
        finally:
            busy.send_signal(signal.SIGKILL)
    assert "not measured, the machine is busy: other processes use" in printed
    (record,) = soak.records(tmp_path)
    assert record["outcome"] == "unavailable"
    assert "rounds_s" not in record
