"""`python -m reports noise`: the noise floors that saved A/A runs show, printed and stored."""

from __future__ import annotations

import argparse
import math
import sys

from analysis import format as fmt
from analysis import noise_floor, saved_runs
from reports.commands.common import Exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", nargs="*", default=["latest"], metavar="RUN", help="saved runs with A/A (default: latest)"
    )


def main(options: argparse.Namespace) -> Exit:
    """Store and print the noise floors that saved A/A runs show."""
    records = [each for saved in saved_runs.choose(options.runs, options.root) for each in saved.records]
    written = noise_floor.store(records, options.root)
    if not written:
        print(
            "no A/A in these runs with two blocks or more: measure some with `pytest benchmarks --aa`", file=sys.stderr
        )
        return Exit.NOTHING
    for family, floor in sorted(noise_floor.floors(records).items()):
        print(f"{family}: differences below {fmt.share(math.expm1(floor))} are noise")
    print("stored in " + ", ".join(str(path) for path in written))
    return Exit.FINE
