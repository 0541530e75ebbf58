"""Whole sessions of networks of a user's own: runs, resumption, refusals, and what is made of their results."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT
from tests.faults.conftest import Run, saved
from tests.faults.injection import standing, stands

NETWORK = "benchmarks/test_network.py"
RECORDS = """
from models.layers import Dense, Network
from models.schedules import SGD, Training


def network(width=4):
    stack = (Dense(width, "relu"), Dense(3, "softmax"))
    return Network((6,), stack, "categorical_crossentropy", classes=3), Training(SGD(0.1), 16, epochs=3, examples=64)


def other():
    return network(9)
"""
TINY = ("--device=cpu", "--warmup=1", "--rounds=2", "--examples=32", "--on-busy=flag")


@pytest.fixture
def records(tmp_path: Path) -> Path:
    file = tmp_path / "mine.py"
    file.write_text(RECORDS)
    return file


def reports(folder: Path, *arguments: str) -> str:
    """What a command of `python -m reports` prints about the runs saved in a folder."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "reports", f"--root={folder}", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**environ, "COLUMNS": "200"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.backend
def test_a_session_of_own_networks_is_resumed_and_its_results_are_told(
    run: Run, records: Path, tmp_path: Path, cheapest: str
) -> None:
    networks = [f"--network={records}:network?width=4,8", f"--network={records}:other"]
    faults = {f"{cheapest}-run2": stands(tmp_path / "here")}
    first = run(*networks, f"--backend={cheapest}", "--runs=2", *TINY, file=NETWORK, faults=faults)
    standing(tmp_path / "here")
    first.send(signal.SIGINT)
    assert first.wait() == 2
    assert not first.orphans()
    assert "To go on: pytest benchmarks --resume" in first.output()

    records.write_text(RECORDS + "# changed\n")
    refused = run("--resume", file=NETWORK)
    assert refused.wait() == pytest.ExitCode.USAGE_ERROR
    assert "mine-network-width-4" in refused.output()
    assert "Traceback" not in refused.output()

    records.write_text(RECORDS)
    second = run("--resume", file=NETWORK)
    assert second.wait() == 0, second.output()
    *_, last = saved(tmp_path / "saved")
    results = [each["extra_info"] for each in last["benchmarks"]]
    points = ("mine-network-width-4", "mine-network-width-8", "mine-other")
    assert sorted((each["point"], each["run"]) for each in results) == [(point, n) for point in points for n in (1, 2)]
    assert {(each["family"], each.get("axis")) for each in results} == {("mine-network", "width"), ("mine-other", None)}
    beside = reports(tmp_path / "saved", "compare", "--by=point")
    assert [point for point in points if point in beside] == [*points]
    assert "study total [s]" not in second.output()
    drawn = reports(tmp_path / "saved", "figures", f"--output={tmp_path / 'figures'}", "--format=svg")
    assert "mine-network" in drawn
    assert "mine-other" not in drawn  # it is a single point
    reports(tmp_path / "saved", "html", f"--output={tmp_path / 'page.html'}")
    assert "mine-network, over width" in (tmp_path / "page.html").read_text("utf-8")


def test_a_network_that_can_not_be_had_is_told_and_no_error_of_the_suite(run: Run, tmp_path: Path, jax: None) -> None:
    (tmp_path / "bad.keras").write_text("no archive")
    session = run(f"--network={tmp_path / 'bad.keras'}", "--backend=jax", "--profile=smoke", *TINY[:1], file=NETWORK)
    session.wait()
    assert "Traceback" not in session.output()
    assert "AssertionError" not in session.output()
    assert "unavailable: --network=" in session.output()
    assert "bad.keras" in session.output()
