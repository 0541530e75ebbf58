"""The study's claims beside what was measured: as text or Markdown, as CSV, as JSON, and in two sentences."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, get_args

import study
from analysis import format as fmt
from reports.tables import writing
from study.tested_claims import CheckedClaim, Holds

STATES = get_args(Holds)
METRICS = {
    "speedup": "time",
    "relative_memory": "memory",
    "throughput": "examples/s",
    "memory_difference": "memory difference [MiB]",
}
LEGEND = """order: whether the same backend is ahead at every measured point of the sweep; a point whose interval
contains 1 leaves it undecided. number: whether the intervals reach into the study's range, as wide as it is printed.
Ratios are of total training times, as the study's are. !: the study contradicts itself here, and is held to what
docs/comparing.md#contradictory-claims says. Times of another machine or device test the study's order, hardly its
numbers."""
HEADERS = ("figure", "sweep", "ratio", "the study", "measured, points", "order", "number", "note")


def summary(claims: Sequence[CheckedClaim]) -> str:
    """Two sentences over all claims."""
    clear = [each for each in claims if not each.contradictory]
    orders, numbers = (
        ", ".join(f"{state} {counts[state]}" for state in STATES)
        for counts in (Counter(each.order for each in clear), Counter(each.number for each in clear))
    )
    return (
        f"{len(claims)} claims, {len(claims) - len(clear)} of them contradictory in the source. Of the others, by "
        f"order: {orders}; by number: {numbers}."
    )


def as_json(claims: Sequence[CheckedClaim]) -> str:
    return json.dumps([_flat(each) for each in claims], indent=1)


def as_csv(claims: Sequence[CheckedClaim]) -> str:
    return writing.as_csv([_flat(each) for each in claims])


def _flat(each: CheckedClaim) -> dict[str, Any]:
    claim, values = each.claim, [ratio.value for ratio in each.ratios.values()]
    return {
        "figure": claim.figure,
        "metric": claim.metric,
        "numerator": claim.numerator,
        "denominator": claim.denominator,
        "study_min": claim.min,
        "study_max": claim.max,
        "settled_min": claim.settled_min,
        "settled_max": claim.settled_max,
        "status": claim.status,
        "measured_min": min(values, default=None),
        "measured_max": max(values, default=None),
        "points_measured": len(values),
        "points": len(claim.points),
        "order": each.order,
        "number": each.number,
        "contradictory": each.contradictory,
        "note": "; ".join(filter(None, (each.note, claim.note))),
    }


def as_text(claims: Sequence[CheckedClaim], style: str) -> str:
    """The table, without its legend. style: one of tabulate's."""
    sweeps = {each.figure: f"{each.dataset} {each.architecture} {each.axis}" for each in study.figures()}
    return writing.as_text([_cells(each, sweeps[each.claim.figure]) for each in claims], HEADERS, style)


def _cells(each: CheckedClaim, sweep: str) -> list[str]:
    claim, values = each.claim, [ratio.value for ratio in each.ratios.values()]
    arms = claim.numerator if claim.denominator is None else f"{claim.numerator}/{claim.denominator}"
    return [
        claim.figure,
        sweep,
        f"{METRICS[claim.metric]} {arms}",
        fmt.printed(claim.settled_min, claim.settled_max) + (" !" if each.contradictory else ""),
        fmt.span(min(values), max(values)) + f", {len(values)} of {len(claim.points)}" if values else "",
        each.order,
        each.number,
        each.note,
    ]
