"""`python -m reports list` and `show`: all saved runs, and the results of one."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tabulate import tabulate

from analysis import format as fmt
from analysis import saved_runs, totals
from analysis.saved_runs import Saved
from reports.commands.common import Exit


def add_show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run",
        nargs="?",
        default="latest",
        metavar="RUN",
        help="as `list` shows it, or a folder of them (default: latest)",
    )


def list_runs(options: argparse.Namespace) -> Exit:
    """Print all saved runs; those that can't be read are reported on standard error, and make it fail."""
    runs, problems = saved_runs.everything(options.root)
    rows = []
    for saved in runs:
        outcomes = Counter(each.outcome for each in saved.records)
        rows.append(
            [
                saved.name,
                saved.started,
                len({each.group for each in saved.records}),
                ", ".join(dict.fromkeys(each.arm for each in saved.records)),
                ", ".join(f"{name} {count}" for name, count in outcomes.items()),
                saved.commit or fmt.NOTHING,
                "; ".join(saved.notes),
            ]
        )
    if rows:
        print(tabulate(rows, ["run", "started", "points", "backends", "outcomes", "commit", "notes"]))
    for problem in problems:
        print(f"! {problem}", file=sys.stderr)
    if not rows and not problems:
        print(f"there is no saved run in {options.root} yet: run `pytest benchmarks --headline` first")
    return Exit.USAGE if problems else Exit.FINE


def show(options: argparse.Namespace) -> Exit:
    """Print one saved run, or each of a folder's: every benchmark with its figures, reasons and flags."""
    for number, saved in enumerate(saved_runs.choose([options.run], options.root)):
        if number:
            print()
        _show(saved)
    return Exit.FINE


def _show(saved: Saved) -> None:
    print(f"{saved.name}: started {saved.started}, commit {saved.commit or 'unknown'}, {saved.path}")
    for note in saved.notes:
        print(f"! {note}")
    rows = []
    for each in saved.records:
        rounds = each.rounds_s
        memory, *errors = (each.peak_memory_mib, each.train_error, each.test_error) if each.ok else (None, None, None)
        rows.append(
            [
                each.group,
                each.arm,
                each.run,
                each.outcome,
                fmt.significant(each.epoch_s),
                f"{fmt.significant(min(rounds))} to {fmt.significant(max(rounds))}" if rounds else fmt.NOTHING,
                fmt.significant(each.first_epoch_s),
                fmt.significant(memory),
                *(f"{fmt.significant(error)} {each.error_unit}" for error in errors),
                fmt.total(totals.known([each]) if each.ok else None),
                ", ".join(dict.fromkeys(flag.code for flag in each.flags)),
            ]
        )
    headers = ["group", "backend", "run", "outcome", "epoch [s]", "rounds [s]", "first epoch [s]", "memory [MiB]"]
    print(tabulate(rows, [*headers, "train err", "test err", "study total [s]", "flags"], disable_numparse=True))
    for each in saved.records:
        for text in [each.reason, *map(str, each.flags)]:
            if text:
                print(f"! {each.group}, {each.arm}, run {each.run}: {text}")
