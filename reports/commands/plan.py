"""`python -m reports plan`: from a saved run as a pilot to what a wanted precision costs."""

from __future__ import annotations

import argparse
import sys

from analysis import format as fmt
from analysis import precision, saved_runs
from reports.commands.exits import Exit


def share(text: str) -> float:
    """The share that a command line gives, 0.05 or 5%; raises ArgumentTypeError where it gives none."""
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no share such as 0.05 or 5%")
    return value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", nargs="?", default="latest", metavar="RUN", help="the pilot (default: latest)")
    parser.add_argument("--precision", type=share, default=0.05, metavar="SHARE", help="half-width (default: 5%%)")
    parser.add_argument("--baseline", metavar="BACKEND", help="of the ratios (default: the first one of the pilot)")


def main(options: argparse.Namespace) -> Exit:
    """Runs, rounds and minutes for each point of the pilot, with the options that ask for them."""
    records = saved_runs.only(options.run, options.root).records
    planned = False
    for group in dict.fromkeys(each.group for each in records):
        mine = [each for each in records if each.group == group]
        baseline = options.baseline or next((each.arm for each in mine if each.ok), "")
        try:
            plan = precision.from_pilot(mine, baseline, options.precision)
        except ValueError as error:
            print(f"{group}: {error}", file=sys.stderr)
            continue
        planned = True
        print(f"{group}, {fmt.share(options.precision)}: {plan}\n    --runs={plan.runs} --rounds={plan.rounds}")
    return Exit.FINE if planned else Exit.NOTHING
