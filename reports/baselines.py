"""Whom ratios refer to where the user names nobody."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.record import Record
from reports.styles import ordered


def most_measured(records: Iterable[Record], wanted: str | None = None) -> list[str]:
    """The arms with a complete run, those with the most groups first; of equals, the study's order.

    wanted: comes before all others, if it has a complete run.
    """
    groups: dict[str, set[str]] = {}
    for each in records:
        if each.ok:
            groups.setdefault(each.arm, set()).add(each.group)
    return sorted(ordered(groups), key=lambda arm: (arm != wanted, -len(groups[arm])))
