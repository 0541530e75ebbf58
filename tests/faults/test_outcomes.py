"""Every way in which a worker can end is provoked for real on an old and a new backend. Each is a typed outcome with a
message that says what happened, and nothing stays after it.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from datasets import Prepared
from fixtures.errors import Unavailable
from fixtures.machine.limits import MemoryLimit
from fixtures.session.provider import Provider
from fixtures.session.session import Session
from models.catalogue import Point, point
from tests.backends import provided, slow_but
from tests.faults.attempts import MEETS_FAULTS, OLD_AND_NEW, POINT, attempt
from tests.faults.injection import Fault, standing, stands

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("leaves_nothing")]


def quick_once(values: Sequence[Any], names: str) -> pytest.MarkDecorator:
    """Parametrize by these values and backends: each value is quick on one backend, every fourth on the new one."""
    cases = []
    for number, value in enumerate(values):
        arguments = value if isinstance(value, tuple) else (value,)
        fault = arguments[0]
        label = "-".join(map(str, fault.values())) if isinstance(fault, dict) else fault
        for name in MEETS_FAULTS:
            quick = name == OLD_AND_NEW[number % 4 == 3]
            cases.append(pytest.param(name, *arguments, id=f"{name}-{label}", marks=() if quick else pytest.mark.slow))
    return pytest.mark.parametrize(f"backend,{names}", cases, indirect=["backend"])


@slow_but(OLD_AND_NEW, MEETS_FAULTS)
def test_without_a_fault(smoke_session: Session, backend: str) -> None:
    record = attempt(smoke_session, backend, None)
    assert record.outcome == "ok", record
    assert len(record.rounds_s) == 2


@quick_once(
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
def test_a_crash(smoke_session: Session, backend: str, fault: Fault, reason: str, epochs: int) -> None:
    record = attempt(smoke_session, backend, fault)
    assert record.outcome == "crash"
    assert reason in record.reason
    assert len(record.losses) == epochs  # what was timed before is kept
    if fault["kind"] == "exception":
        assert any("in _raise" in line for line in record.stderr)


@pytest.mark.parametrize(
    "place", ["in", *(pytest.param(place, marks=pytest.mark.slow) for place in ("before", "after"))]
)
@slow_but(["cntk"], MEETS_FAULTS)
def test_a_hang(smoke_session: Session, backend: str, place: str) -> None:
    usual = smoke_session.settings.plan(point(POINT))
    limit_s, epochs = 2.0, 0
    while not epochs:  # until the limit is long enough on this machine for the epochs before
        limit_s *= 2
        plan = dataclasses.replace(usual, timeout=limit_s)
        record = attempt(smoke_session, backend, {"kind": "hang", "at": place, "epoch": 2}, plan=plan)
        assert (record.outcome, record.reason) == ("timeout", f"not finished after {limit_s:g} s")
        epochs = len(record.losses)
    assert epochs == (2 if place == "after" else 1)


@slow_but(["cntk"], MEETS_FAULTS)
def test_an_answer_that_comes_too_late(smoke_session: Session, backend: str) -> None:
    plan = dataclasses.replace(smoke_session.settings.plan(point(POINT)), timeout=1.0)
    record = attempt(smoke_session, backend, {"kind": "wait", "at": "import", "seconds": 2.0}, plan=plan)
    assert (record.outcome, record.reason) == ("timeout", "not finished after 1 s")


@slow_but(OLD_AND_NEW, MEETS_FAULTS)
def test_a_loss_that_is_not_a_number(smoke_session: Session, backend: str) -> None:
    record = attempt(smoke_session, backend, {"kind": "nan", "at": "build"})
    assert record.outcome == "diverged"
    assert "not finite after epoch 1" in record.reason


@slow_but(["cntk"], MEETS_FAULTS)
def test_a_flood_on_standard_error_disturbs_nothing(smoke_session: Session, backend: str) -> None:
    before = psutil.Process().memory_info().rss
    record = attempt(smoke_session, backend, {"kind": "flood", "at": "in", "epoch": 2})
    assert record.outcome == "ok"
    assert psutil.Process().memory_info().rss - before < 10 * 2**20  # of 22 MB that were printed


@slow_but(["cntk"], MEETS_FAULTS)
def test_more_memory_than_there_is(smoke_session: Session, backend: str) -> None:
    record = attempt(
        smoke_session, backend, {"kind": "allocate", "at": "build"}, memory_limit=MemoryLimit(1500, "data")
    )
    assert record.outcome == "oom"
    assert "MemoryError" in record.reason


@slow_but(["cntk"], argument="name")
def test_a_mini_batch_that_does_not_fit_into_the_limit(smoke_session: Session, name: str) -> None:
    """Images of 28 x 28 through 5 x 5 filters: 3.5 GB of windows and activations for 4,096 of them."""
    provided(smoke_session, name)
    point_id = "mnist-cnn_softmax-layers-3"
    plan = dataclasses.replace(smoke_session.settings.plan(point(point_id)), examples=4096)
    limit = MemoryLimit(1500, "data")
    record = attempt(smoke_session, name, None, point=point_id, plan=plan, batch_size=4096, memory_limit=limit)
    assert record.outcome == "oom", (record.reason, record.stderr)
    # and a mini-batch of the study's size does fit
    assert attempt(smoke_session, name, None, point=point_id, memory_limit=limit).outcome == "ok"


@pytest.mark.slow  # each stops where it does, and JAX only when it has been watched for a while
@pytest.mark.parametrize(("name", "mib"), [("torch", 100), ("torch", 200), ("jax", 150), ("jax", 200), ("jax", 300)])
def test_a_limit_in_which_not_even_the_framework_fits(smoke_session: Session, name: str, mib: int) -> None:
    """Where it meets the limit depends on the moment: in the loader, in CPython, in a thread, or in OpenBLAS."""
    provided(smoke_session, name)
    start = time.monotonic()
    record = attempt(smoke_session, name, None, memory_limit=MemoryLimit(mib, "data"))
    assert record.outcome == "oom", (record.reason, record.stderr)
    assert time.monotonic() - start < 60


class Borrower(Provider):
    """Provides environments by itself, and another provider's data."""

    def __init__(self, lender: Provider) -> None:
        super().__init__(lender.settings, print)
        self.lender = lender

    def data(self, point: Point) -> Prepared:
        return self.lender.data(point)


@slow_but(["cntk"], ["cntk", "tensorflow1", "jax"], "name")  # Theano would compile everything anew in another place
def test_an_environment_that_is_deleted_meanwhile(
    smoke_session: Session, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provided(smoke_session, name)
    original = smoke_session.provider.environment(name).python.parent.parent
    cache = tmp_path / "cache"
    half_written = shutil.ignore_patterns("*.pyc.*")  # by a worker of another test process
    place = cache / "envs" / original.name
    shutil.copytree(original, place, symlinks=True, ignore=half_written, copy_function=os.link)
    monkeypatch.setattr("fixtures.cache.folder", lambda: cache)
    session = Session(Borrower(smoke_session.provider), tmp_path / "journal")
    assert attempt(session, name, None).outcome == "ok"

    here = tmp_path / "here"

    def delete() -> None:
        standing(here)
        (cache / "envs").rename(cache / "gone")  # all of it at once, however long the rest takes
        shutil.rmtree(cache / "gone")
        here.unlink()

    deletion = threading.Thread(target=delete)
    deletion.start()
    record = attempt(session, name, stands(here))
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
