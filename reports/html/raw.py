"""Every raw result for the page's script: each text once and numbers short, so that ten thousand results stay small."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import cycle
from typing import Any

from analysis.newest import Newest
from analysis.record import Record, columns
from reports.arms import HATCHES, style
from reports.figures.charts import Chart, Spot

FIGURES = columns("backend", "run", "outcome", "rounds_s", "warmup_s", "peak_memory_mib", "train_error", "test_error",
                  "joules_per_epoch")  # fmt: skip
NAMED = ("group", "family", "dataset", "axis", "backend", "session", "outcome", "remarks")  # columns that hold texts
SHOWN = ("backend", "session", *(column.name for column in FIGURES[1:]), "remarks")


class Texts:
    """Texts that are stored once and named by an index."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self._known.setdefault(text, len(self._known))

    @property
    def all(self) -> list[str]:
        return list(self._known)


def results(newest: Newest) -> dict[str, Any]:
    """Every record of every run, those that newer ones replace among them.

    columns: of a row; those of `named` are indices into `texts`. headers: name, title and meaning of those to show.
    """
    texts = Texts()
    rows = [_row(each, texts) for saved in newest.saved for each in saved.records]
    figures = [column.name for column in FIGURES if column.name not in NAMED]
    known = {column.name: (column.title, column.field.text) for column in FIGURES}
    return {
        "columns": [*NAMED[:-2], *figures, *NAMED[-2:]],
        "named": NAMED,
        "headers": [[name, *known.get(name, (name, ""))] for name in SHOWN],
        "texts": texts.all,
        "rows": rows,
    }


def _row(each: Record, texts: Texts) -> list[Any]:
    remarks = "; ".join(filter(None, [each.reason, *(f"{flag.code}: {flag.text}" for flag in each.flags)]))
    names = [each.group, each.family, each.dataset or "", each.axis or ""]
    figures = (
        [each.peak_memory_mib, each.train_error, each.test_error, each.joules_per_epoch] if each.ok else [None] * 4
    )
    return [
        *map(texts, [*names, each.arm, each.session]),
        each.run,
        _short(each.rounds_s),
        _short(each.warmup_s),
        *_numbers(*figures),
        texts(each.outcome),
        texts(remarks),
    ]


def _short(seconds: Any) -> list[float]:
    numbers = seconds if isinstance(seconds, list) else []
    return [rounded(each) for each in numbers if isinstance(each, int | float) and math.isfinite(each)]


def rounded(value: float) -> float:
    """A number with five digits: more than any clock or median here deserves."""
    return float(f"{value:.5g}")


def drawn(charts: Iterable[Chart]) -> list[dict[str, Any]]:
    """Charts as the page's script draws them."""
    return [_chart(each) for each in charts]


def _chart(chart: Chart) -> dict[str, Any]:
    main = [each for each in chart.series if each.main]
    count = max(len(main), 1)
    return {
        "id": anchor(chart),
        "x": chart.x_label,
        "y": chart.y_label,
        "unit": chart.unit,
        "log": chart.logarithmic,
        "ratio": chart.is_ratio,
        "ticks": chart.ticks,
        "series": [
            {
                "arms": each.arms,
                "main": each.main,
                **_look(each.arms),
                "spots": [_spot(spot, chart.aside(spot.x, index % count, count)) for spot in each.spots],
            }
            for index, each in enumerate(sorted(chart.series, key=lambda series: not series.main))
        ],
        "bands": [
            {
                "arms": band.arms,
                "low": band.low,
                "high": band.high,
                "x": [band.first, band.last],
                "text": band.text + (", contradictory" if band.contradictory else ""),
                **_look(band.arms),
                "hatch": hatch,
            }
            for band, hatch in zip(chart.bands, cycle(HATCHES), strict=False)
        ],
        "failures": [*chart.failures.items()],
    }


def _spot(spot: Spot, aside: float) -> list[Any]:
    numbers = _numbers(spot.value, spot.low, spot.high)
    return [spot.x, aside, *numbers, spot.runs, spot.outcome, spot.note]


def _numbers(*values: float | None) -> Sequence[float | None]:
    return [None if value is None else rounded(value) for value in values]


def _look(arms: tuple[str, ...]) -> dict[str, str]:
    look = style(arms)
    return {"colour": look.colour, "symbol": look.symbol, "dash": look.dash}


def anchor(chart: Chart) -> str:
    """The id of a chart in the page, to which links lead."""
    return f"figure-{chart.id}".replace(" ", "-").replace("=", "-")
