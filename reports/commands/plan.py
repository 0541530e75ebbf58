"""`python -m reports plan`: the cost of a precision, from a saved run as a pilot; or of a study on a cluster."""

from __future__ import annotations

import argparse
import sys

from analysis import format as fmt
from analysis import precision, saved_runs
from reports import arms
from reports.commands import hosts
from reports.commands.common import Exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", nargs="?", default="latest", metavar="RUN", help="the pilot (default: latest)")
    parser.add_argument(
        "--precision", type=precision.share, default=0.05, metavar="SHARE", help="half-width (default: 5%%)"
    )
    parser.add_argument("--baseline", metavar="BACKEND", help="of the ratios (default: the first one of the pilot)")
    hosts.add_arguments(parser)


def main(options: argparse.Namespace) -> Exit:
    """Print runs, rounds and minutes for each point of the pilot, with the options that ask for them."""
    if options.hosts:
        return hosts.main(options)
    records = saved_runs.only(options.run, options.root).records
    planned = False
    for group in dict.fromkeys(each.group for each in records):
        mine = [each for each in records if each.group == group]
        baseline = arms.named(options.baseline or "", mine) or next((each.arm for each in mine if each.ok), "")
        try:
            cost = precision.from_pilot(mine, baseline, options.precision)
        except ValueError as error:
            print(f"{group}: {error}", file=sys.stderr)
            continue
        planned = True
        print(f"{group}, {fmt.share(options.precision)}: {cost}\n    --runs={cost.runs} --rounds={cost.rounds}")
    return Exit.FINE if planned else Exit.NOTHING
