"""`python -m reports study`: the study's claims, one by one, beside what was measured."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any, get_args

from tabulate import tabulate

import study
from analysis import format as fmt
from analysis import saved_runs
from analysis.newest import Newest
from reports.commands.exits import Exit
from reports.tables.markdown import STYLE, escape
from study.tested_claims import Holds, Measured, check

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="*", metavar="RUN", help="saved runs, newest last (default: all)")
    parser.add_argument("--measured", action="store_true", help="only claims that these runs say something about")
    parser.add_argument("--format", choices=("text", "markdown", "csv", "json"), default="text")


def main(options: argparse.Namespace) -> Exit:
    """Print the claims; exit code 3 where the runs say nothing about any of them."""
    root = options.root
    saved, problems = (saved_runs.choose(options.runs, root), []) if options.runs else saved_runs.everything(root)
    for problem in problems:
        print(f"! left out: {problem}", file=sys.stderr)
    own = Newest(session for session in saved if session.started)
    found = [check(claim, own) for claim in study.claims()]
    shown = [each for each in found if each.ratios or not options.measured]
    if options.format == "json":
        print(json.dumps([_flat(each) for each in shown], indent=1))
    elif options.format == "csv":
        print(_csv(shown).rstrip())
    else:
        print(_text(shown, STYLE if options.format == "markdown" else "simple"))
        print(f"\n{summary(found)}\n\n{LEGEND}")
    if any(each.ratios for each in found):
        return Exit.FINE
    print("none of the study's claims was measured: that takes two of theano, tensorflow1, cntk", file=sys.stderr)
    return Exit.NOTHING


def summary(found: Sequence[Measured]) -> str:
    """Two sentences over all claims."""
    clear = Counter(each.order for each in found if not each.contradictory)
    numbers = Counter(each.number for each in found if not each.contradictory)
    doubtful = sum(each.contradictory for each in found)
    orders = ", ".join(f"{name} {clear[name]}" for name in STATES)
    held = ", ".join(f"{name} {numbers[name]}" for name in STATES)
    return (
        f"{len(found)} claims, {doubtful} of them contradictory in the source. Of the others, by order: {orders}; "
        f"by number: {held}."
    )


def _flat(each: Measured) -> dict[str, Any]:
    claim, values = each.claim, [found.value for found in each.ratios.values()]
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


def _csv(found: Sequence[Measured]) -> str:
    out = io.StringIO()
    lines = [_flat(each) for each in found]
    writer = csv.DictWriter(out, list(lines[0]) if lines else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def _text(found: Sequence[Measured], style: str) -> str:
    sweeps = {each.figure: f"{each.dataset} {each.architecture} {each.axis}" for each in study.figures()}
    rows = []
    for each in found:
        claim, values = each.claim, [found.value for found in each.ratios.values()]
        arms = claim.numerator if claim.denominator is None else f"{claim.numerator}/{claim.denominator}"
        measured = fmt.span(min(values), max(values)) + f", {len(values)} of {len(claim.points)}" if values else ""
        rows.append(
            [
                claim.figure,
                sweeps[claim.figure],
                f"{METRICS[claim.metric]} {arms}",
                fmt.printed(claim.settled_min, claim.settled_max) + (" !" if each.contradictory else ""),
                measured,
                each.order,
                each.number,
                each.note,
            ]
        )
    headers = ["figure", "sweep", "ratio", "the study", "measured, points", "order", "number", "note"]
    cells = [[escape(cell, style) for cell in row] for row in rows]
    return tabulate(cells, headers, tablefmt=style, disable_numparse=True)
