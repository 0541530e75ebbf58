"""The short answer in words: the fastest backend for a family, and whether the next one is really slower."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from analysis import format as fmt
from analysis.comparison import Floors, Row, compare
from analysis.pairs import verdict
from analysis.statistics import Ratio, pooled_ratio

Speeds = Mapping[str, float]  # by group


def sentence(what: str, family: Mapping[str, Sequence[Row]], floors: Floors) -> str:
    """The fastest arm over the points that all arms have; empty where nothing was measured.

    what: the family in words. family: the rows of each arm.
    """
    measured = [arm for arm, rows in family.items() if any(row.outcomes.get("ok") for row in rows)]
    if len(measured) < 2:
        return f"{what}: only {measured[0]} was measured." if measured else ""
    speeds = {arm: own for arm in measured if (own := _speeds(family[arm]))}
    shared = set.intersection(*({*of} for of in speeds.values())) if len(speeds) > 1 else set()
    if not shared:
        return f"{what}: {_listed(measured)} have no point at which all of them can be compared."
    every = {row.group for rows in family.values() for row in rows}
    over = f" over {len(shared)} of {len(every)} points" if len(shared) < len(every) else ""
    apart = [arm for arm in measured if arm not in speeds]
    beyond = f" {_listed(apart)} can't be compared with them." if apart else ""
    first, second = sorted(speeds, key=lambda arm: -fmean(math.log(speeds[arm][group]) for group in shared))[:2]
    return f"{what}{over}: {_duel(first, second, family, shared, floors)}{beyond}"


def _speeds(rows: Sequence[Row]) -> Speeds:
    """An arm's speed in each group relative to the group's baseline, where there is a ratio to it."""
    own = {row.group: 1.0 for row in rows if row.verdict == "baseline"}
    return own | {row.group: row.speed_up.value for row in rows if row.speed_up}


def _duel(first: str, second: str, family: Mapping[str, Sequence[Row]], shared: set[str], floors: Floors) -> str:
    mine = [row for arm in (first, second) for row in family[arm] if row.group in shared]
    records = [each for row in mine for each in row.records]
    beside = compare(records, "backend", [first], floors)
    gap = pooled([row.speed_up for row in beside.compared if row.speed_up])
    if gap is None:
        return f"{first} and {second} lead, and can't be compared with each other."
    if gap.value > 1:  # paired with each other they may rank the other way round than by way of the baseline
        first, second, gap = second, first, gap.inverse
    means = verdict(gap, floors.get(mine[0].noise, 0.0))
    if means == "one run":
        return f"{first} was ahead of {second} in a single run, which says little."
    if means != "slower":
        return f"{first} and {second} lead, and can't be told apart."
    return f"{first} is fastest; {second} comes next, at {fmt.ratio(gap)} times its speed."


def pooled(ratios: Sequence[Ratio]) -> Ratio | None:
    """The geometric mean of several, the only one, or None."""
    return pooled_ratio(ratios) if len(ratios) > 1 else next(iter(ratios), None)


def _listed(arms: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(arms[:-1]), arms[-1]]))
