"""`python -m reports figures`: the study's figures from saved runs, as SVG and PNG, for a paper or slides."""

from __future__ import annotations

import argparse
import contextlib
import io
import math
import os
import sys
import textwrap
from collections.abc import Sequence
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import study
from analysis.saved_runs import RunProblem
from reports.commands import sources
from reports.commands.exits import Exit
from reports.figures.charts import Band, Figure, Series
from reports.figures.sweeps import figures
from reports.styles import DASHES, HATCHES, style
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


def _formats(text: str) -> list[str]:
    wanted = text.split(",")
    if unknown := [name for name in wanted if name not in FORMATS]:
        raise argparse.ArgumentTypeError(f"'{unknown[0]}' is no format: there are {' and '.join(FORMATS)}")
    return wanted


def _numbers(text: str) -> list[str]:
    drawn = [figure.figure for figure in study.figures() if figure.axis]
    if unknown := [name for name in text.split(",") if name not in drawn]:
        raise argparse.ArgumentTypeError(
            f"'{unknown[0]}' is no figure that can be drawn: the study has {drawn[0]} to {drawn[-1]}, 4.43 is a diagram"
        )
    return text.split(",")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    sources.add_arguments(parser)
    parser.add_argument(
        "--output",
        type=files.path,
        default=Path("figures"),
        metavar="FOLDER",
        help="default: figures; -: one figure in one format to standard output",
    )
    parser.add_argument("--format", type=_formats, default=[*FORMATS], metavar="svg,png", help="default: both")
    parser.add_argument("--figure", type=_numbers, metavar="4.12,...", help="only these (default: all measured ones)")


def main(options: argparse.Namespace) -> Exit:
    """Write the files and name them; exit code 3 where the runs say nothing about the wanted figures."""
    newest, _ = sources.chosen(options)
    wanted = [each for each in figures(newest, options.baseline) if each.number in (options.figure or [each.number])]
    drawn = [each for each in wanted if each.measured]
    for each in wanted if options.figure else ():
        if not each.measured:
            print(f"figure {each.number}: these runs have none of its points", file=sys.stderr)
    if not drawn:
        print("none of the study's sweeps was measured: `pytest benchmarks -k layers` measures some", file=sys.stderr)
        return Exit.NOTHING
    if options.output == files.STDOUT:
        return _to_stdout(drawn, options.format)
    for each in drawn:
        for path in draw(each, options.output, options.format):
            print(path)
    return Exit.FINE


def _to_stdout(drawn: Sequence[Figure], formats: Sequence[str]) -> Exit:
    if len(drawn) > 1 or len(formats) > 1:
        told = f"of {len(drawn)} figures in {len(formats)} formats" if len(drawn) > 1 else f"of {' and '.join(formats)}"
        raise RunProblem(
            f"--output=- takes one file, {told}: choose it, such as by --figure={drawn[0].number} --format={formats[0]}"
        )
    files.put(files.STDOUT, rendered(drawn[0], formats)[formats[0]])
    return Exit.FINE


def draw(figure: Figure, folder: Path, formats: Sequence[str]) -> list[Path]:
    """One figure as a file of each format."""
    name = f"figure-{figure.id}".replace(" ", "-").replace("=", "-").replace("/", "-")
    paths = []
    for suffix, content in rendered(figure, formats).items():
        paths.append(folder / f"{name}.{suffix}")
        files.put(paths[-1], content)
    return paths


def rendered(figure: Figure, formats: Sequence[str]) -> dict[str, bytes]:
    """One figure in each format: the same bytes whatever a user's settings of matplotlib are."""
    mpl = _matplotlib()
    from matplotlib.figure import Figure as Canvas

    made = {}
    with mpl.rc_context({name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"} | SETTINGS):
        canvas = Canvas(figsize=(6.4, 4.4), layout="constrained")
        _draw(figure, canvas.subplots())
        for each in formats:
            file = io.BytesIO()
            canvas.savefig(file, format=each, metadata={"Date": None} if each == "svg" else None)
            made[each] = file.getvalue()
    return made


@cache
def _matplotlib() -> ModuleType:
    """A second to import: only who draws pays it. Meanwhile the user's own settings are out of sight.

    It reads `matplotlibrc` of the current folder or a variable, and $MPLBACKEND (which Jupyter sets to something that
    only a notebook has), and fails on what it can't use.
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


def _draw(figure: Figure, axes: Axes) -> None:
    from matplotlib.ticker import LogLocator

    shown = [each for each in figure.series if each.main and any(spot.value is not None for spot in each.spots)]
    for band, hatch in zip(figure.bands, cycle(HATCHES.values())):
        _band(band, hatch, axes)
    for index, line in enumerate(shown):
        _line(figure, line, (index, len(shown)), axes)
    for x, texts in figure.failures.items():
        at = axes.get_xaxis_transform()
        axes.plot([x], [0.97], marker="x", markersize=8, color="black", transform=at)
        axes.annotate(
            ", ".join(texts), (x, 0.97), xycoords=at, xytext=(-8, 0), rotation=90, textcoords="offset points",
            ha="right", va="top", fontsize=7,
        )  # fmt: skip
    if figure.is_ratio:
        axes.axhline(1, color="black", linewidth=0.8)
    if figure.logarithmic:
        axes.set_xscale("log", base=2)
    if figure.is_ratio:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 5, 7)))
    else:
        axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(lambda y, _: f"{y:,.3f}".rstrip("0").rstrip("."))
    axes.set_xticks(figure.ticks, [f"{tick:g}" for tick in figure.ticks])
    axes.minorticks_off()
    axes.margins(x=0.08)
    axes.set_xlabel(figure.x_label)
    axes.set_ylabel(figure.y_label)
    settings = f" ({figure.settings})" if figure.settings else ""
    axes.set_title(f"Figure {figure.number}. {figure.title}{settings}", loc="left", fontsize=9, fontweight="bold")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=3.2)
    caption = [
        f"n = {figure.runs} run{'' if figure.runs == '1' else 's'} a point; bars: {intervals(figure)}",
        *figure.labels,
    ]
    axes.figure.supxlabel(textwrap.fill("; ".join(caption), 105), fontsize=7, x=0.02, ha="left")


def intervals(figure: Figure) -> str:
    """What the bars of a figure are."""
    if not any(spot.low is not None for each in figure.series for spot in each.spots):
        return "none, as one run has no interval"
    if figure.is_ratio:
        return "95 % confidence interval"
    if figure.kind == "time":
        return "where one more such training is expected, 95 %"
    return "exact range of the median (of three runs 75 %, of six 97 %)"


def _line(figure: Figure, line: Series, place: tuple[int, int], axes: Axes) -> None:
    """place: which of how many lines."""
    look = style(line.arms)
    drawn = [spot for spot in line.spots if spot.value is not None]
    values = {spot.x: spot.value or 0 for spot in drawn}
    xs = [figure.aside(tick, *place) for tick in figure.ticks]
    ys = [values.get(tick, math.nan) for tick in figure.ticks]
    axes.plot(
        xs, ys, color=look.colour, marker=look.marker, markersize=5, markeredgecolor="black", markeredgewidth=0.5,
        linewidth=1.4, linestyle=_dash(look.dash), label=line.name,
    )  # fmt: skip
    for spot in drawn:
        if spot.low is not None and spot.high is not None:
            x = figure.aside(spot.x, *place)
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
