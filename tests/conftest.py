"""Which tests run and when (docs/testing.md); and the backends, in environments that are built once and kept."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from filelock import FileLock

from fixtures.backends import registry
from fixtures.errors import Unavailable
from fixtures.machine import device_locks
from fixtures.machine.processors import available_processors
from fixtures.pytest_plugin.switches import asks_for_benchmarks
from fixtures.run import process
from fixtures.session.provider import Provider
from fixtures.session.session import Session
from fixtures.session.settings import Settings
from tests.backends import CHEAP, provided
from tests.turns import PROCESSORS, Turns, own

BACKENDS = registry.chosen(None)  # the final releases are the same code on other pins
# No deadline: examples are right or wrong, also on a busy machine. A quick run draws the same ones each time, so that
# what fails was changed; new ones are searched for by --all, five times as many.
hypothesis.settings.register_profile("quick", deadline=None, derandomize=True)
hypothesis.settings.register_profile("all", deadline=None, max_examples=500)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in `make test &`; tests press Ctrl-C in processes of theirs
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Sessions and commands that tests start by the dozen would compile every module anew where bytecode is not kept
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
Start = Callable[..., AbstractContextManager[process.Worker]]
Once = Callable[[str, Callable[[Path], None]], Path]
TURNS = pytest.StashKey[Turns]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="also run the tests that take long (marked slow)")


def pytest_configure(config: pytest.Config) -> None:
    """In this project's own tests a warning is an error; in a user's session of benchmarks it is a warning."""
    hypothesis.settings.load_profile("all" if config.option.all else "quick")
    if not asks_for_benchmarks(config):
        config.addinivalue_line("filterwarnings", "error")
    if process := getattr(config, "workerinput", None):  # one of several, by -n
        number = int(process["workerid"].removeprefix("gw"))
        turns = Turns(Path(config.option.basetemp).parent, own(number, process["workercount"], PROCESSORS))
        config.stash[TURNS] = turns
        config.add_cleanup(turns.close)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long unless it is asked for by --all, -m or its own name.

    Beside other processes the long ones come first, so that all end together, and last comes what must be alone.
    """
    if not config.option.all and "slow" not in config.option.markexpr:
        named = [arg.replace(os.sep, "/").rpartition("/")[2] for arg in config.args if "::" in arg]
        slow = {each for each in items if _has(each, "slow") and not _is_named(each, named)}
        config.hook.pytest_deselected(items=list(slow))
        items[:] = [each for each in items if each not in slow]
    if TURNS in config.stash:
        items.sort(key=lambda each: (_has(each, "alone"), not _has(each, "backend")))


def _has(item: pytest.Item, marker: str) -> bool:
    return item.get_closest_marker(marker) is not None


def _is_named(item: pytest.Item, named: list[str]) -> bool:
    mine = item.nodeid.rpartition("/")[2]
    return any(mine == name or mine.startswith((f"{name}[", f"{name}::")) for name in named)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Beside other processes each test waits for its turn, with all that its fixtures do."""
    if TURNS not in item.config.stash:
        return (yield)
    with item.config.stash[TURNS].taken(_has(item, "alone")):
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def _locks_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Sessions that tests start wait for each other's devices, not for those of whoever measures here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(device_locks.VARIABLE, str(tmp_path_factory.mktemp("locks")))
        yield


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """once(name, make): a folder that `make` fills, in whichever of the processes comes first."""

    def folder(name: str, make: Callable[[Path], None]) -> Path:
        base = tmp_path_factory.getbasetemp()
        path = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"once-{name}"
        with FileLock(f"{path}.lock"):
            if not path.exists():
                unfinished = path.with_name(f"unfinished-{name}")
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                make(unfinished)
                unfinished.rename(path)
        return path

    return folder


@pytest.fixture(scope="session")
def keras_session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    settings = Settings(BACKENDS, profile="smoke", device="cpu", threads=len(available_processors(2)))
    return Session(Provider(settings, print), tmp_path_factory.mktemp("journal"))


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, keras_session: Session) -> str:
    """The name of each backend in turn; skipped with the reason where it can't be had."""
    return provided(keras_session, request.param)


@pytest.fixture
def jax(keras_session: Session) -> None:
    """Skips where the fastest backend to start can't be had."""
    provided(keras_session, "jax")


@pytest.fixture
def cheapest(keras_session: Session) -> str:
    """The backend whose sessions cost least, of those that can be had."""
    for name in CHEAP[:-1]:
        with suppress(Unavailable):
            keras_session.provider.environment(name)
            return name
    return provided(keras_session, CHEAP[-1])


@pytest.fixture
def start(backend: str, keras_session: Session) -> Start:
    """Starts a worker of the backend on a job: start(task=..., ...)."""

    def started(task: str, **job: Any) -> process.Worker:
        return keras_session.provider.worker(backend, task, **{"timeout": 300, **job})

    return started


@pytest.fixture
def impostor(tmp_path: Path) -> Callable[..., process.Worker]:
    """Starts a worker whose code is the given Python text: a real process that misbehaves."""

    def started(code: str, timeout: float = 60, job: dict[str, Any] | None = None) -> process.Worker:
        folder = tmp_path / "worker"
        folder.mkdir(exist_ok=True)
        prelude = "import os, signal, sys, time\nreads, writes = int(sys.argv[1]), int(sys.argv[2])\n"
        (folder / "__main__.py").write_text(prelude + code)
        environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        return process.Worker(Path(sys.executable), job or {}, environ, timeout=timeout, code=folder)

    return started
