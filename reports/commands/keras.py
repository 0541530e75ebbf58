"""`python -m reports keras`: what a framework's user pays for Keras, in time, first epoch and memory."""

from __future__ import annotations

import argparse
import sys

from tabulate import tabulate

from analysis import format as fmt
from analysis import saved_runs
from analysis.keras_cost import KerasCost, costs
from fixtures.backends import registry
from reports.commands.common import Exit
from reports.figures import keras_costs
from storage import files

HEADERS = ("point", "Keras on", "without it", "time [95 % CI]", "first epoch", "memory")
LEGEND = """Figures of Keras over those of the same framework without it: above 1 Keras takes more. What else differs:
docs/what-keras-costs.md"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", nargs="*", default=["latest"], metavar="RUN", help="saved runs with both (default: latest)"
    )
    parser.add_argument(
        "--figure", type=files.path, metavar="FOLDER", help="draw the times too, as SVG and PNG in this folder"
    )


def main(options: argparse.Namespace) -> Exit:
    """Print a row for each point and framework that was measured both under Keras and without it."""
    records = [each for saved in saved_runs.choose(options.runs, options.root) for each in saved.records]
    bare = {each.shares: each.name for each in registry.BY_FAMILY if not each.has_keras}
    found = costs(records, bare)
    if not found:
        print(
            "no point in these runs has a framework both under Keras and without it: measure some with "
            "`pytest benchmarks --headline --backend=modern,bare`",
            file=sys.stderr,
        )
        return Exit.NOTHING
    print(tabulate([_cells(each) for each in found], HEADERS, disable_numparse=True))
    print(f"\n{LEGEND}")
    for path in keras_costs.draw(found, options.figure) if options.figure else ():
        print(path)
    for each in found:
        if each.reason:
            print(f"! {each.group}, {each.keras}: not comparable: {each.reason}")
    for text, pairs in _remarks(found).items():
        print(f"! {', '.join(pairs)}: other-work: {text} (docs/comparing.md#other-work)")
    return Exit.NOT_COMPARABLE if all(each.reason for each in found) else Exit.FINE


def _remarks(found: list[KerasCost]) -> dict[str, list[str]]:
    """Each remark, with the pairs that it is about."""
    remarks: dict[str, list[str]] = {}
    for each in found:
        for text in each.remarks:
            pairs = remarks.setdefault(text, [])
            pairs += {f"{each.keras} / {each.without}"} - {*pairs}
    return remarks


def _cells(cost: KerasCost) -> list[str]:
    return [
        cost.group,
        cost.keras,
        cost.without,
        fmt.ratio(cost.time),
        fmt.ratio(cost.first_epoch),
        fmt.ratio(cost.memory),
    ]
