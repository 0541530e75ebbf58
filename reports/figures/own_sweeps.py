"""Sweeps of networks of a user's own: for each argument of a function the time of an epoch, the memory, and where a
doctor saw it the share of the machine, over it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.newest import Newest
from analysis.record import Record
from reports.arms import ordered
from reports.figures.charts import Chart
from reports.figures.sweeps import alone, labels

KINDS = ("epoch", "memory", "share")


def charts(newest: Newest) -> list[Chart]:
    """Charts of every argument that has several numbers, the other arguments and replaced settings being equal."""
    sweeps: dict[tuple[str, str, str], dict[float, str]] = {}
    told = {each.group: each for each in newest.records() if each.own.get("arguments")}
    for group, record in told.items():
        for name, value in record.own["arguments"].items():
            if isinstance(value, int | float):
                others = [*_others(record, name, told.values()), group.partition(" ")[2]]
                key = record.family, name, " ".join(filter(None, others))
                sweeps.setdefault(key, {})[float(value)] = group
    places = [*dict.fromkeys(key[:2] for key in sweeps)]  # charts of one argument stand beside each other
    return [
        chart
        for (family, axis, settings), groups in sorted(sweeps.items(), key=lambda sweep: places.index(sweep[0][:2]))
        if len(groups) > 1
        for kind in KINDS
        if _shown(chart := _chart(kind, family, axis, settings, dict(sorted(groups.items())), newest))
    ]


def _shown(chart: Chart) -> bool:
    return chart.has_values if chart.kind == "share" else chart.measured


def _others(record: Record, name: str, records: Any) -> Iterator[str]:
    """The arguments beside one that have several values in these records, as `depth=2`."""
    family = [each.own["arguments"] for each in records if each.family == record.family]
    for other, value in record.own["arguments"].items():
        if other != name and any(arguments.get(other) != value for arguments in family):
            yield f"{other}={value}"


def _chart(kind: str, family: str, axis: str, settings: str, groups: Mapping[float, str], newest: Newest) -> Chart:
    arms = ordered(newest.arms)
    series = tuple(line for arm in arms if (line := alone(kind, arm, groups, newest)).spots)
    cells = [cell for group in groups.values() for arm in arms if (cell := newest.of(group, arm))]
    return Chart(
        f"{family} {axis} {kind}", kind, family, "own", family, axis, settings, tuple(groups), series, (),
        tuple(labels(kind, series, cells, groups)), (), own=True,
    )  # fmt: skip
