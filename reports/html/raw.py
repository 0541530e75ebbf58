"""Every raw result for the page's script: texts once, numbers short, so that ten thousand results stay small."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import cycle
from typing import Any

from analysis.newest import Newest
from analysis.record import Record
from reports.figures.charts import Figure, Spot
from reports.styles import HATCHES, style

NAMED = ("group", "family", "dataset", "axis", "backend", "session", "outcome", "remarks")  # columns that hold texts


class Texts:
    """Each text once, known by its index."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self._known.setdefault(text, len(self._known))

    @property
    def all(self) -> list[str]:
        return list(self._known)


def results(newest: Newest) -> dict[str, Any]:
    """Every record of every run, those that newer ones replace among them.

    columns: of a row; those of `named` are indices into `texts`.
    """
    texts = Texts()
    rows = [_row(each, texts) for saved in newest.saved for each in saved.records]
    columns = [*NAMED[:-2], "run", "rounds", "warmup", "memory", "train", "test", "outcome", "remarks"]
    return {"columns": columns, "named": NAMED, "texts": texts.all, "rows": rows}


def _row(each: Record, texts: Texts) -> list[Any]:
    remarks = "; ".join(filter(None, [each.reason, *(f"{flag.code}: {flag.text}" for flag in each.flags)]))
    names = [each.group, each.family, each.dataset or "", each.axis or ""]
    figures = [each.peak_memory_mib, each.train_error, each.test_error] if each.ok else [None] * 3
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
    """To five digits: more than any clock or median here deserves."""
    return float(f"{value:.5g}")


def drawn(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """Figures as the page's script draws them."""
    return [_figure(each) for each in figures]


def _figure(figure: Figure) -> dict[str, Any]:
    main = [each for each in figure.series if each.main]
    count = max(len(main), 1)
    return {
        "id": anchor(figure),
        "x": figure.x_label,
        "y": figure.y_label,
        "unit": figure.unit,
        "log": figure.logarithmic,
        "ratio": figure.is_ratio,
        "ticks": figure.ticks,
        "series": [
            {
                "arms": each.arms,
                "main": each.main,
                **_look(each.arms),
                "spots": [_spot(spot, figure.aside(spot.x, index % count, count)) for spot in each.spots],
            }
            for index, each in enumerate(sorted(figure.series, key=lambda series: not series.main))
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
            for band, hatch in zip(figure.bands, cycle(HATCHES), strict=False)
        ],
        "failures": [*figure.failures.items()],
    }


def _spot(spot: Spot, aside: float) -> list[Any]:
    numbers = _numbers(spot.value, spot.low, spot.high)
    return [spot.x, aside, *numbers, spot.runs, spot.outcome, spot.note]


def _numbers(*values: float | None) -> Sequence[float | None]:
    return [None if value is None else rounded(value) for value in values]


def _look(arms: tuple[str, ...]) -> dict[str, str]:
    look = style(arms)
    return {"colour": look.colour, "symbol": look.symbol, "dash": look.dash}


def anchor(figure: Figure) -> str:
    """Of the link to a figure."""
    return f"figure-{figure.id}".replace(" ", "-").replace("=", "-")
