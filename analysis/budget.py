"""Which block a budget buys next: the one of the point whose ratios are known least, if it fits.

A point's need is judged by the widest of its intervals. That the number of blocks depends on them doesn't make them
wrong: tests/analysis/test_budget.py simulates it (docs/measuring.md, rule 10).
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.comparison import compare
from analysis.record import Record

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
FIRST = 3  # every point gets so many blocks before any gets more: two have an interval that says nothing


@dataclass(frozen=True)
class Need:
    """A point's state. blocks: measured so far. half_width: of its widest ratio, NaN without an interval. block_s: what
    one more block takes.
    """

    blocks: int
    half_width: float
    block_s: float


def seconds(text: str) -> float:
    """A budget as a command line gives it, 10m or 2h; raises ArgumentTypeError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    value = float(match[1]) * UNITS[match[2]] if match else 0.0
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is no time such as 90s, 10m or 2h")
    return value


def next_point(needs: Mapping[str, Need], left_s: float, most: int) -> str | None:
    """The point that gets the next block; None where no block fits into the seconds that are left.

    most: blocks that a point may have.
    """
    fitting = {name: need for name, need in needs.items() if need.blocks < most and need.block_s <= left_s}
    return min(fitting, key=lambda name: _urgency(fitting[name]), default=None)


def _urgency(need: Need) -> tuple[int, float, float]:
    if need.blocks < FIRST:
        return need.blocks, 0.0, need.block_s
    return FIRST, -need.half_width if math.isfinite(need.half_width) else -math.inf, need.block_s


def half_widths(records: Sequence[Record], baselines: Sequence[str]) -> dict[str, float]:
    """The half-width of the widest ratio of each point; a point without an interval is left out."""
    widest: dict[str, float] = {}
    for row in compare(records, "backend", baselines).compared:
        if row.speed_up and not math.isnan(row.speed_up.low):
            widest[row.point] = max(widest.get(row.point, 0.0), row.speed_up.half_width)
    return widest


def blocks_s(records: Iterable[Record]) -> dict[str, list[float]]:
    """The seconds of each block of each point, as the sum of what its benchmarks took."""
    spent: dict[tuple[str, int], float] = {}
    for record in records:
        key = record.point, record.run
        spent[key] = spent.get(key, 0.0) + (record.wall_s or 0.0)
    points: dict[str, list[float]] = {}
    for (point, _), taken in spent.items():
        points.setdefault(point, []).append(taken)
    return points
