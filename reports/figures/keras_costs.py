"""The figure of what Keras costs: each point and framework's time under Keras over that without it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.keras_cost import KerasCost
from reports.arms import ordered, style
from reports.figures.drawing import FORMATS, painted
from storage import files

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(costs: Sequence[KerasCost], folder: Path) -> list[Path]:
    """Write the figure in each format, and name the files; none where no cost has a ratio. Raises OSError."""
    shown = [each for each in costs if each.time]
    paths = []
    for suffix, content in painted(lambda axes: _paint(shown, axes), FORMATS).items() if shown else ():
        paths.append(folder / f"keras-costs.{suffix}")
        files.put(paths[-1], content)
    return paths


def _paint(costs: Sequence[KerasCost], axes: Axes) -> None:
    groups = list(dict.fromkeys(each.group for each in costs))
    arms = ordered({each.keras for each in costs})
    pairs = sorted({(each.keras, each.without) for each in costs}, key=lambda pair: (arms.index(pair[0]), pair[1]))
    named: set[tuple[str, str]] = set()
    for each in costs:
        assert each.time
        pair = each.keras, each.without
        aside = (pairs.index(pair) - (len(pairs) - 1) / 2) * 0.6 / len(pairs)
        plain = each.without == f"bare-{each.keras}"
        y, look = groups.index(each.group) + aside, style((each.keras,) if plain else pair)
        label = f"Keras on {each.keras}" + ("" if plain else f", over {each.without}")
        axes.plot(
            [each.time.value], [y], linestyle="none", color=look.colour, marker=look.marker, markersize=6,
            markeredgecolor="black", markeredgewidth=0.5, label=None if pair in named else label,
        )  # fmt: skip
        named.add(pair)
        if not math.isnan(each.time.low):
            axes.plot([each.time.low, each.time.high], [y, y], color=look.colour, linewidth=1.4, zorder=1)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.set_yticks(range(len(groups)), groups)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.set_xlabel("time under Keras over that without it; above 1 Keras takes more\nlines: 95 % interval")
    axes.set_title("What Keras costs", loc="left", fontsize=9, fontweight="bold")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3)
