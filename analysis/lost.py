"""Sentences about results that have no counterpart in a comparison: results that are lost, new, or never came.

most: how many groups a sentence names; all where it is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from analysis.comparison import Comparison


def missing(comparison: Comparison, most: int | None = None) -> list[str]:
    """Results that the baseline has and a later saved run lacks, in whole or in part."""
    losses = []
    for row in comparison.lost:
        if row.verdict == "lost":
            losses.append((f"{row.arm} has no result of", row.reason, row.group))
        else:
            reason = next(flag.text for flag in row.flags if flag.code == "lost-runs")
            losses.append((f"{row.arm} lost runs of", reason, row.group))
    return _joined(losses, most)


def new(comparison: Comparison, most: int | None = None) -> list[str]:
    """Results that only one backend or one saved run has, and no run before it had."""
    often = Counter(row.group for row in comparison.rows)
    rows = [row for row in comparison.rows if often[row.group] == 1 and row.outcomes.get("ok")]
    return _joined([(f"only {row.arm} has", "", row.group) for row in rows], most)


def failed(comparison: Comparison, most: int | None = None) -> list[str]:
    """Results that never came, beside a baseline or without one."""
    rows = [row for row in comparison.rows if row.verdict == "no result"]
    return _joined([(f"{row.arm} has no result of", row.reason, row.group) for row in rows], most)


def _joined(statements: Iterable[tuple[str, str, str]], most: int | None) -> list[str]:
    """One sentence for each beginning and reason, with all the groups that it is true of."""
    groups_of: dict[tuple[str, str], list[str]] = {}
    for beginning, reason, group in statements:
        groups_of.setdefault((beginning, " ".join(reason.split())), []).append(group)
    sentences = []
    for (beginning, reason), groups in groups_of.items():
        more = f" and {len(groups) - most} more" if most and len(groups) > most else ""
        sentences.append(f"{beginning} {', '.join(groups[:most])}{more}" + (f": {reason}" if reason else ""))
    return sentences
