"""`python -m reports plan --hosts=...`: what a study costs on a cluster, and how long it takes on how many hosts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tabulate import tabulate

from analysis import durations, saved_runs
from analysis.placement import Block
from analysis.record import Record
from analysis.simulation import SPREAD, STARTUP_S, simulate
from models.catalogue import Point, points
from reports.commands.common import Exit

MOST = 100_000  # hosts


@dataclass(frozen=True)
class Part:
    """One sweep of one family. blocks: those whose times are known. unknown: points that the saved run lacks."""

    family: str
    sweep: str
    blocks: tuple[Block, ...]
    unknown: int

    @property
    def points(self) -> int:
        return len({block.point for block in self.blocks})

    @property
    def hours(self) -> float:
        return sum(block.seconds or 0.0 for block in self.blocks) / 3600


def hosts(text: str) -> tuple[int, ...]:
    """Numbers of hosts as a comma list; raises ArgumentTypeError for anything else."""
    words = text.split(",")
    if not all(word.isdecimal() and 0 < int(word) <= MOST for word in words):
        raise argparse.ArgumentTypeError(f"'{text}' is no list of numbers of hosts such as 1,10,100 ({MOST:,} at most)")
    return tuple(map(int, words))


def runs(text: str) -> int:
    """A number of runs; raises ArgumentTypeError for anything else."""
    if not text.isdecimal() or not 0 < int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of runs")
    return int(text)


def rate(text: str) -> float:
    """Faults of a host in an hour; raises ArgumentTypeError for anything else."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 60:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of faults in an hour, from 0 to 60")
    return value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hosts", type=hosts, metavar="N,N", help="instead: hours of hosts and wall time on so many, by simulation"
    )
    parser.add_argument(
        "--runs", type=runs, metavar="N", help="with --hosts: runs (default: as many as the saved run has)"
    )
    parser.add_argument(
        "--faults",
        type=rate,
        default=0.0,
        metavar="RATE",
        help="with --hosts: faults of a host in an hour (default: 0)",
    )


def main(options: argparse.Namespace) -> Exit:
    """Print the hours by family and sweep, and the wall time for each number of hosts."""
    records = list(saved_runs.only(options.run, options.root).records)
    parts = list(planned(records, options.runs))
    blocks = [block for part in parts for block in part.blocks]
    if not blocks:
        print("the saved run has no times of whole benchmarks, from which hours could be planned", file=sys.stderr)
        return Exit.NOTHING
    kind = "GPU" if any(each.device == "gpu" for each in records) else "host"
    rows: list[tuple[str | int | float, ...]] = [
        (part.family, part.sweep, part.points, len(part.blocks), part.hours, part.unknown) for part in parts
    ]
    everything = Part("all", "", tuple(blocks), sum(part.unknown for part in parts))
    rows.append(("all", "", everything.points, len(blocks), everything.hours, everything.unknown))
    heading = ("family", "sweep", "points", "blocks", f"{kind} hours", "not measured yet")
    print(tabulate(rows, heading, floatfmt=".2f", disable_numparse=[0, 1]), end="\n\n")
    simulated = [simulate(blocks, count, options.faults) for count in options.hosts]
    print(
        tabulate(
            [
                (
                    each.hosts,
                    each.makespan_s / 3600,
                    each.makespan_s / each.longest_s,
                    f"{each.useful_s / (each.hosts * each.makespan_s):.0%}" if each.makespan_s else "",
                    each.host_s / 3600,
                    each.again,
                    each.given_up,
                    1e3 * each.head_s / each.blocks,
                )
                for each in simulated
            ],
            ("hosts", "wall hours", "/ longest block", "in use", f"{kind} hours", "again", "given up", "head ms/block"),
            floatfmt=".2f",
        )
    )
    print(
        f"\nSimulated: times of the saved run with {SPREAD:.0%} of spread, {STARTUP_S:.0f} s to start a job, "
        f"{options.faults:g} faults of a host in an hour, and a queue that holds nothing else. The head's time "
        "is that of its placement alone, measured. Points that the saved run lacks are not in these figures."
    )
    return Exit.FINE


def planned(records: Sequence[Record], wanted: int | None) -> Iterator[Part]:
    """The sweeps of the catalogue, with blocks of the arms that these records have."""
    known = durations.by_kind(records)
    profile = next((each.profile for each in records), "")
    arms = list(dict.fromkeys(each.arm for each in records))
    count = wanted or max((each.run for each in records), default=1)
    sweeps: dict[tuple[str, str], list[Point]] = {}
    for point in points():
        sweeps.setdefault((point.family, point.axis or ""), []).append(point)
    for (family, sweep), mine in sweeps.items():
        blocks = [block for point in mine for block in _blocks(known, profile, point, arms, count)]
        yield Part(family, sweep, tuple(blocks), len(mine) - len({block.point for block in blocks}))


def _blocks(
    known: Mapping[durations.Kind, float], profile: str, point: Point, arms: Sequence[str], count: int
) -> Iterator[Block]:
    there = [arm for arm in arms if (profile, point.id, arm) in known]
    seconds = durations.expected_s(known, profile, point.id, there)
    for run in range(1, count + 1) if seconds else ():
        yield Block(point.id, run, tuple(f"{point.id}-{arm}-run{run}" for arm in there), seconds)
