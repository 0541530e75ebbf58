"""Charts as SVG and PNG, drawn by matplotlib, for a paper or slides."""

from __future__ import annotations

import contextlib
import io
import math
import os
import textwrap
from collections.abc import Callable, Sequence
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.arms import DASHES, HATCHES, style
from reports.figures.charts import Band, Chart, Series
from storage import files

if TYPE_CHECKING:
    from types import ModuleType

    from matplotlib.axes import Axes

FORMATS = ("svg", "png")
SETTINGS: dict[str, Any] = {
    "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.3,
    "svg.fonttype": "none", "svg.hashsalt": "reports", "legend.frameon": False, "legend.fontsize": 8,
    "figure.dpi": 150, "hatch.linewidth": 0.6,
}  # fmt: skip


def draw(chart: Chart, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write one chart as a file of each format, and name the files."""
    name = f"figure-{chart.id}".replace(" ", "-").replace("=", "-").replace("/", "-")
    paths = []
    for suffix, content in rendered(chart, formats).items():
        paths.append(folder / f"{name}.{suffix}")
        files.put(paths[-1], content)
    return paths


def rendered(chart: Chart, formats: Sequence[str]) -> dict[str, bytes]:
    """One chart in each format."""
    return painted(lambda axes: _draw(chart, axes), formats)


def painted(paint: Callable[[Axes], None], formats: Sequence[str]) -> dict[str, bytes]:
    """One pair of axes in each format: the same bytes whatever a user's settings of matplotlib are."""
    mpl = _matplotlib()
    from matplotlib.figure import Figure

    contents = {}
    with mpl.rc_context({name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"} | SETTINGS):
        canvas = Figure(figsize=(6.4, 4.4), layout="constrained")
        paint(canvas.subplots())
        for each in formats:
            file = io.BytesIO()
            canvas.savefig(file, format=each, metadata={"Date": None} if each == "svg" else None)
            contents[each] = file.getvalue()
    return contents


@cache
def _matplotlib() -> ModuleType:
    """Import matplotlib when something is drawn (it takes a second), out of sight of the user's own settings of it.

    It reads `matplotlibrc` of the current folder or of a variable, and $MPLBACKEND (which Jupyter sets to something
    that only a notebook has), and fails where it can't use them.
    """
    own = {"MPLBACKEND": "agg", "MATPLOTLIBRC": os.devnull}
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        with contextlib.chdir("/"):
            import matplotlib as mpl
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            os.environ.update({name: value} if value is not None else {})
    return mpl


def _draw(chart: Chart, axes: Axes) -> None:
    from matplotlib.ticker import LogLocator

    shown = [each for each in chart.series if each.main and any(spot.value is not None for spot in each.spots)]
    for band, hatch in zip(chart.bands, cycle(HATCHES.values())):
        _band(band, hatch, axes)
    for index, line in enumerate(shown):
        _line(chart, line, (index, len(shown)), axes)
    for x, texts in chart.failures.items():
        at = axes.get_xaxis_transform()
        axes.plot([x], [0.97], marker="x", markersize=8, color="black", transform=at)
        axes.annotate(
            ", ".join(texts), (x, 0.97), xycoords=at, xytext=(-8, 0), rotation=90, textcoords="offset points",
            ha="right", va="top", fontsize=7,
        )  # fmt: skip
    if chart.is_ratio:
        axes.axhline(1, color="black", linewidth=0.8)
    if chart.logarithmic:
        axes.set_xscale("log", base=2)
    if chart.is_ratio:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 5, 7)))
    else:
        axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(lambda y, _: f"{y:,.3f}".rstrip("0").rstrip("."))
    axes.set_xticks(chart.ticks, [f"{tick:g}" for tick in chart.ticks])
    axes.minorticks_off()
    axes.margins(x=0.08)
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    settings = f" ({chart.settings})" if chart.settings else ""
    axes.set_title(
        f"Figure {chart.number}. {chart.title}{settings}" if chart.printed else f"{chart.title}{settings}",
        loc="left",
        fontsize=9,
        fontweight="bold",
    )
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=3.2)
    caption = [
        f"n = {chart.runs} run{'' if chart.runs == '1' else 's'} a point; bars: {intervals(chart)}",
        *chart.labels,
    ]
    axes.figure.supxlabel(textwrap.fill("; ".join(caption), 105), fontsize=7, x=0.02, ha="left")


def intervals(chart: Chart) -> str:
    """What the bars of a chart mean."""
    if not any(spot.low is not None for each in chart.series for spot in each.spots):
        return "none, as one run has no interval"
    if chart.is_ratio:
        return "95 % confidence interval"
    if chart.kind == "time":
        return "where one more such training is expected, 95 %"
    return "exact range of the median (of three runs 75 %, of six 97 %)"


def _line(chart: Chart, line: Series, place: tuple[int, int], axes: Axes) -> None:
    """Draw one line. place: which of how many it is."""
    look = style(line.arms)
    drawn = [spot for spot in line.spots if spot.value is not None]
    values = {spot.x: spot.value or 0 for spot in drawn}
    xs = [chart.aside(tick, *place) for tick in chart.ticks]
    ys = [values.get(tick, math.nan) for tick in chart.ticks]
    axes.plot(
        xs, ys, color=look.colour, marker=look.marker, markersize=5, markeredgecolor="black", markeredgewidth=0.5,
        linewidth=1.4, linestyle=_dash(look.dash), label=line.name,
    )  # fmt: skip
    for spot in drawn:
        if spot.low is not None and spot.high is not None:
            x = chart.aside(spot.x, *place)
            axes.plot([x, x], [spot.low, spot.high], color=look.colour, linewidth=1.2, zorder=1)


def _dash(name: str) -> Any:
    return (0, DASHES[name]) if DASHES[name] else "-"


def _band(band: Band, hatch: str, axes: Axes) -> None:
    look = style(band.arms)
    doubt = ", contradictory" if band.contradictory else ""
    axes.fill_between(
        [band.first, band.last], band.low, band.high, facecolor=look.colour + "20", edgecolor=look.colour + "70",
        hatch=hatch, linewidth=0,
        label=f"the study: {band.name}\n{band.text}{doubt}",
    )  # fmt: skip
    for edge in {band.low, band.high}:
        axes.plot(
            [band.first, band.last], [edge, edge], color=look.colour, linewidth=0.6, linestyle=_dash(look.dash)
        )  # fmt: skip
