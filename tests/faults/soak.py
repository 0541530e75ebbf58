"""Runs many smoke benchmarks with random faults in one session, and looks at the host's memory afterwards.

    python -m tests.faults.soak 500 [--backend=theano,jax] [--share=0.3] [--seed=1]

It ends with status 1 where journal, saved run and table disagree, where an outcome is not its fault's, or where the
host's memory, descriptors, threads or processes have grown.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis import journal
from fixtures.backends import registry
from tests import ROOT
from tests.faults.injection import drawn

GROWTH_MIB = 0.05  # the host's memory may grow so much by each benchmark, whose record and rounds stay in it
POINT = "mnist-fnn-layers-2"


def run(count: int, backends: tuple[str, ...], share: float, seed: int, folder: Path, *more: str) -> str:
    """Run a session of `count` benchmarks that saves below the folder; returns the output of pytest."""
    runs = -(-count // len(backends))
    command = [sys.executable, "-m", "pytest", "benchmarks/test_fnn.py", "-p", "tests.faults.injection", "-k", POINT,
               f"--backend={','.join(backends)}", "--profile=smoke", f"--runs={runs}", "--device=cpu",
               f"--benchmark-storage=file://{folder}", *more]  # fmt: skip
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environ |= {
        "FAULTS": json.dumps({"random": seed, "share": share}),
        "FAULTS_HOST": str(folder / "host.jsonl"),
        "COLUMNS": "250",
        "TMPDIR": str(folder),
    }
    done = subprocess.run(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout


def records(folder: Path) -> list[dict[str, Any]]:
    """The results that the only journal of a folder holds."""
    (path,) = journal.paths(folder)
    return [entry["record"] for entry in journal.read(path).results]


def complaints(folder: Path, printed: str, backends: tuple[str, ...], share: float, seed: int) -> Iterator[str]:
    """Everything in which journal, saved run, table and the faults that were drawn disagree."""
    kept = records(folder)
    keys = [(record["backend"], record["run"]) for record in kept]
    if len(set(keys)) != len(keys):
        yield "the journal holds a benchmark twice"
    for record in kept:
        fault, outcome = drawn({"random": seed, "share": share}, record["backend"], record["run"])
        if record["outcome"] != outcome:
            who = f"{record['backend']} run {record['run']}"
            yield f"{who}: {record['outcome']} by the fault {fault}: {record.get('reason')}"
    (saved,) = folder.glob("*/0001_*.json")
    run = json.loads(saved.read_text())
    good = {(entry["extra_info"]["backend"], entry["extra_info"]["run"]) for entry in run["benchmarks"]}
    bad = {(entry["backend"], entry["run"]) for entry in run["outcomes"]}
    if {key for key, record in zip(keys, kept, strict=True) if record["outcome"] == "ok"} != good:
        yield "the saved run's benchmarks are not the journal's"
    if set(keys) - good != bad:
        yield "the saved run's outcomes are not the journal's"
    table = printed.split("Keras backends")[1]
    heading, row = (re.split(r"  +", line.strip()) for line in re.findall(r"^(?:family|fnn) .*$", table, re.M))
    for backend in backends:
        outcomes = Counter(record["outcome"] for record in kept if record["backend"] == backend)
        shown = dict(cell.split() for cell in row[heading.index(backend)].split(", "))
        if shown != {outcome: str(number) for outcome, number in outcomes.items()}:
            yield f"the table shows {shown} of {backend}, and the journal holds {dict(outcomes)}"


def growth(folder: Path) -> dict[str, float]:
    """How much the host holds more in the last fifth of the session than in the second: of memory in MiB."""
    samples = [json.loads(line) for line in (folder / "host.jsonl").read_text().splitlines()]
    fifth = max(1, len(samples) // 5)
    early, late = samples[fifth : 2 * fifth], samples[-fifth:]
    return {
        name: statistics.median(sample[name] for sample in late) - statistics.median(sample[name] for sample in early)
        for name in samples[0]
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--backend", default="theano,jax")
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    backends = registry.select([arguments.backend])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        printed = run(arguments.count, backends, arguments.share, arguments.seed, folder)
        (folder / "printed").write_text(printed)
        problems = list(complaints(folder, printed, backends, arguments.share, arguments.seed))
        grown = growth(folder)
        leftovers = [path.name for path in folder.glob("keras-worker-*")]
        kept = records(folder)
    print(printed.splitlines()[-1])
    print(f"{len(kept)} benchmarks: {dict(Counter(record['outcome'] for record in kept))}; grown: {grown}")
    allowed = {"memory_mib": GROWTH_MIB * len(kept), "descriptors": 0, "threads": 0, "children": 0}
    problems += [f"the host's {name} grew by {by:g}" for name, by in grown.items() if by > allowed[name]]
    problems += [f"this folder was left: {name}" for name in leftovers]
    print("\n".join(problems) or "journal, saved run and table agree, and the host is level")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
