"""Compares projected totals with full trainings that are really run, on every backend.

    pytest benchmarks/targets/test_projection.py -m targets --data=synthetic [--runs=BLOCKS] [--steady]

Quick runs and full trainings lie in blocks, as in any session: every backend once beside the others, in random order,
and a point's runs over the whole session. In the middle of the session each point has one block with a full training as
well: the study's epochs on the study's examples. Where the data at hand have fewer examples (MNIST's stand-in has all),
training and projection are for these, and the table says how many. It is printed, and saved as
.benchmarks/projection/latest.json.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from tabulate import tabulate

from analysis import format as fmt
from analysis import totals
from analysis.record import Record
from benchmarks.targets.publishing import publish, trained
from fixtures.backends import registry
from fixtures.errors import Unavailable
from fixtures.pytest_plugin.collection import block_order
from fixtures.pytest_plugin.state import state
from fixtures.run.profiles import plan_of
from fixtures.session.session import Session

pytestmark = pytest.mark.targets

# a full training of these takes up to a few minutes on two processors
POINTS = ("cifar10-fnn-batch_size-32", "mnist-fnn-batch_size-256", "mnist-fnn-batch_size-512")
BLOCKS = 5
TOLERANCE = 0.03
HEADERS = {
    "point": "point",
    "backend": "backend",
    "data": "data",
    "examples": "examples",
    "epochs": "epochs",
    "measured_s": "measured [s]",
    "projected_s": "projected [s]",
    "low_s": "low",
    "high_s": "high",
    "error": "error",
    "holds": "holds",
}

Line = dict[str, Any]
Case = tuple[str, str]  # a point and a backend


@pytest.fixture(scope="module")
def lines(request: pytest.FixtureRequest) -> dict[Case, Line]:
    """Measures a line for each case that this machine can train; they are saved and printed."""
    session = state(request.config).session
    quick: dict[Case, list[Record]] = defaultdict(list)
    whole: dict[Case, Record] = {}
    blocks = max(session.settings.runs or BLOCKS, 3)
    for block in range(1, blocks + 1):
        for number, point in enumerate(POINTS):
            for backend in block_order(session.settings.backends, session.settings.seed, point, block):
                session.progress(f"block {block} of {blocks}: {point}, {backend}")
                try:
                    quick[point, backend].append(_trained(session, point, backend, block, whole=False))
                    if block == 2 + number % (blocks - 2):
                        whole[point, backend] = _trained(session, point, backend, blocks + 1, whole=True)
                except Unavailable as error:
                    session.progress(f"{backend}: left out: {error}")
    by_case = {case: _line(*case, quick[case], whole[case]) for case in quick if case in whole}
    if by_case:
        rows = [[_shown(name, line[name]) for name in HEADERS] for line in by_case.values()]
        text = tabulate(rows, [*HEADERS.values()], disable_numparse=True)
        publish(request.config, "projection", [*by_case.values()], text)
    return by_case


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("backend", registry.BACKENDS)
def test_a_full_training_takes_what_was_projected(backend: str, point: str, lines: dict[Case, Line]) -> None:
    """It is within 3 %, or inside the interval, which misses one training in twenty by chance."""
    if (point, backend) not in lines:
        pytest.skip("not among --backend, or not available")
    assert lines[point, backend]["holds"], lines[point, backend]


def _line(point: str, backend: str, quick: list[Record], whole: Record) -> Line:
    full, projection = totals.total([whole]), totals.total(quick)
    assert not full.projected
    error = projection.total_s / full.total_s - 1
    return {
        "point": point,
        "backend": backend,
        "data": whole.data,
        "examples": whole.study_examples,
        "epochs": whole.study_epochs,
        "options": whole.options,
        "measured_s": full.total_s,
        "projected_s": projection.total_s,
        "low_s": projection.low_s,
        "high_s": projection.high_s,
        "error": error,
        "holds": abs(error) <= TOLERANCE or projection.low_s <= full.total_s <= projection.high_s,
        "projected_runs_s": [totals.total([run]).total_s for run in quick],
    }


def _shown(name: str, value: Any) -> str:
    if name == "error":
        return f"{100 * value:+.1f} %"
    return fmt.significant(value) if name.endswith("_s") else {True: "yes", False: "NO"}.get(value, str(value))


def _trained(session: Session, point_id: str, backend: str, run: int, whole: bool) -> Record:
    """Train a quick run, or the study's whole schedule, on as many of the study's examples as the data have."""
    point = session.points[point_id]
    job = session.provider.job(point, backend, run)
    examples = min(point.training.examples, len(np.load(job.data.x_train, mmap_mode="r", allow_pickle=False)))
    plan = plan_of("study" if whole else "quick", point)
    if whole:
        plan = dataclasses.replace(plan, examples=examples, evaluate_examples=1_000)
    record = session.new_record(point, backend, run)
    record.study_examples = examples
    return trained(dataclasses.replace(job, plan=plan), record)
