"""Every way in which a worker can end, provoked for real on an old and a new backend: a typed outcome, a message that
says what happened, and nothing left behind.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from fixtures.errors import Unavailable
from fixtures.machine.limits import MemoryLimit
from fixtures.session.provider import Provider
from fixtures.session.session import Session
from models.catalogue import point
from tests.backends import provided, slow_but
from tests.faults.attempts import OLD_AND_NEW, POINT, attempt, worker_processes
from tests.faults.injection import Fault

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("nothing_left")]


def slow_in_turn(values: Sequence[Any], names: str) -> pytest.MarkDecorator:
    """Each of these values on both backends: quick on the old one and the new one in turn, slow on the other."""
    both = []
    for number, value in enumerate(values):
        given = value if isinstance(value, tuple) else (value,)
        fault = given[0]
        label = "-".join(map(str, fault.values())) if isinstance(fault, dict) else fault
        for name in OLD_AND_NEW:
            quick = name == OLD_AND_NEW[number % 2]
            both.append(pytest.param(name, *given, id=f"{name}-{label}", marks=() if quick else pytest.mark.slow))
    return pytest.mark.parametrize(f"backend,{names}", both, indirect=["backend"])


def test_without_a_fault(shared: Session, backend: str) -> None:
    record = attempt(shared, backend, None)
    assert record.outcome == "ok", record
    assert len(record.rounds_s) == 2


@slow_in_turn(
    [
        ({"kind": "kill", "at": "import"}, "ended by SIGKILL", 0),
        ({"kind": "kill", "at": "before", "epoch": 2}, "ended by SIGKILL", 1),
        ({"kind": "segfault", "at": "build"}, "ended by SIGSEGV", 0),
        ({"kind": "segfault", "at": "before", "epoch": 1}, "ended by SIGSEGV", 0),
        ({"kind": "segfault", "at": "in", "epoch": 2}, "ended by SIGSEGV", 1),
        ({"kind": "segfault", "at": "after", "epoch": 2}, "ended by SIGSEGV", 2),
        ({"kind": "segfault", "at": "evaluate"}, "ended by SIGSEGV", 3),
        ({"kind": "exception", "at": "build"}, "RuntimeError: the fault that was asked for", 0),
        ({"kind": "exception", "at": "in", "epoch": 3}, "RuntimeError: the fault that was asked for", 2),
        ({"kind": "close", "at": "after", "epoch": 1}, "closed its pipe and went on running", 1),
        ({"kind": "rubbish", "at": "before", "epoch": 2}, "no message: b'rubbish'", 1),
        ({"kind": "twice", "at": "after", "epoch": 1}, "the worker's 'epoch' gives '-1' as its index", 1),
    ],
    "fault,reason,epochs",
)
def test_a_crash(shared: Session, backend: str, fault: Fault, reason: str, epochs: int) -> None:
    record = attempt(shared, backend, fault)
    assert record.outcome == "crash"
    assert reason in record.reason
    assert len(record.losses) == epochs  # what was timed before is kept
    if fault["kind"] == "exception":
        assert any("in _raise" in line for line in record.stderr)


@pytest.mark.alone
@slow_in_turn(["before", "in", "after"], "place")
def test_a_hang(shared: Session, backend: str, place: str, usual_s: Callable[[str], float]) -> None:
    limit = round(2 * usual_s(backend) + 3, 1)
    plan = dataclasses.replace(shared.settings.plan(point(POINT)), timeout=limit)
    start = time.monotonic()
    record = attempt(shared, backend, {"kind": "hang", "at": place, "epoch": 2}, plan=plan)
    assert record.outcome == "timeout"
    assert record.reason == f"not finished after {limit:g} s"
    assert len(record.losses) == (2 if place == "after" else 1)
    assert time.monotonic() - start < limit + 3


def test_an_answer_that_comes_too_late(shared: Session, backend: str) -> None:
    plan = dataclasses.replace(shared.settings.plan(point(POINT)), timeout=1.0)
    record = attempt(shared, backend, {"kind": "wait", "at": "import", "seconds": 2.0}, plan=plan)
    assert (record.outcome, record.reason) == ("timeout", "not finished after 1 s")


def test_a_loss_that_is_not_a_number(shared: Session, backend: str) -> None:
    record = attempt(shared, backend, {"kind": "nan", "at": "build"})
    assert record.outcome == "diverged"
    assert "not finite after epoch 1" in record.reason


@slow_but(["theano"], OLD_AND_NEW)
def test_a_flood_on_standard_error_disturbs_nothing(shared: Session, backend: str) -> None:
    before = psutil.Process().memory_info().rss
    record = attempt(shared, backend, {"kind": "flood", "at": "in", "epoch": 2})
    assert record.outcome == "ok"
    assert psutil.Process().memory_info().rss - before < 10 * 2**20  # of 22 MB that were printed


@slow_but(["theano"], OLD_AND_NEW)
def test_more_memory_than_there_is(shared: Session, backend: str) -> None:
    record = attempt(shared, backend, {"kind": "allocate", "at": "build"}, memory_limit=MemoryLimit(1500, "data"))
    assert record.outcome == "oom"
    assert "MemoryError" in record.reason


@slow_but(("theano", "cntk"), argument="name")
def test_a_mini_batch_that_does_not_fit_into_the_limit(shared: Session, name: str) -> None:
    """Images of 28 x 28 through 5 x 5 filters: 3.5 GB of windows and activations for 4,096 of them."""
    provided(shared, name)
    where = "mnist-cnn_softmax-layers-3"
    plan = dataclasses.replace(shared.settings.plan(point(where)), examples=4096)
    limit = MemoryLimit(1500, "data")
    record = attempt(shared, name, None, point=where, plan=plan, batch_size=4096, memory_limit=limit)
    assert record.outcome == "oom", (record.reason, record.stderr)
    # and a mini-batch of the study's size does fit
    assert attempt(shared, name, None, point=where, memory_limit=limit).outcome == "ok"


@pytest.mark.slow  # each stops where it does, and JAX only when it has been watched for a while
@pytest.mark.parametrize(("name", "mib"), [("torch", 100), ("torch", 200), ("jax", 150), ("jax", 200), ("jax", 300)])
def test_a_limit_in_which_not_even_the_framework_fits(shared: Session, name: str, mib: int) -> None:
    """Where it meets the limit depends on the moment: in the loader, in CPython, in a thread, or in OpenBLAS."""
    provided(shared, name)
    start = time.monotonic()
    record = attempt(shared, name, None, memory_limit=MemoryLimit(mib, "data"))
    assert record.outcome == "oom", (record.reason, record.stderr)
    assert time.monotonic() - start < 60


@slow_but(["jax"], ["tensorflow1", "jax"], "name")  # Theano would compile everything anew in another place
def test_an_environment_that_is_deleted_meanwhile(
    shared: Session, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provided(shared, name)
    original = shared.provider.environment(name).python.parent.parent
    cache = tmp_path / "cache"
    shutil.copytree(original, cache / "envs" / original.name, symlinks=True, copy_function=os.link)
    shutil.copytree(shared.provider.cache / "orders", cache / "orders")
    monkeypatch.setattr("fixtures.cache.folder", lambda: cache)
    session = Session(Provider(shared.settings, print), tmp_path / "journal")
    session.provider._data = {("mnist", point(POINT).preprocessing): shared.provider.data(point(POINT))}
    assert attempt(session, name, None).outcome == "ok"

    def delete() -> None:
        while not worker_processes():
            time.sleep(0.01)
        time.sleep(1)  # it stands in front of its imports
        (cache / "envs").rename(cache / "gone")  # all of it at once, however long the rest takes
        shutil.rmtree(cache / "gone")

    deletion = threading.Thread(target=delete)
    deletion.start()
    record = attempt(session, name, {"kind": "wait", "at": "import", "seconds": 4.0})
    deletion.join()
    assert record.outcome == "crash"
    assert "No module named" in record.reason
    # the next benchmark builds it anew, or says why it can't
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with pytest.raises(Unavailable, match="connect to the network once"):
        attempt(session, name, None)
