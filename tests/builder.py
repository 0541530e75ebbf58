"""Records as the suite writes them, with times that are drawn: synthetic, for tests only."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis import totals
from analysis.reading import record
from analysis.record import VERSION, Record
from models.catalogue import point

POINT = "mnist-fnn-layers-6"
MACHINE: dict[str, Any] = {
    "machine": "abc123def456",
    "cpu_model": "Test CPU",
    "available_processors": 2,
    "memory_mib": 8000,
}
QUIET = {
    "load_1min": 1.0,
    "exchange_ns": 150.0,
    "loop_us": 1000.0,
    "memory_available_mib": 6000.0,
    "swap_used_mib": 0.0,
    "stolen_s": 10.0,
    "frequency_mhz": 3000.0,
    "on_battery": None,
    "oom_kills": 0,
    "swapped_out_mib": 1000.0,
    "throttle_events": 4,
}


def fields(backend: str = "torch", run: int = 1, at: str = POINT, **own: Any) -> dict[str, Any]:
    """One complete record of a quiet machine; `own` replaces or adds fields."""
    where = point(at)
    rounds = own.get("rounds_s", [1.0] * 5)
    examples, batch_size = 4000, where.training.batch_size
    made: dict[str, Any] = {
        "record_version": VERSION,
        "point": at,
        "family": where.family,
        "dataset": where.dataset,
        "architecture": where.architecture,
        "axis": where.axis,
        "value": where.value,
        "table": where.table,
        "params_printed": where.printed_params,
        "params": where.printed_params,
        "study_epochs": where.training.epochs,
        "study_examples": where.training.examples,
        "backend": backend,
        "stack": f"Keras 3 on {backend}",
        "run": run,
        "seed": run,
        "order_seed": 1,
        "profile": "quick",
        "outcome": "ok",
        "overridden": {},
        "options": {"jit": "default"},
        "flags": [],
        "data": "real-subset",
        "device": "cpu",
        "threads": 2,
        "machine": MACHINE,
        "commit": "0123456789ab",
        "environment": f"environment of {backend}",
        "versions": {"keras": "3.0.0", backend: "1.0.0"},
        "examples": examples,
        "batch_size": batch_size,
        "batches": math.ceil(examples / batch_size),
        "warmup": 2,
        "rounds": len(rounds),
        "rounds_s": rounds,
        "rounds_processor_s": [2 * seconds for seconds in rounds],
        "epoch_s": float(np.median(rounds)),
        "first_epoch_s": 3.0,
        "warmup_s": [3.0, 1.0],
        "wall_s": 20.0 + sum(rounds),
        "train_error": 10.0,
        "test_error": 12.0,
        "test_examples": 1000,
        "peak_memory_mib": 500.0,
        "memory_kind": "cpu_resident",
        "host_before": QUIET,
        "host_after": QUIET,
        "started": f"2026-01-02T03:04:{run:02d}+0000",
    }
    return made | own


def session(
    epochs: Mapping[str, float], runs: int = 3, at: str = POINT, noise: float = 0.02, seed: int = 1, **own: Any
) -> list[dict[str, Any]]:
    """Blocks of these backends (seconds of an epoch), with a block's luck of 8 % and `noise` of each run."""
    draw = np.random.default_rng([seed, *at.encode()])
    made = []
    for run in range(1, runs + 1):
        luck = draw.normal(0, 0.08)
        for backend, epoch in epochs.items():
            rounds = (epoch * np.exp(luck + draw.normal(0, noise) + draw.normal(0, 0.005, 5))).tolist()
            made.append(fields(backend, run, at, rounds_s=rounds, **own))
    return made


def one(backend: str = "torch", run: int = 1, at: str = POINT, **own: Any) -> Record:
    """The same as it is read."""
    return record(fields(backend, run, at, **own))


def bare(**own: Any) -> Record:
    """A record that says nothing besides what each one must say, and `own`."""
    return Record(**{"point": POINT, "family": "fnn", "backend": "torch", "run": 1, **own})


def typed(raw: Sequence[dict[str, Any]], session: str = "one") -> list[Record]:
    return [record(each, session) for each in raw]


def blocks(epochs: Mapping[str, float], **how: Any) -> list[Record]:
    """What `session` draws, as it is read."""
    return typed(session(epochs, **how))


def with_total(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A record with the study's total, as the suite adds it."""
    made = record(raw)
    totals.add_to(made)
    names = ("measured_total_s", "projected_total_s", "projected_low_s", "projected_high_s")
    return {**raw, **{name: value for name, value in made.json().items() if name in names}}


def save(root: Path, name: str, raw: Sequence[dict[str, Any]], started: str = "2026-01-02") -> Path:
    """As pytest-benchmark saves a session: complete results as benchmarks, the others as outcomes."""
    path = root / "Linux-CPython-3.11-64bit" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = [{**each, "started": f"{started}T03:04:{each['run']:02d}+0000"} for each in raw]
    good = [each for each in raw if each["outcome"] == "ok"]
    benchmarks = [{"group": each["point"], "name": "test", "stats": {}, "extra_info": each} for each in good]
    outcomes = [each for each in raw if each["outcome"] != "ok"]
    path.write_text(json.dumps({"benchmarks": benchmarks, "outcomes": outcomes, "version": "5.3.1"}))
    return path


def journal(root: Path, name: str, raw: Sequence[dict[str, Any]]) -> Path:
    path = root / "journal" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in raw))
    return path
