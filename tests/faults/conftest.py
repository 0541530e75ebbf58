"""Tests disturb real sessions of `pytest benchmarks` while they run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from analysis import journal
from analysis.statistics import special
from fixtures.session.provider import Provider
from fixtures.session.session import Session
from fixtures.session.settings import Settings
from tests import ROOT
from tests.backends import provided
from tests.faults.attempts import MEETS_FAULTS, worker_processes
from tests.faults.injection import Fault

FNN = "benchmarks/test_fnn.py"  # this file alone holds their points; the collection of all files takes as long again
SMOKE = ("-k", "mnist-fnn-layers-2", "--profile=smoke", "--device=cpu")


class Running:
    """A session in a process of its own, which saves below `folder`.

    file: of its benchmarks. variables: of its environment, beside ours. faults: of its benchmarks (injection.py).
    """

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        file: str = FNN,
        variables: Mapping[str, str] | None = None,
        faults: dict[str, Fault] | None = None,
        **options: Any,
    ) -> None:
        command = [sys.executable, "-m", "pytest", file, f"--benchmark-storage=file://{folder}", *arguments]
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        environ |= variables or {}
        if faults:
            command += ["-p", "tests.faults.injection"]
            environ["FAULTS"] = json.dumps(faults)
        environ |= {"COLUMNS": "200", "KERAS_BENCHMARKS_CACHE": environ.get("KERAS_BENCHMARKS_CACHE", "")}
        environ = {key: value for key, value in environ.items() if value}
        self.folder, self._before = folder, set(journal.paths(folder))
        self._output = (folder.parent / f"output-{time.monotonic_ns()}.txt").open("w+")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=self._output, stderr=subprocess.STDOUT, text=True, **options
        )
        self.family: list[psutil.Process] = []

    def journal(self) -> journal.Journal:
        """Read its journal so far; empty before it has one."""
        new = [path for path in journal.paths(self.folder) if path not in self._before]
        return journal.read(new[-1]) if new else journal.Journal(())

    def wait_for(self, kind: str, count: int = 1, limit_s: float = 900) -> None:
        """Wait until its journal has so many entries of a kind that it wrote itself."""
        end = time.monotonic() + limit_s
        while len(list(self.journal().kind(kind))) < count:
            assert self.process.poll() is None, self.output()
            assert time.monotonic() < end, self.output()
            time.sleep(0.02)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to pytest alone; its family is noted first."""
        self.family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)

    def wait(self, limit_s: float = 900) -> int:
        return self.process.wait(limit_s)

    def orphans(self, patience_s: float = 120) -> list[psutil.Process]:
        """The processes of its family that still run."""
        return psutil.wait_procs(self.family, timeout=patience_s)[1]

    def output(self) -> str:
        self._output.flush()
        return Path(self._output.name).read_text()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._output.close()


Run = Callable[..., Running]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """run(*arguments) starts a session. All of a test save below tmp_path / 'saved' unless `folder` is given."""
    sessions: list[Running] = []

    def started(*arguments: str, folder: Path | None = None, **options: Any) -> Running:
        sessions.append(Running(folder or tmp_path / "saved", *arguments, **options))
        return sessions[-1]

    yield started
    for session in sessions:
        session.close()


@pytest.fixture
def available(request: pytest.FixtureRequest, keras_session: Session) -> str:
    """The backend of a parameter; the test is skipped where it can't be had."""
    return provided(keras_session, request.param)


def saved(folder: Path) -> list[dict[str, Any]]:
    """Read the runs that pytest-benchmark saved, in the order of their numbers."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*/0*.json"))]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True)
    if mount.returncode:
        pytest.skip("mounting a small file system needs privileges that this user doesn't have")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module")
def smoke_session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session of smoke tests on old and new backends, whose benchmarks tests start themselves."""
    settings = Settings(MEETS_FAULTS, profile="smoke", device="cpu", warmup=1, rounds=2)
    return Session(Provider(settings, print), tmp_path_factory.mktemp("journal"))


@pytest.fixture
def backend(request: pytest.FixtureRequest, smoke_session: Session) -> str:
    name: str = request.param
    provided(smoke_session, name)
    return name


@pytest.fixture
def leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Checks after the test that descriptors, threads and children are as before, and no worker or file is left."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    special()  # SciPy is imported once, and that starts a thread
    process = psutil.Process()
    before = process.num_fds(), process.num_threads(), len(process.children())
    orphans = worker_processes()
    yield
    assert (process.num_fds(), process.num_threads(), len(process.children())) == before
    assert worker_processes() <= orphans
    assert list(scratch.iterdir()) == []
