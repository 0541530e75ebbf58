"""What a session on a cluster costs beside its blocks, measured on a quiet machine from which jobs can be submitted.

    python -m benchmarks.targets.cluster --slurm=partition=gpu [--nodes=2] [--backend=jax] [--blocks=40]

It measures the same blocks on one node and on several, and prints the targets: the head takes at most 50 ms of its
processor for a block and at most 5 % of the wall time, N nodes are at least 0.95 N times as fast as one, and the first
worker starts within 10 s of the command.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analysis import journal

ROOT = Path(__file__).parents[2]
HEAD_S, SHARE, EFFICIENCY, FIRST_S = 0.05, 0.05, 0.95, 10.0


@dataclass(frozen=True)
class Measured:
    """wall_s: from the command to its end. head_s: processor time of the head. first_s: to the first worker's start."""

    blocks: int
    wall_s: float
    head_s: float
    first_s: float

    @property
    def measuring_s(self) -> float:
        """From the first worker's first step to the end of the session, tables and saved run included."""
        return self.wall_s - self.first_s


def measure(options: argparse.Namespace, nodes: int, blocks: int) -> Measured:
    """One session of so many blocks, on at most so many nodes. Raises SystemExit where it fails."""
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        command = [
            *(sys.executable, "-m", "pytest", "benchmarks/test_fnn.py", "-k", "mnist-fnn-layers-2"),
            *("--profile=smoke", "--engine=slurm", f"--slurm=jobs={nodes}", f"--runs={blocks}"),
            *(f"--benchmark-storage=file://{folder}", f"--backend={options.backend}", *options.plugin),
            *(f"--slurm={text}" for text in options.slurm),
        ]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began, start = datetime.now().astimezone(), time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True)
        wall_s = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(done.stdout[-3000:] + done.stderr[-1000:])
        (path,) = journal.paths(Path(folder))
        records = journal.read(path).records
    first = min(datetime.fromisoformat(record["first_step"]) for record in records)
    head_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(blocks, wall_s, head_s, (first - began).total_seconds())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slurm", action="append", default=[], help="as for pytest benchmarks")
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--blocks", type=int, default=40)
    parser.add_argument("--backend", default="jax")
    parser.add_argument("--folder", default=str(Path.cwd()), help="one that nodes see")
    parser.add_argument("--plugin", action="append", default=[], metavar="-pNAME", help="options for pytest")
    options = parser.parse_args()
    start, one, several = (
        measure(options, nodes, blocks)
        for nodes, blocks in ((1, 1), (1, options.blocks), (options.nodes, options.blocks))
    )
    block_s = (several.head_s - start.head_s) / (several.blocks - start.blocks)
    efficiency = one.measuring_s / several.measuring_s / options.nodes
    reached = (
        ("head's processor for a block", f"{1e3 * block_s:.1f} ms", block_s <= HEAD_S),
        (
            "head's share of the wall time",
            f"{several.head_s / several.wall_s:.1%}",
            several.head_s <= SHARE * several.wall_s,
        ),
        (f"efficiency of {options.nodes} nodes", f"{efficiency:.2f}", efficiency >= EFFICIENCY),
        ("to the first worker's first step", f"{start.first_s:.1f} s", start.first_s <= FIRST_S),
    )
    for measured, nodes in ((one, 1), (several, options.nodes)):
        print(f"{measured.blocks} blocks, nodes: {nodes}, {measured.wall_s:.0f} s, head: {measured.head_s:.1f} s")
    for name, value, good in reached:
        print(f"{'reached' if good else 'MISSED '}  {name}: {value}")
    return not all(good for _, _, good in reached)


if __name__ == "__main__":
    sys.exit(main())
