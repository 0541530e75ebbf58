"""What a session hands to its workers: the dataset that was asked for, and the same examples for every backend."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from datasets.storage import VARIABLE
from fixtures.backends import registry
from fixtures.backends.environments import Environment
from fixtures.errors import Unavailable
from fixtures.session.measuring import carry_out
from fixtures.session.session import Session
from fixtures.session.settings import Settings

FRACTIONS = [f"svhn-basic_svhn-examples-{percent}" for percent in (33, 40, 57, 64, 83, 100)]
Told = list[str]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def session(cache: Path, told: Told, **options: Any) -> Session:
    """A session whose environments count as built: nothing is started in them here."""
    made = Session(Settings(registry.chosen(["all"]), device="cpu", **options), cache / "journal", told.append)
    for name in made.settings.backends:
        made._environments[name] = Environment(registry.BACKENDS[name], Path(sys.executable), "3", name, {})
    return made


def test_real_and_nothing_there_is_told_once_with_the_command(cache: Path) -> None:
    told: Told = []
    shared = session(cache, told, data="real")
    points = [id_ for id_ in shared.points if id_.startswith("norb-") and "-filters-" in id_]
    assert len(points) > 1
    shared.load(points)
    (line,) = told
    assert line.startswith("norb/rescaled48: can't be had: the real norb is not on this machine\n")
    assert "`python -m datasets fetch norb`" in line
    with pytest.raises(Unavailable, match="`python -m datasets fetch norb`"):
        shared.setup(shared.points[points[0]], "jax", 1)


def test_every_backend_gets_the_same_examples_in_the_same_order(cache: Path) -> None:
    shared = session(cache, [], data="synthetic", profile="study")
    smaller: set[int] = set()
    for id_ in FRACTIONS:
        jobs = [shared.setup(shared.points[id_], name, 1).job for name in shared.settings.backends]
        assert len(jobs) >= 6
        seen = {json.dumps([job["data"], job["examples"], job["evaluate_examples"]]) for job in jobs}
        assert len(seen) == 1
        percent = int(id_.rpartition("-")[2])
        assert jobs[0]["examples"] == 73_257 * percent // 100
        places = np.load(jobs[0]["data"]["order"])
        assert sorted(places) == list(range(len(np.load(jobs[0]["data"]["y_train"]))))
        mine = set(places[: percent * len(places) // 100].tolist())
        assert smaller < mine
        smaller = mine


def test_another_run_another_order(cache: Path) -> None:
    shared = session(cache, [], data="synthetic")
    orders = [np.load(shared.setup(shared.points[FRACTIONS[0]], "jax", run).job["data"]["order"]) for run in (1, 2, 1)]
    assert (orders[0] == orders[2]).all()
    assert (orders[0] != orders[1]).any()


def test_a_machine_without_room_for_a_workers_files_is_an_outcome(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = session(cache, [], data="synthetic")
    record = shared.new_record(shared.points["svhn-fnn-layers-1"], "jax", 1)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    before = psutil.Process().num_fds()
    carry_out(shared, record)
    assert record["outcome"] == "unavailable"
    assert record["reason"].startswith(f"No such file or directory: {tmp_path / 'missing'}")
    assert record["reason"].endswith("; mend that, and use --resume")
    assert psutil.Process().num_fds() == before
