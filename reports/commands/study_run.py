"""`python -m reports study-run`: the study's printed results as a saved run."""

from __future__ import annotations

import argparse

import study
from reports.commands.common import Exit
from storage import files
from study import saved_run


def main(options: argparse.Namespace) -> Exit:
    """Write the file, and say where it is."""
    path = options.root / saved_run.FILE
    files.put(path, saved_run.text())
    print(f"{path}: {len(study.results())} printed results")
    return Exit.FINE
