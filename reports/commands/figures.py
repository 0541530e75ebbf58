"""`python -m reports figures`: figures from saved runs, as SVG and PNG.

They are the study's, the share of the machine over each sweep, and sweeps of networks of a user's own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import study
from analysis.saved_runs import RunProblem
from reports.commands.common import Exit, add_report_arguments, chosen_runs
from reports.figures import own_sweeps, shares
from reports.figures.charts import Chart
from reports.figures.drawing import FORMATS, draw, rendered
from reports.figures.sweeps import charts
from storage import files


def _formats(text: str) -> list[str]:
    wanted = text.split(",")
    if unknown := [name for name in wanted if name not in FORMATS]:
        raise argparse.ArgumentTypeError(f"'{unknown[0]}' is no format: there are {' and '.join(FORMATS)}")
    return wanted


def _numbers(text: str) -> list[str]:
    known = [*(figure.figure for figure in study.figures() if figure.axis), shares.KIND]
    if unknown := [name for name in text.split(",") if name not in known]:
        raise argparse.ArgumentTypeError(
            f"'{unknown[0]}' is no figure that can be drawn: the study has {known[0]} to {known[-2]}, "
            f"4.43 is a diagram; {known[-1]}: the share of the machine over each sweep"
        )
    return text.split(",")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_report_arguments(parser)
    parser.add_argument(
        "--output",
        type=files.path,
        default=Path("figures"),
        metavar="FOLDER",
        help="default: figures; -: one figure in one format to standard output",
    )
    parser.add_argument("--format", type=_formats, default=[*FORMATS], metavar="svg,png", help="default: both")
    parser.add_argument(
        "--figure", type=_numbers, metavar="4.12,...,share", help="only these (default: all measured ones)"
    )


def main(options: argparse.Namespace) -> Exit:
    """Write the files and name them; exit code 3 where the runs say nothing about the wanted figures."""
    newest, _ = chosen_runs(options)
    drawn = [*charts(newest, options.baseline), *shares.charts(newest), *own_sweeps.charts(newest)]
    wanted = [each for each in drawn if not options.figure or {each.number, each.kind} & {*options.figure}]
    measured = [each for each in wanted if each.measured]
    for each in wanted if options.figure else ():
        if not each.measured:
            print(f"figure {each.number}: these runs have none of its points", file=sys.stderr)
    if shares.KIND in (options.figure or ()) and not any(each.kind == shares.KIND for each in wanted):
        print("share of the machine: it takes runs with --doctor", file=sys.stderr)
    if not measured:
        print("none of the study's sweeps was measured: `pytest benchmarks -k layers` measures some", file=sys.stderr)
        return Exit.NOTHING
    if options.output == files.STDOUT:
        return _to_stdout(measured, options.format)
    for each in measured:
        for path in draw(each, options.output, options.format):
            print(path)
    return Exit.FINE


def _to_stdout(measured: Sequence[Chart], formats: Sequence[str]) -> Exit:
    if len(measured) > 1 or len(formats) > 1:
        several = (
            f"of {len(measured)} figures in {len(formats)} formats"
            if len(measured) > 1
            else f"of {' and '.join(formats)}"
        )
        raise RunProblem(
            f"--output=- takes one file, {several}: choose it, such as by --figure={measured[0].number} "
            f"--format={formats[0]}"
        )
    files.put(files.STDOUT, rendered(measured[0], formats)[formats[0]])
    return Exit.FINE
