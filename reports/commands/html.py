"""`python -m reports html`: the report as one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from reports.commands.common import Exit, add_report_arguments, chosen_runs
from storage import files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_report_arguments(parser)
    parser.add_argument(
        "--output",
        type=files.path,
        default=Path("report.html"),
        metavar="FILE",
        help="default: report.html; -: standard output",
    )


def main(options: argparse.Namespace) -> Exit:
    """Write the report, and say where it is."""
    from reports.html.page import render  # jinja2 and plotly take long to import

    newest, notes = chosen_runs(options)
    text = render(newest, notes, options.baseline, options.root)
    files.put(options.output, text)
    summary = f"{options.output}: {sum(len(saved.records) for saved in newest.saved)} results, {len(text) / 1e6:.1f} MB"
    print(summary, file=files.beside(options.output))
    return Exit.FINE
