"""`python -m reports recover`: pytest-benchmark's JSON from the journal of a session that could not save it."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pytest_benchmark.stats import Stats

from analysis import journal, saved_runs
from analysis.journal import Entry, Journal, JournalProblem
from analysis.reading import BadRecord, record
from analysis.record import group
from models.point import Family
from reports.commands.common import Exit
from storage import files

Fields = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "journal", nargs="?", default="last", metavar="JOURNAL", help="a file or a session's name (default: the last)"
    )
    parser.add_argument(
        "--output",
        type=files.path,
        metavar="FILE",
        help="where to write it (default: among the saved runs, numbered as theirs); -: standard output",
    )


def main(options: argparse.Namespace) -> Exit:
    """Write the JSON, and name what is in it and what is not."""
    try:
        path = journal.named(options.journal, journal.paths(options.root))
        session = journal.read(path)
        content = recovered(session, path.stem)
        if not options.output and (saved := saved_runs.holding(session.records, options.root)):
            print(f"{saved} holds this session already: nothing to do (--output=FILE writes it once more)")
            return Exit.FINE
        output = options.output or _place(options.root, path.stem, session)
        write(output, content)
    except JournalProblem as problem:
        raise saved_runs.RunProblem(str(problem)) from None
    for note in [*(f"{path.name}: {note}" for note in session.notes), *in_progress(session)]:
        print(f"! {note}", file=files.beside(output))
    outcomes = Counter(each["outcome"] for each in session.records)
    counts = ", ".join(f"{count} {name}" for name, count in outcomes.items())
    print(f"{output}: {counts}", file=files.beside(output))
    return Exit.FINE


def recovered(session: Journal, name: str) -> Fields:
    """The JSON that pytest-benchmark would have saved at the end of the session of this name.

    Raises JournalProblem where there is no complete result.
    """
    if not session.results:
        raise JournalProblem(f"the journal {name} holds no complete result")
    for index, raw in enumerate(session.records, 1):
        try:
            record(raw, name)
        except BadRecord as error:
            raise JournalProblem(f"the journal {name}, result {index}: {error}") from None
    first, header = session.records[0], session.header
    known = dict(header.get("pytest_benchmark") or {})
    for about in session.kind("about"):
        known |= about
    repeated = _points_of_many_runs(session.records)
    return {
        "machine_info": known.get("machine_info") or {**(first.get("machine") or {}), "cpu": {}},
        "commit_info": known.get("commit_info") or {"id": first.get("commit"), "time": None, "dirty": False},
        "benchmarks": [_benchmark(each, repeated) for each in session.results if each["record"]["outcome"] == "ok"],
        "datetime": session.entries[-1].get("at") or first.get("started"),
        "version": known.get("version", "5.3.1"),
        "outcomes": [each for each in session.records if each["outcome"] != "ok"],
        "harness": first.get("harness", {}),
        "recovered_from": name,
    }


def _points_of_many_runs(records: Sequence[Fields]) -> set[Any]:
    """The points that were run more than once: the ids of their benchmarks name the run."""
    return {each["point"] for each in records if each["run"] > 1}


def _benchmark(result: Entry, repeated: set[Any]) -> Fields:
    fields: Fields = result["record"]
    entry = dict(result.get("entry") or _entry(fields, repeated))
    rounds = entry.pop("data", None) or fields["rounds_s"]
    return {**entry, "extra_info": fields, "stats": _stats(rounds)}


def _stats(rounds: Sequence[float]) -> Fields:
    stats = Stats()
    for seconds in rounds:
        stats.update(seconds)
    return {**stats.as_dict(), "data": stats.data, "iterations": 1}


def _entry(fields: Fields, repeated: set[Any]) -> Fields:
    """pytest-benchmark's own fields of a benchmark, for a journal that doesn't hold them."""
    arm, run = fields.get("backend_alias") or fields["backend"], fields["run"]
    id_ = f"{fields['point']}-{arm}" + (f"-run{run}" if fields["point"] in repeated else "")
    test = f"test_{fields['family']}" if fields["family"] in get_args(Family) else "test_network"
    name = f"{test}[{id_}]"
    return {
        "group": group(fields["point"], fields.get("overridden") or {}),
        "name": name,
        "fullname": f"benchmarks/{test}.py::{name}",
        "params": {"point": fields["point"], "backend": arm, "run": run},
        "param": id_,
        "options": {"timer": "worker_clock"},
    }


def in_progress(session: Journal) -> list[str]:
    """A sentence for each benchmark that was begun and not finished."""
    sentences = []
    for name, entries in session.unfinished().items():
        epochs = [epoch for entry in entries if entry["kind"] == "progress" for epoch in entry.get("epochs", ())]
        text = f"{name} was in progress and is not in it"
        if epochs:
            text += f": {len(epochs)} epochs of {sum(epoch['wall_s'] for epoch in epochs):.0f} s are in the journal"
        sentences.append(text)
    return sentences


def _place(root: Path, name: str, session: Journal) -> Path:
    """A file among the saved runs of the same machine, with the next number."""
    folder = root / journal.safe_name((session.header.get("pytest_benchmark") or {}).get("machine_id", "recovered"))
    numbers = [int(path.name[:4]) for path in folder.glob("[0-9][0-9][0-9][0-9]_*.json")]
    return folder / f"{max(numbers, default=0) + 1:04}_{name}.json"


def write(path: Path, content: Fields) -> None:
    """Write JSON so that the file is complete or not there; raises JournalProblem where that fails."""
    if path.is_file() and not files.to_stdout(path):
        raise JournalProblem(f"{path} is there already: name another file with --output")
    try:
        files.put(path, json.dumps(content, indent=4))
    except BrokenPipeError:  # of standard output
        raise
    except OSError as error:
        raise JournalProblem(f"{path} can't be written: {error.strerror}") from None
