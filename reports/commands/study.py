"""`python -m reports study`: the study's claims, one by one, beside what was measured."""

from __future__ import annotations

import argparse
import sys

import study
from analysis import saved_runs
from analysis.newest import Newest
from reports.commands.common import Exit
from reports.tables import claims, writing
from study.tested_claims import check


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
    measured = Newest(session for session in saved if session.started)  # without the study's own run
    checked = [check(claim, measured) for claim in study.claims()]
    shown = [each for each in checked if each.ratios or not options.measured]
    if options.format == "json":
        print(claims.as_json(shown))
    elif options.format == "csv":
        print(claims.as_csv(shown).rstrip())
    else:
        print(claims.as_text(shown, writing.MARKDOWN if options.format == "markdown" else writing.PLAIN))
        print(f"\n{claims.summary(checked)}\n\n{claims.LEGEND}")
    if any(each.ratios for each in checked):
        return Exit.FINE
    print("none of the study's claims was measured: that takes two of theano, tensorflow1, cntk", file=sys.stderr)
    return Exit.NOTHING
