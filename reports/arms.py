"""The arms of a report: their order, how each one looks in every figure, and which one is the baseline by default.

Their families declare the looks (fixtures/backends/families/). Colours are Okabe and Ito's, which the colour-blind can
tell apart; for grey paper each arm has a marker and a dash.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from analysis.record import Record
from fixtures.backends import registry
from fixtures.backends.backend import Style

DASHES = {"solid": (), "dash": (6, 3), "dot": (1.5, 2), "dashdot": (6, 2, 1.5, 2), "longdash": (10, 3)}  # in points
HATCHES = {"/": "///", "\\": "\\\\\\", ".": "..", "x": "xx"}  # of bands, in their order: plotly's name and matplotlib's

STYLES = {backend.name: backend.style for backend in registry.BY_FAMILY}
ORDER = tuple(STYLES)
OTHERS = Style("#777777", "*", "star", "dash")  # the second arm of A/A
OWN = (  # arms with an environment or options of their own; an arm has one by its name, the same one in every figure
    *(("#882255", "X", "x"), ("#117733", "d", "diamond-tall"), ("#332288", ">", "triangle-right")),
    *(("#AA4499", "H", "hexagon2"), ("#661100", "v", "triangle-down"), ("#44AA99", "8", "octagon")),
    *(("#999933", "^", "triangle-up"), ("#88CCEE", "p", "pentagon")),
)


def ordered(arms: Iterable[str]) -> list[str]:
    """The arms in the order of their families and of time, each with those named after it; all others come last."""
    return sorted(
        arms, key=lambda arm: (ORDER.index(base(arm)) if base(arm) in ORDER else len(ORDER), arm not in ORDER)
    )


def base(arm: str) -> str:
    """The backend after which an arm is named: torch of torch-own, torch-2.9.1 and torch-again; the arm itself else."""
    return max((name for name in ORDER if arm == name or arm.startswith(f"{name}-")), key=len, default=arm)


def _look(arm: str) -> Style:
    if arm in STYLES or arm.endswith(registry.AGAIN):
        return STYLES.get(arm, OTHERS)
    number = zlib.crc32(arm.encode())
    return Style(*OWN[number % len(OWN)], [*DASHES][number // len(OWN) % len(DASHES)])


def style(arms: tuple[str, ...]) -> Style:
    """The look of an arm. A pair has the later arm's colour and marker, and the earlier one's dash."""
    first, last = (_look(arm) for arm in (ordered(arms)[0], ordered(arms)[-1]))
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


def named(text: str, records: Iterable[Record]) -> str:
    """The name of the arm that `--backend` was given this text for, such as jax==0.9.1; else the text itself."""
    return next((each.arm for each in records if each.asked == text), text)
