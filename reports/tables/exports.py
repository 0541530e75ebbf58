"""A comparison as CSV or JSON: for programs, with every flag and the plan of each figure."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from analysis.comparison import Comparison, GeometricMean, Row
from analysis.record import Record, columns
from analysis.statistics import Median, Ratio
from reports.tables import writing
from reports.tables.ratios import PROVENANCE, PrintedSpeedUp

VERSION = 3
# 2: errors with their unit in a field of its own, noise_floor and stands; CSV with the plan.
# 3: the verdict `lost`, of rows that may have no runs.
PLAN = (
    *columns("measure", "warmup", "rounds", "examples", "batch_size", "data", "environment", "versions", "python"),
    *PROVENANCE,
)


def as_csv(comparison: Comparison, printed: PrintedSpeedUp | None = None) -> str:
    """One line for each row of each table; the headers have units, and flags are codes (docs/comparing.md)."""
    return writing.as_csv([_flat(comparison, row, printed) | _plan_cells(row.records) for row in comparison.rows])


def _plan_cells(records: Sequence[Record]) -> dict[str, Any]:
    plan = {name: "" if value is None else value for name, value in _plan(records).items()}
    plan["sessions"] = " ".join(plan["sessions"])
    return {name: json.dumps(value) if isinstance(value, dict) else value for name, value in plan.items()}


def _flat(comparison: Comparison, row: Row, printed: PrintedSpeedUp | None) -> dict[str, Any]:
    flat: dict[str, Any] = {"group": row.group, "point": row.point, "family": row.family, "arm": row.arm}
    flat |= {"baseline": row.baseline, "verdict": row.verdict, "reason": row.reason, "runs": row.outcomes.get("ok", 0)}
    flat |= _interval("epoch_s", row.epoch) | _interval("speed_up", row.speed_up) | _interval("memory", row.memory)
    flat |= {"method": row.speed_up.method if row.speed_up else "", "p": row.speed_up.p if row.speed_up else None}
    floor = comparison.floors.get(row.noise)
    flat |= {"noise_floor": None if floor is None else math.expm1(floor), "stands": row.stands}
    flat |= {"p_holm": row.holm_p, "peak_memory_mib": row.peak_memory_mib, "memory_kind": row.memory_kind}
    flat |= {"train_error": row.train_error and row.train_error.value}
    flat |= {"test_error": row.test_error and row.test_error.value, "error_unit": row.error_unit}
    flat |= {"machine_share": row.machine_share}
    total = row.total
    flat |= {"study_total_s": total and total.total_s, "study_total_low_s": total and total.low_s}
    flat |= {"study_total_high_s": total and total.high_s, "study_total_basis": total and total.basis}
    flat |= {"study_speed_up": printed(row) if printed else None}
    flat |= {"flags": " ".join(dict.fromkeys(flag.code for flag in row.flags))}
    return {name: "" if _missing(value) else value for name, value in flat.items()}


def _interval(name: str, value: Ratio | Median | None) -> dict[str, float | None]:
    if value is None:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"))
    return {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}


def as_json(comparison: Comparison, printed: PrintedSpeedUp | None = None) -> str:
    """Everything: rows with their flags, runs and plan (which says where they come from), geometric means, floors."""
    rows = [
        {
            **_flat(comparison, row, printed),
            "outcomes": dict(row.outcomes),
            "flags": [msgspec.to_builtins(flag) for flag in row.flags],
            "epochs_s": [each.epoch_s for each in row.records if each.ok],
            "plan": _plan(row.records),
        }
        for row in comparison.rows
    ]
    content = {
        "version": VERSION,
        "by": comparison.by,
        "rows": rows,
        "geometric_means": [_mean(each) for each in comparison.means],
        "noise_floors": {family: math.expm1(floor) for family, floor in comparison.floors.items()},
    }
    return _json(content, indent=1)


def _plan(records: Sequence[Record]) -> dict[str, Any]:
    """The fields that say how the figures came about: warm-ups, rounds, seed, packages, commit."""
    first = next((each for each in records if each.ok), None)
    plan: dict[str, Any] = {column.name: None if first is None else column.of(first) for column in PLAN}
    return plan | {"sessions": sorted({each.session for each in records})}


def _mean(mean: GeometricMean) -> dict[str, Any]:
    return {**asdict(mean), "speed_up": {**asdict(mean.speed_up), "p": mean.speed_up.p}}


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _json(value: Any, indent: int | None = None) -> str:
    """JSON without NaN, which most readers refuse."""

    def clean(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: clean(each) for name, each in part.items()}
        if isinstance(part, list | tuple):
            return [clean(each) for each in part]
        return None if _missing(part) or part == "" else part

    return json.dumps(clean(value), indent=indent, allow_nan=False)
