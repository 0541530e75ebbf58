"""Whether saved runs became slower by more than a limit, and how small a slowdown they would have shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.comparison import Comparison, Row
from analysis.statistics import half_width


@dataclass(frozen=True)
class Slowdowns:
    """A comparison held against a limit on slowdowns.

    beyond: the rows that take longer by more than the limit. smallest: the slowdown that the least precise row would
    have needed to count. floor: the part of it that this machine's noise takes, which more runs don't change.
    """

    beyond: tuple[Row, ...]
    smallest: float
    floor: float


def slowdowns(comparison: Comparison, limit: float) -> Slowdowns:
    """The rows that take longer by more than `limit`, by a verdict that stands among all rows (Holm)."""
    compared = comparison.compared
    beyond = [row for row in compared if row.speed_up and row.stands and row.speed_up.value < 1 / (1 + limit)]
    floor = max((math.expm1(comparison.floors.get(row.noise, 0.0)) for row in compared), default=0.0)
    smallest = max((_needed(row, len(compared)) for row in compared), default=math.nan)
    return Slowdowns(tuple(beyond), max(smallest, floor), floor)


def _needed(row: Row, verdicts: int) -> float:
    """The smallest slowdown that would be called significant if it were the largest of so many."""
    if row.speed_up is None or math.isnan(row.speed_up.spread):
        return math.inf
    return half_width(row.speed_up.spread, row.speed_up.freedom, 1 - 0.05 / verdicts)
