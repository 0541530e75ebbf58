"""Projected totals against full trainings that are really run, on every backend.

    pytest benchmarks/test_projection.py -m targets --data=synthetic

Of each point all of the study's epochs are trained, on the study's examples as far as the data at hand have as many
(MNIST's stand-in has); else on those that there are, and the projection is for these: the table says how many. Prints
it, and saves it as .benchmarks/projection/latest.json.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tabulate import tabulate

from benchmarks.targets import publish, trained
from fixtures.backends import registry
from fixtures.benchmark.plan import plan_of
from fixtures.errors import Unavailable
from fixtures.plugin.keys import SESSION
from fixtures.session.session import Session
from reports import format as fmt
from reports import projection

pytestmark = pytest.mark.targets

# those of the study whose full training takes up to a few minutes on two processors
POINTS = ("svhn-fnn-batch_size-16", "cifar10-fnn-batch_size-32", "mnist-fnn-batch_size-512")
RUNS = 3  # of the quick plan
TOLERANCE = 0.03
MISSES = 1  # of a backend's points: a 95 % interval misses one training in twenty, so two of three say something
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

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def lines(request: pytest.FixtureRequest) -> Iterator[Lines]:
    """Collects a line for each training; saved and printed at the end."""
    found: Lines = []
    yield found
    if found:
        rows = [[_shown(name, line[name]) for name in HEADERS] for line in found]
        publish(request.config, "projection", found, tabulate(rows, [*HEADERS.values()], disable_numparse=True))


def _shown(name: str, value: Any) -> str:
    if name == "error":
        return f"{100 * value:+.1f} %"
    return fmt.significant(value) if name.endswith("_s") else {True: "yes", False: "NO"}.get(value, str(value))


@pytest.mark.parametrize("backend", registry.BACKENDS)
def test_full_trainings_take_what_was_projected(backend: str, lines: Lines, request: pytest.FixtureRequest) -> None:
    """Within 3 %, or inside the interval, on all points but one."""
    shared = request.config.stash[SESSION]
    if backend not in shared.settings.backends:
        pytest.skip("not among --backend")
    try:
        found = [_held(shared, point, backend) for point in POINTS]
    except Unavailable as error:
        pytest.skip(str(error))
    lines += found
    missed = [line for line in found if not line["holds"]]
    assert len(missed) <= MISSES, missed


def _held(shared: Session, point: str, backend: str) -> dict[str, Any]:
    """A line of the table: quick runs, and a full training in their midst, so that both see the machine's drift."""
    runs = [_trained(shared, point, backend, run, whole=run == RUNS) for run in (1, 2, RUNS, RUNS + 1)]
    full = projection.total([runs.pop(RUNS - 1)])
    assert not full.projected
    found = projection.total(runs)
    off = found.total_s / full.total_s - 1
    return {
        "point": point,
        "backend": backend,
        "data": runs[0]["data"],
        "examples": runs[0]["study_examples"],
        "epochs": runs[0]["study_epochs"],
        "measured_s": full.total_s,
        "projected_s": found.total_s,
        "low_s": found.low_s,
        "high_s": found.high_s,
        "error": off,
        "holds": abs(off) <= TOLERANCE or found.low_s <= full.total_s <= found.high_s,
    }


def _trained(shared: Session, point_id: str, backend: str, run: int, whole: bool) -> dict[str, Any]:
    """The record of a quick run, or of the study's whole schedule; on all examples that there are, at most its own."""
    point = shared.points[point_id]
    setup = shared.setup(point, backend, run)
    examples = min(point.training.examples, len(np.load(setup.data.x_train, mmap_mode="r", allow_pickle=False)))
    plan = plan_of("study" if whole else "quick", point)
    if whole:
        plan = dataclasses.replace(plan, examples=examples, evaluate_examples=1_000)
    record = shared.new_record(point, backend, run) | {"study_examples": examples, "data": setup.data.data}
    return trained(dataclasses.replace(setup, plan=plan), record)
