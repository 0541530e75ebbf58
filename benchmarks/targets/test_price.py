"""Measures the price of ratios: all backends on CNN-Softmax to 5 % to each side of each, compared with a plain script.

    pytest benchmarks/targets/test_price.py -m targets [--backend=NAMES] [--steady] [--threads=1]

The session is `pytest benchmarks --precision=5%` as a user types it, its pilot included: an hour, where ratios vary as
much as 20 runs allow; with --steady and --threads=1, which leave them little to vary by (docs/measuring.md), 20
minutes to two hours, by the machine and by the variance that the pilot saw.
The plain script (benchmarks/targets/plain.py) then takes the place of its last two blocks, in as many fresh processes
and for as many epochs each. The result is printed and saved as .benchmarks/price/latest.json.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis.comparison import compare
from analysis.journal import paths, read
from analysis.reading import record
from benchmarks.targets.publishing import publish
from benchmarks.targets.test_plain import NETWORKS, plain
from fixtures.pytest_plugin.state import state
from fixtures.session.session import Session

pytestmark = pytest.mark.targets

NETWORK, PRECISION = "cnn_softmax", 0.05
LEAST_SHARE = 0.9
PLAIN_BLOCKS = 2
Records = Sequence[dict[str, Any]]


def run_session(session: Session, folder: Path) -> tuple[float, Records]:
    """Run the suite's session; returns (wall time in seconds, records)."""
    command = [sys.executable, "-m", "pytest", "benchmarks", "-k", NETWORKS[NETWORK], f"--precision={PRECISION}"]
    command += [f"--backend={','.join(session.settings.backends)}", f"--benchmark-storage=file://{folder}"]
    command += [f"--threads={session.settings.threads}", f"--data={session.settings.data}", "-p", "no:cacheprovider"]
    command += ["--steady"] if session.settings.steady else []
    start = time.perf_counter()
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    (journal,) = paths(folder)
    return seconds, [each for each in read(journal).records if each["outcome"] == "ok"]


def run_script(session: Session, records: Records, folder: Path) -> float:
    """Run the plain script in place of each of these runs, one after the other; returns the seconds of all."""
    spent = 0.0
    for each in records:
        job = session.provider.job(session.points[each["point"]], each["backend"], each["run"])
        job = dataclasses.replace(job, plan=dataclasses.replace(job.plan, rounds=each["rounds"]))
        start = time.perf_counter()
        plain(job, NETWORK, folder)
        spent += time.perf_counter() - start
    return spent


def shares(records: Records, seconds: float) -> dict[str, float]:
    """Divide the session's wall time into shares; training is all of `fit`, its first epochs included."""
    spent: dict[str, float] = defaultdict(float)
    for each in records:
        spent["import"] += each["import_s"]
        spent["build"] += each["build_s"]
        spent["training"] += sum(each["warmup_s"]) + sum(each["rounds_s"])
        spent["evaluation"] += each["evaluation_s"]
        spent["other of benchmarks"] += each["wall_s"]
    spent["other of benchmarks"] -= sum(value for name, value in spent.items() if name != "other of benchmarks")
    spent["between benchmarks"] = seconds - sum(spent.values())
    return {name: value / seconds for name, value in spent.items()}


@pytest.fixture(scope="module")
def priced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Runs the session and the script; the result is saved and printed."""
    session, folder = state(request.config).session, tmp_path_factory.mktemp("price")
    suite_s, records = run_session(session, folder / "runs")
    (folder / "plain").mkdir()
    last = [each for each in records if each["run"] > records[-1]["run"] - PLAIN_BLOCKS]
    plain_s = run_script(session, last, folder / "plain")
    walls = [sum(each["wall_s"] for each in some) for some in (last, records)]
    rows = compare([record(each, "price") for each in records], "backend", session.baselines).compared
    ratios = {row.arm: row.speed_up for row in rows if row.speed_up}
    price = {
        "suite_min": suite_s / 60,
        # the suite's time is that of these blocks, with all that is between them
        "plain_of_suite": plain_s / (suite_s * walls[0] / walls[1]),
        "steady": session.settings.steady,
        "threads": session.settings.threads,
        "processes": len(records),
        "runs_that_count": max(ratio.pairs for ratio in ratios.values()),
        "rounds": max(each["rounds"] for each in records),
        "half_widths": {arm: ratio.half_width for arm, ratio in ratios.items()},
        "shares": shares(records, suite_s),
    }
    publish(request.config, "price", price, json.dumps(price, indent=1))
    return price


def test_every_ratio_is_as_precise_as_was_asked_for(priced: dict[str, Any]) -> None:
    assert max(priced["half_widths"].values()) <= PRECISION


def test_the_suite_takes_hardly_longer_than_a_plain_script(priced: dict[str, Any]) -> None:
    assert priced["plain_of_suite"] >= LEAST_SHARE


def test_nine_tenths_of_the_time_is_training(priced: dict[str, Any]) -> None:
    assert priced["shares"]["training"] >= LEAST_SHARE
