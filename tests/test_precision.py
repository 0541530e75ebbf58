"""`--precision`: a pilot, a price, and then the planned runs, in real pytest sessions whose times are drawn."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports import format as fmt
from reports.journal import read
from reports.planning import from_pilot
from reports.statistics import paired_ratio

ROOT = Path(__file__).parent.parent
POINTS = "mnist and fnn and (layers-6 or layers-2)"
BACKENDS = ("theano", "tensorflow1", "cntk")
Session = tuple[str, list[dict[str, Any]]]
Run = Callable[..., Session]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """run(*arguments, **variables): what a session printed, and the records of its journal."""

    def started(*arguments: str, code: int = 0, **variables: str) -> Session:
        command = [sys.executable, "-m", "pytest", "benchmarks/test_fnn.py", "-p", "tests.drawn", "--backend=study"]
        command += ["-k", POINTS, f"--benchmark-storage=file://{tmp_path}", *arguments]
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")} | variables
        before = {*(tmp_path / "journal").glob("*.jsonl")}
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stdout + done.stderr
        (journal,) = {*(tmp_path / "journal").glob("*.jsonl")} - before
        return done.stdout, read(journal).records

    return started


def blocks(records: list[dict[str, Any]]) -> list[tuple[str, int, set[str]]]:
    """(point, run, backends) of consecutive blocks of three."""
    found = []
    for start in range(0, len(records), 3):
        block = records[start : start + 3]
        ((point, number),) = {(each["point"], each["run"]) for each in block}
        found.append((point, number, {each["backend"] for each in block}))
        assert [each["backend"] for each in block] == block[0]["block_order"]
    return found


def test_the_price_comes_first_and_then_the_planned_runs(run: Run) -> None:
    out, records = run("--precision=5%")
    pilot = [each for each in records if each["pilot"]]
    assert Counter(each["run"] for each in pilot) == {1: 6, 2: 6, 3: 6}
    assert records[: len(pilot)] == pilot
    planned: Counter[str] = Counter()
    for point, number, backends in blocks(records[len(pilot) :]):
        assert backends == {"theano", "tensorflow1", "cntk"}
        assert number == 4 + planned[point]
        planned[point] += 1
    for point, runs in planned.items():
        plan = from_pilot([each for each in pilot if each["point"] == point], "theano", 0.05)
        mine = [each for each in records if each["point"] == point and not each["pilot"]]
        assert (runs, {len(each["rounds_s"]) for each in mine}) == (min(plan.runs, 20), {plan.rounds})
        assert f"{point}: {plan}" in out
    assert len(planned) == 2
    # the price stands before the first planned run, and is what they take: the drawn walls
    told = re.search(r"Planned for 5\.0 % .*: (\d+) more benchmarks, about (\d+) min (\d+) s", out)
    assert told
    assert out.index("run 3  ") < told.start() < out.index("run 4  ")
    assert int(told[1]) == len(records) - len(pilot)
    seconds = sum(each["wall_s"] for each in records if not each["pilot"])
    assert 60 * int(told[2]) + int(told[3]) == pytest.approx(seconds, rel=0.15)
    assert f"[{len(records)}/{len(records)}]" in out
    assert f"{len(records)} passed" in out
    for point in planned:
        half, arm = widest([each for each in records if each["point"] == point and not each["pilot"]])
        verdict = "reached" if half <= 0.05 else "not reached"
        pattern = rf"{point}: 5\.0 % {verdict}[;,].* the widest interval is {fmt.share(half)} to each side \({arm}\)"
        assert re.search(pattern, out)


def widest(records: list[dict[str, Any]]) -> tuple[float, str]:
    """(half-width, backend) of the widest interval of a ratio to theano."""
    times = {name: [each["epoch_s"] for each in records if each["backend"] == name] for name in BACKENDS}
    ratios = {name: paired_ratio(times["theano"], times[name]) for name in BACKENDS[1:]}
    return max((math.sqrt(ratio.high / ratio.low) - 1, name) for name, ratio in ratios.items())


def test_a_saved_run_can_be_the_pilot(run: Run) -> None:
    run("--runs=4")
    out, records = run("--precision=4%", "--pilot=latest", "--rounds=6")
    assert not any(each["pilot"] for each in records)
    assert {len(each["rounds_s"]) for each in records} == {6}
    assert {number for _, number, _ in blocks(records)} == {*range(1, 1 + max(each["run"] for each in records))}
    assert out.index("Planned for 4.0 %") < out.index("run 1  ")


@pytest.mark.parametrize("at", ["cntk-run2", "cntk-run5"])
def test_an_interrupted_session_goes_on_by_the_same_plan(at: str, run: Run) -> None:
    _, whole = run("--precision=8%")
    run("--precision=8%", code=2, DRAWN_INTERRUPT=at)
    out, resumed = run("--resume")
    keys = ("point", "run", "backend", "pilot", "rounds_s", "block_order")
    assert sorted([each[key] for key in keys] for each in resumed) == sorted(
        [each[key] for key in keys] for each in whole
    )
    assert ("Planned for" in out) == (at == "cntk-run2")  # the price was told when the plan was made


def test_a_backend_that_failed_in_the_pilot_is_not_tried_again(run: Run) -> None:
    out, records = run("--precision=8%", DRAWN_OOM="theano")
    assert Counter(each["pilot"] for each in records if each["backend"] == "theano") == {True: 6}
    assert {each["backend"] for each in records if not each["pilot"]} == {"tensorflow1", "cntk"}
    assert "6 xfailed" in out


def test_a_pilot_that_shows_no_ratio_is_the_end(run: Run) -> None:
    out, records = run("--precision=5%", "-k", f"({POINTS}) and theano")
    assert all(each["pilot"] for each in records)
    assert "no more runs: a plan needs a pilot of at least 2 blocks with theano and another backend" in out


def test_more_than_twenty_runs_are_never_planned(run: Run) -> None:
    out, records = run("--precision=0.5%", "-k", "mnist-fnn-layers-6")
    assert max(each["run"] for each in records) == 23
    assert "more than 20 runs are never planned" in out
    assert "0.50 % not reached" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--precision=0"], "'0' is no share such as 0.05 or 5%"),
        (["--precision=5%", "--profile=smoke"], "leave one out"),
        (["--precision=5%", "--runs=1"], "a pilot of 2 runs at least"),
        (["--precision=5%", "--pilot=0099"], "there is no saved run in"),
        (["--pilot=latest"], "give --precision too"),
    ],
)
def test_a_wrong_option_is_one_message(arguments: list[str], says: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "benchmarks/test_fnn.py", "-p", "tests.drawn", "-k", POINTS]
    command += [f"--benchmark-storage=file://{tmp_path}", "--backend=study", *arguments]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 4
    assert says in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_the_pilot_is_kept_and_left_out_of_ratios(run: Run, tmp_path: Path) -> None:
    _, records = run("--precision=8%", "-k", "mnist-fnn-layers-6")
    command = [sys.executable, "-m", "reports", f"--root={tmp_path}", "compare", "--format=json"]
    rows = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)["rows"]
    counted = [each for each in records if not each["pilot"]]
    assert len(counted) == len(records) - 9
    for row in rows:
        assert row["epochs_s"] == pytest.approx([each["epoch_s"] for each in counted if each["backend"] == row["arm"]])
