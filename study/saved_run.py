"""The 2018 study's printed results as a saved run, for pytest-benchmark and for this suite's own reports.

The study prints total training times. For a comparison with ours an entry holds seconds per epoch, derived from the
printed total; the total itself is in `measured_total_s`.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

from pytest_benchmark.stats import Stats

import study
from analysis.comparison import Row
from analysis.record import VERSION, group
from models.catalogue import Point, point

FILE = Path("study-2018") / "0001_titan-x.json"
STACKS = {
    "theano": "Keras 2.0.8 on Theano 0.9.0",
    "tensorflow1": "Keras 2.0.8 on TensorFlow 1.3",
    "cntk": "Keras 2.0.8 on CNTK 2.1",
}
MACHINE = {
    "machine": "study-2018",
    "cpu_model": "Intel Core i7-5820K",
    "gpu": "GeForce GTX TITAN X, 12 GB",
    "memory_mib": 31 * 1024,
    "system": "Ubuntu 15.10",
}
MEMORY_KIND = "gpu_printed"  # the study doesn't say how it read it, so it is never divided by a figure of ours
REPEATED = "4.3"  # a table of means of five runs, which prints one network a second time


def content() -> dict[str, Any]:
    """The saved run in pytest-benchmark's format."""
    return {
        "machine_info": {**MACHINE, "node": "study-2018", "cpu": {"brand_raw": MACHINE["cpu_model"]}},
        "commit_info": {"id": "the study's tables", "time": None, "dirty": False, "project": "study-2018"},
        "benchmarks": [_entry(result) for result in study.results()],
        "datetime": "2018",
        "version": "5.3.1",
    }


def _entry(result: study.Result) -> dict[str, Any]:
    where = point(result.point)
    overridden = {"table": REPEATED} if _printed_twice(result) else {}
    name = f"test_{where.family}[{result.point}-{result.backend}{'-table_4.3' if overridden else ''}]"
    return {
        "group": group(result.point, overridden),
        "name": name,
        "fullname": f"benchmarks/test_{where.family}.py::{name}",
        "params": {"point": result.point, "backend": result.backend, "run": 1},
        "param": f"{result.point}-{result.backend}",
        "extra_info": _record(result, where, overridden),
        "options": {"disable_gc": False, "timer": "printed", "min_rounds": 1, "warmup": False},
        "stats": _stats(result.time_s / where.training.epochs, result, where.training.epochs),
    }


def _printed_twice(result: study.Result) -> bool:
    tables = {each.table for each in study.results() if each.point == result.point}
    return result.table == REPEATED and len(tables) > 1


def _record(result: study.Result, where: Point, overridden: dict[str, str]) -> dict[str, Any]:
    training = where.training
    return {
        "record_version": VERSION,
        "point": result.point,
        "family": where.family,
        "dataset": where.dataset,
        "architecture": where.architecture,
        "axis": where.axis,
        "value": where.value,
        "table": result.table,
        "candidates": list(result.candidates),
        "params_printed": where.printed_params,
        "params": where.printed_params,
        "study_epochs": training.epochs,
        "study_examples": training.examples,
        "backend": result.backend,
        "stack": STACKS[result.backend],
        "run": 1,
        "runs_printed": result.runs,
        "profile": "study",
        "outcome": "ok",
        "overridden": overridden,
        "flags": [],
        "data": "real",
        "data_source": "the study",
        "device": "gpu",
        "machine": MACHINE,
        "examples": training.examples,
        "batch_size": training.batch_size,
        "batches": math.ceil(training.examples / training.batch_size),
        "epoch_s": result.time_s / training.epochs,
        "epoch_s_basis": "derived: the printed total over the epochs",
        "measured_total_s": result.time_s,
        "spread_total_s": result.spread_s,
        "train_error": result.train_error,
        "test_error": result.test_error,
        "peak_memory_mib": result.memory_mib,
        "memory_kind": MEMORY_KIND,
    }


def _stats(epoch_s: float, result: study.Result, epochs: int) -> dict[str, Any]:
    """pytest-benchmark's statistics of a single figure; of several runs only the mean and its spread are printed."""
    stats = Stats()
    stats.update(epoch_s)
    spread_s = (result.spread_s or 0.0) / epochs
    printed = {"stddev": spread_s, "rounds": result.runs, "total": result.time_s, "iterations": epochs}
    return {**stats.as_dict(), **printed}


def text() -> str:
    return json.dumps(content(), indent=1, sort_keys=True, allow_nan=False) + "\n"


@cache
def _times() -> dict[tuple[str, str], float]:
    """The printed totals by point and backend; those of the tables of single runs go before the table of means."""
    return {(each.point, each.backend): each.time_s for each in study.results()}


def printed_speed_up(row: Row) -> float | None:
    """The study's own speed-up of a row that compares backends; None where the study prints none."""
    baseline, arm = _times().get((row.point, row.baseline)), _times().get((row.point, row.arm))
    return None if baseline is None or arm is None or row.group != row.point else baseline / arm
