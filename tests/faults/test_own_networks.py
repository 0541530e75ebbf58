"""Whole sessions of networks of a user's own: runs, resumption, refusals, and what is made of their results."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from analysis import journal
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


def refused(run: Run, *arguments: str) -> str:
    """The one message of a session that is refused before it measures anything."""
    session = run(*arguments, "--profile=smoke", "--device=cpu", "--on-busy=flag", file=NETWORK)
    assert session.wait() == pytest.ExitCode.USAGE_ERROR, session.output()
    assert not journal.paths(session.folder)
    (message,) = [line for line in session.output().splitlines() if line.startswith("ERROR: ")]
    assert "Traceback" not in session.output()
    return message


def test_one_file_that_is_no_network_ends_the_session(run: Run, records: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.keras").write_text("no archive")
    networks = [f"--network={records}:network", f"--network={tmp_path / 'bad.keras'}"]
    assert "bad.keras: it is no Keras archive (a zip file)" in refused(run, *networks, "--backend=jax")


FAILING = """
import keras

def build(width=8):
    if width > 8:
        raise ValueError(f"{width} is too wide")
    stack = [keras.Input((4,)), keras.layers.Dense(width), keras.layers.Dense(3, activation="softmax")]
    return keras.Sequential(stack)
"""


@pytest.mark.backend
@pytest.mark.parametrize("parts", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)])
def test_one_point_that_can_not_be_built_ends_the_session(
    parts: tuple[str, ...], run: Run, tmp_path: Path, jax: None
) -> None:
    (tmp_path / "mine.py").write_text(FAILING)
    network = f"--network={tmp_path / 'mine.py'}:build?width=8,16"
    message = refused(run, network, "--backend=jax", "--loss=sparse_categorical_crossentropy", *parts)
    assert "build(width=16): ValueError: 16 is too wide (mine.py, line 6)" in message


def test_data_that_do_not_fit_end_the_session(run: Run, records: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=np.zeros((9, 5)), y=np.zeros(9, int))
    message = refused(run, f"--network={records}:network", f"--data-file={tmp_path / 'data.npz'}", "--backend=jax")
    assert "data.npz can't be used: x has examples of (5,), and the network takes (6,)" in message
