"""`python -m reports html`: the report as one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from reports import sources
from reports.exits import Exit
from reports.files import put
from reports.runs import RunProblem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    sources.add_arguments(parser)
    parser.add_argument("--output", type=Path, default=Path("report.html"), metavar="FILE", help="default: report.html")


def main(options: argparse.Namespace) -> Exit:
    """Write the report, and say where it is."""
    from reports.html.page import render  # jinja2 and plotly: only who makes a report pays for them

    newest, notes = sources.chosen(options)
    text = render(newest, notes, options.baseline, options.root)
    try:
        put(options.output, text)
    except OSError as error:
        raise RunProblem(f"{options.output} can't be written: {error}") from None
    print(f"{options.output}: {sum(len(saved.records) for saved in newest.saved)} results, {len(text) / 1e6:.1f} MB")
    return Exit.FINE
