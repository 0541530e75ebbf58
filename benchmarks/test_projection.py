"""Projected totals against full trainings that are really run, on every backend.

    pytest benchmarks/test_projection.py -m targets --data=synthetic [-k svhn]

Of each point all of the study's epochs are trained, on the study's examples as far as the data at hand have as many
(MNIST's stand-in has); else on those that there are, and the projection is for these: the table says how many. Prints
it, and saves it as .benchmarks/projection/latest.json.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tabulate import tabulate

from benchmarks.rounds import trained
from fixtures import registry
from fixtures.errors import Unavailable
from fixtures.plugin import SESSION
from fixtures.session import Session
from fixtures.settings import plan_of
from reports import format as fmt
from reports import projection

pytestmark = pytest.mark.targets

# those of the study whose full training takes seconds to a few minutes on two processors
POINTS = ("svhn-fnn-batch_size-512", "cifar10-fnn-batch_size-512", "mnist-fnn-batch_size-512")
RUNS = 3  # of the quick plan
TOLERANCE = 0.03
COLUMNS = ("point", "backend", "data", "examples", "epochs", "measured_s", "projected_s", "low_s", "high_s", "error")

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def lines(request: pytest.FixtureRequest) -> Iterator[Lines]:
    """Collects a line for each training; saved and printed at the end."""
    found: Lines = []
    yield found
    if not found:
        return
    path = request.config.stash[SESSION].root / "projection" / "latest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps(found, indent=1) + "\n")
    beside.replace(path)
    rows = [[line[name] for name in COLUMNS[:5]] + [fmt.significant(line[name]) for name in COLUMNS[5:9]] + [
        f"{100 * line['error']:+.1f} %"] for line in found]  # fmt: skip
    headers = [
        "point",
        "backend",
        "data",
        "examples",
        "epochs",
        "measured [s]",
        "projected [s]",
        "low",
        "high",
        "error",
    ]
    capture = request.config.pluginmanager.get_plugin("capturemanager")
    assert capture
    with capture.global_and_fixture_disabled():
        print(f"\n\n{tabulate(rows, headers, disable_numparse=True)}\n\nsaved as {path}")


@pytest.mark.parametrize("backend", registry.BACKENDS)
@pytest.mark.parametrize("point", POINTS)
def test_a_full_training_takes_what_was_projected(
    point: str, backend: str, lines: Lines, request: pytest.FixtureRequest
) -> None:
    shared = request.config.stash[SESSION]
    if backend not in shared.settings.backends:
        pytest.skip("not among --backend")
    try:
        # the full training in the middle of the quick runs, so that a machine that drifts drifts for both
        runs = [_trained(shared, point, backend, run, whole=run == RUNS) for run in (1, 2, RUNS, RUNS + 1)]
    except Unavailable as error:
        pytest.skip(str(error))
    full = projection.total([runs.pop(RUNS - 1)])
    assert not full.projected
    found = projection.total(runs)
    off = found.total_s / full.total_s - 1
    schedule = {"examples": runs[0]["study_examples"], "epochs": runs[0]["study_epochs"], "data": runs[0]["data"]}
    figures = {"projected_s": found.total_s, "low_s": found.low_s, "high_s": found.high_s, "error": off}
    lines.append({"point": point, "backend": backend, **schedule, "measured_s": full.total_s, **figures})
    assert abs(off) <= TOLERANCE or found.low_s <= full.total_s <= found.high_s


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
