"""The arms of a report: their order, how each one looks in every figure, and which one is the baseline by default.

Colours are Okabe and Ito's, which the colour-blind can tell apart; for grey paper each arm has a marker and a dash.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.record import Record

DASHES = {"solid": (), "dash": (6, 3), "dot": (1.5, 2), "dashdot": (6, 2, 1.5, 2), "longdash": (10, 3)}  # in points
HATCHES = {"/": "///", "\\": "\\\\\\", ".": "..", "x": "xx"}  # of bands, in their order: plotly's name and matplotlib's


@dataclass(frozen=True)
class Style:
    """colour: hexadecimal. marker, symbol: matplotlib's and plotly's name of one marker. dash: of DASHES."""

    colour: str
    marker: str
    symbol: str
    dash: str


STYLES = {
    "theano": Style("#0072B2", "o", "circle", "solid"),
    "tensorflow1": Style("#D55E00", "s", "square", "dash"),
    "cntk": Style("#009E73", "^", "triangle-up", "dot"),
    "tensorflow2": Style("#E69F00", "D", "diamond", "dashdot"),
    "jax": Style("#CC79A7", "v", "triangle-down", "longdash"),
    "torch": Style("#56B4E9", "P", "cross", "solid"),
    "theano1.0": Style("#0072B2", "h", "hexagon", "dash"),
    "tensorflow1.15": Style("#D55E00", "p", "pentagon", "dot"),
    "cntk2.7": Style("#009E73", "<", "triangle-left", "dashdot"),
}
OTHERS = Style("#777777", "*", "star", "dash")  # arms that are no backend of the table, such as the second one of A/A
ORDER = ("theano", "theano1.0", "tensorflow1", "tensorflow1.15", "cntk", "cntk2.7", "tensorflow2", "jax", "torch")


def ordered(arms: Iterable[str]) -> list[str]:
    """The study's backends first and then the newer ones; arms that are no backend of the table come last."""
    return sorted(arms, key=lambda arm: ORDER.index(arm) if arm in ORDER else len(ORDER))


def style(arms: tuple[str, ...]) -> Style:
    """The style of one arm, or of a pair: a pair has its later arm's colour and marker, and its earlier one's dash."""
    first, last = (STYLES.get(arm, OTHERS) for arm in (ordered(arms)[0], ordered(arms)[-1]))
    return Style(last.colour, last.marker, last.symbol, first.dash)


def baselines(records: Iterable[Record], wanted: str | None = None) -> list[str]:
    """The arms with a complete run, best baseline first: the one with the most groups; of equals, the first in order.

    wanted: comes before all others, if it has a complete run.
    """
    groups: dict[str, set[str]] = {}
    for each in records:
        if each.ok:
            groups.setdefault(each.arm, set()).add(each.group)
    return sorted(ordered(groups), key=lambda arm: (arm != wanted, -len(groups[arm])))
