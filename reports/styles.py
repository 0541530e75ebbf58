"""How backends look in every figure: Okabe and Ito's colours, which the colour-blind can tell apart, and for grey paper
a marker and a dash of each one's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

DASHES = {"solid": (), "dash": (6, 3), "dot": (1.5, 2), "dashdot": (6, 2, 1.5, 2), "longdash": (10, 3)}  # in points


@dataclass(frozen=True)
class Style:
    """colour: hexadecimal. marker: as matplotlib and as plotly call it. dash: of DASHES."""

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
ORDER = ("theano", "theano1.0", "tensorflow1", "tensorflow1.15", "cntk", "cntk2.7", "tensorflow2", "jax", "torch")
HATCHES = {"/": "///", "\\": "\\\\\\", ".": "..", "x": "xx"}  # of bands, in their order: plotly's name and matplotlib's
OTHERS = Style("#777777", "*", "star", "dash")  # second names of A/A runs


def ordered(arms: Iterable[str]) -> list[str]:
    """Backends in the order of the study and of time, second names behind."""
    return sorted(arms, key=lambda arm: ORDER.index(arm) if arm in ORDER else len(ORDER))


def style(arms: tuple[str, ...]) -> Style:
    """Of a backend; of a pair the later backend's colour and marker with the earlier one's dash."""
    first, last = (STYLES.get(arm, OTHERS) for arm in (ordered(arms)[0], ordered(arms)[-1]))
    return Style(last.colour, last.marker, last.symbol, first.dash)
