"""What the whole catalogue costs on this machine, from one block of each eighth point.

    python -m benchmarks.targets.catalogue [--every=8] [--runs=3] [OPTION OF PYTEST...]

It runs `pytest benchmarks --runs=1` on those points as a user would, six backends in turns, prints how long each
block and its rounds took, and how long all points would take at so many runs if the others take as long on average.
Environments and data are made beforehand, and don't count.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analysis import durations, journal, reading
from fixtures.backends import arms
from models.catalogue import points

TARGET_H = 8.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    options, handed_on = parser.parse_known_args()
    names = arms.chosen(["study", "modern"])["backends"]
    chosen = points()[options.every // 2 :: options.every]
    tests = [f"benchmarks/test_{p.family}.py::test_{p.family}[{p.id}-{name}]" for p in chosen for name in names]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", *tests, "--runs=1", f"--benchmark-storage=file://{folder}"]
        start = time.perf_counter()
        status = subprocess.run([*command, *handed_on], cwd=Path(__file__).parents[2], check=False).returncode
        wall_s = time.perf_counter() - start
        records = [
            reading.record(raw, "latest") for path in journal.paths(Path(folder)) for raw in journal.read(path).records
        ]
    blocks = {p.id: durations.block_s(each for each in records if each.point == p.id) for p in chosen}
    print("\n   block    rounds: median arm, shortest and longest")
    for name, seconds in sorted(blocks.items(), key=lambda item: -item[1]):
        rounds = sorted(each.epoch_s for each in records if each.point == name and each.epoch_s)
        known = f"{statistics.median(rounds):5.2f} s ({rounds[0]:.2f} to {rounds[-1]:.2f})" if rounds else "none"
        print(f"{seconds:6.1f} s    {known}  {name}")
    total = sum(blocks.values()) / len(chosen) * len(points()) * options.runs / 3600
    benchmarks = len(points()) * len(names)
    print(
        f"\n{len(chosen)} blocks took {sum(blocks.values()) / 60:.1f} min, the session {wall_s / 60:.1f}: {benchmarks} "
        f"benchmarks at {options.runs} runs would take {total:.1f} hours (at most {TARGET_H:g})"
    )
    return status


if __name__ == "__main__":
    sys.exit(main())
