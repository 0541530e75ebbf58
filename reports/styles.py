"""How backends look in every figure, as their families declare it (fixtures/backends/families/).

The colours are Okabe and Ito's, which the colour-blind can tell apart; for grey paper each has a marker and a dash.
"""

from __future__ import annotations

from collections.abc import Iterable

from fixtures.backends import registry
from fixtures.backends.backend import Style

DASHES = {"solid": (), "dash": (6, 3), "dot": (1.5, 2), "dashdot": (6, 2, 1.5, 2), "longdash": (10, 3)}  # in points

STYLES = {backend.name: backend.style for backend in registry.BY_FAMILY}
ORDER = tuple(STYLES)
HATCHES = {"/": "///", "\\": "\\\\\\", ".": "..", "x": "xx"}  # of bands, in their order: plotly's name and matplotlib's
OTHERS = Style("#777777", "*", "star", "dash")  # second names of A/A runs


def ordered(arms: Iterable[str]) -> list[str]:
    """Backends in the order of their families and of time; names that no backend has come last."""
    return sorted(arms, key=lambda arm: ORDER.index(arm) if arm in ORDER else len(ORDER))


def style(arms: tuple[str, ...]) -> Style:
    """The look of a backend. A pair has the later backend's colour and marker, and the earlier one's dash."""
    first, last = (STYLES.get(arm, OTHERS) for arm in (ordered(arms)[0], ordered(arms)[-1]))
    return Style(last.colour, last.marker, last.symbol, first.dash)
