"""The share of the machine over each of the study's sweeps: figures that the study doesn't have."""

from __future__ import annotations

from analysis.newest import Newest
from models.catalogue import Point, points
from reports.arms import ordered
from reports.figures.charts import Chart
from reports.figures.sweeps import alone, labels

KIND = "share"


def charts(newest: Newest) -> list[Chart]:
    """A chart for each sweep, and for each of its replaced settings, in which a doctor saw a share of the machine."""
    swept: dict[tuple[str, str, str], list[Point]] = {}
    for point in points():
        if point.axis and not point.variant:
            swept.setdefault((point.dataset, point.architecture, point.axis), []).append(point)
    settings = dict.fromkeys(["", *(group.partition(" ")[2] for group in newest.groups)])
    drawn = (_chart(axis, of, replaced, newest) for replaced in settings for (*_, axis), of in swept.items())
    return [chart for chart in drawn if chart.has_values]


def _chart(axis: str, swept: list[Point], settings: str, newest: Newest) -> Chart:
    first, *_ = swept
    groups = {point.value or 0: " ".join(filter(None, (point.id, settings))) for point in swept}
    arms = ordered(newest.arms)
    series = tuple(line for arm in arms if (line := alone(KIND, arm, groups, newest)).spots)
    cells = [cell for group in groups.values() for arm in arms if (cell := newest.of(group, arm))]
    return Chart(
        f"{KIND} {first.dataset}-{first.architecture}-{axis}", KIND, first.family, first.dataset, first.architecture,
        axis, settings, tuple(sorted(groups)), series, (), tuple(labels(KIND, series, cells, groups)), (),
    )  # fmt: skip
