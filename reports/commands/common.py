"""What the commands of `python -m reports` share: exit codes, and which saved runs a report is made of."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from enum import IntEnum

from analysis import saved_runs
from analysis.newest import Newest
from analysis.saved_runs import RunProblem
from reports import arms


class Exit(IntEnum):
    """What a shell or a CI job can tell from the exit code."""

    FINE = 0
    REGRESSED = 1  # --fail-above was exceeded
    USAGE = 2  # a wrong option, a saved run that can't be read, or a file that can't be written
    NOTHING = 3  # there is nothing to compare
    NOT_COMPARABLE = 4  # what was to be compared is not alike


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a report's saved runs and its baseline."""
    parser.add_argument(
        "runs", nargs="*", metavar="RUN",
        help="saved runs, newest last (default: all): of each point and backend the newest counts",
    )  # fmt: skip
    parser.add_argument("--baseline", metavar="BACKEND", help="whom ratios refer to (default: who has the most points)")


def chosen_runs(options: argparse.Namespace) -> tuple[Newest, Sequence[str]]:
    """The runs that a report is made of, and notes about those that were left out, which are also printed.

    The study's own run counts only where it is named. Raises RunProblem where there is nothing, or a name is wrong.
    """
    problems: list[RunProblem] = []
    if options.runs:
        runs = saved_runs.choose(options.runs, options.root)
    else:
        everything, problems = saved_runs.everything(options.root)
        runs = [saved for saved in everything if saved.started]
    notes = [f"left out: {problem}" for problem in problems]
    notes += [f"{saved.name}: {note}" for saved in runs for note in saved.notes]
    for note in notes:
        print(f"! {note}", file=sys.stderr)
    if not runs:
        missing = "no saved run that can be read" if problems else "no saved run"
        raise RunProblem(f"there is {missing} in {options.root}: run `pytest benchmarks --headline` first")
    newest = Newest(runs)
    if options.baseline:
        options.baseline = arms.named(options.baseline, (each for saved in runs for each in saved.records))
    if options.baseline and options.baseline not in newest.arms:
        raise RunProblem(f"--baseline={options.baseline}: these runs have {', '.join(newest.arms)}")
    return newest, notes
