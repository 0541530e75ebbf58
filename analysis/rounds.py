"""The statistics of rounds that pytest-benchmark's JSON holds, by its own definitions and without importing it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any


def quartiles(ordered: Sequence[float]) -> tuple[float, float]:
    """First and third quartile of ascending values: the medians of both halves, or of an odd number of values the
    weighted means of the two that are nearest (pytest-benchmark's methods 2 and 3).
    """
    count = len(ordered)
    if count == 1:
        return ordered[0], ordered[0]
    if count % 2 == 0:
        return statistics.median(ordered[: count // 2]), statistics.median(ordered[count // 2 :])
    n = count // 4
    if count % 4 == 1:
        return 0.25 * ordered[n - 1] + 0.75 * ordered[n], 0.75 * ordered[3 * n] + 0.25 * ordered[3 * n + 1]
    return 0.75 * ordered[n] + 0.25 * ordered[n + 1], 0.25 * ordered[3 * n + 1] + 0.75 * ordered[3 * n + 2]


def stats(data: Sequence[float]) -> dict[str, Any]:
    """pytest-benchmark's `stats` of one benchmark whose rounds took these seconds; raises ValueError for none."""
    if not data:
        raise ValueError("a benchmark without rounds has no statistics")
    ordered = sorted(data)
    mean, deviation = statistics.mean(data), statistics.stdev(data) if len(data) > 1 else 0
    q1, q3 = quartiles(ordered)
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    inside = [value for value in ordered if low <= value <= high]
    far = sum(not mean - deviation <= value <= mean + deviation for value in data)
    total = sum(data)
    return {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": mean,
        "stddev": deviation,
        "rounds": len(data),
        "median": statistics.median(data),
        "iqr": q3 - q1,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": len(data) - len(inside),
        "stddev_outliers": far,
        "outliers": f"{far};{len(data) - len(inside)}",
        "ld15iqr": inside[0],
        "hd15iqr": inside[-1],
        "ops": len(data) / total if total else 0,
        "total": total,
        "data": list(data),
        "iterations": 1,
    }
