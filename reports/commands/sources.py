"""Which saved runs a report is made of: the same options and the same rule for each command that draws."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from analysis import saved_runs
from analysis.newest import Newest
from analysis.saved_runs import RunProblem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", nargs="*", metavar="RUN",
        help="saved runs, newest last (default: all): of each point and backend the newest counts",
    )  # fmt: skip
    parser.add_argument("--baseline", metavar="BACKEND", help="whom ratios refer to (default: who has the most points)")


def chosen(options: argparse.Namespace) -> tuple[Newest, Sequence[str]]:
    """The runs, and what is to be known of those that were left out, which is also told on standard error.

    The study's own run counts only where it is named. Raises RunProblem where there is nothing, or a name is wrong.
    """
    problems: list[RunProblem] = []
    if options.runs:
        found = saved_runs.choose(options.runs, options.root)
    else:
        everything, problems = saved_runs.everything(options.root)
        found = [saved for saved in everything if saved.started]
    notes = [f"left out: {problem}" for problem in problems]
    notes += [f"{saved.name}: {note}" for saved in found for note in saved.notes]
    for note in notes:
        print(f"! {note}", file=sys.stderr)
    if not found:
        what = "no saved run that can be read" if problems else "no saved run"
        raise RunProblem(f"there is {what} in {options.root}: run `pytest benchmarks --headline` first")
    newest = Newest(found)
    if options.baseline and options.baseline not in newest.arms:
        raise RunProblem(f"--baseline={options.baseline}: these runs have {', '.join(newest.arms)}")
    return newest, notes
