"""Fixtures of the tests: real environments of the backends, built once and kept in the cache folder."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from fixtures.backends import registry
from fixtures.benchmark import process
from fixtures.hardware import devices, machine
from fixtures.plugin.parallel import asks_for_benchmarks
from fixtures.session.session import Session
from fixtures.session.settings import Settings
from tests.backends import provided

BACKENDS = registry.chosen(None)  # the final releases are the same code on other pins
hypothesis.settings.register_profile("untimed", deadline=None)  # examples are right or wrong, also on a busy machine
hypothesis.settings.load_profile("untimed")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in `make test &`; tests press Ctrl-C in processes of theirs
    signal.signal(signal.SIGINT, signal.default_int_handler)
Start = Callable[..., AbstractContextManager[process.Worker]]


def pytest_configure(config: pytest.Config) -> None:
    """In this project's own tests a warning is an error; in a user's session of benchmarks it is a warning."""
    if not asks_for_benchmarks(config):
        config.addinivalue_line("filterwarnings", "error")


@pytest.fixture(scope="session", autouse=True)
def _locks_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Sessions that tests start wait for each other's devices, not for those of whoever measures here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(devices.VARIABLE, str(tmp_path_factory.mktemp("locks")))
        yield


@pytest.fixture(scope="session")
def keras_session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    settings = Settings(BACKENDS, profile="smoke", device="cpu", threads=len(machine.available_processors(2)))
    return Session(settings, tmp_path_factory.mktemp("journal"), print)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, keras_session: Session) -> str:
    """The name of each backend in turn; skipped with the reason where it can't be had."""
    return provided(keras_session, request.param)


@pytest.fixture
def jax(keras_session: Session) -> None:
    """Skips where the fastest backend to start can't be had."""
    provided(keras_session, "jax")


@pytest.fixture
def start(backend: str, keras_session: Session) -> Start:
    """Starts a worker of the backend on a job: start(task=..., ...)."""

    def started(task: str, **job: Any) -> process.Worker:
        return keras_session.worker(backend, task, **{"timeout": 300, **job})

    return started


@pytest.fixture
def impostor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., process.Worker]:
    """Starts a worker whose code is the given Python text: a real process that misbehaves."""

    def started(code: str, timeout: float = 60, job: dict[str, Any] | None = None) -> process.Worker:
        folder = tmp_path / "worker"
        folder.mkdir()
        prelude = "import os, signal, sys, time\nreads, writes = int(sys.argv[1]), int(sys.argv[2])\n"
        (folder / "__main__.py").write_text(prelude + code)
        monkeypatch.setattr(process, "WORKER", folder)
        environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        return process.Worker(Path(sys.executable), job or {}, environ, timeout=timeout)

    return started
