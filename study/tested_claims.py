"""Each claim of the 2018 study beside measured results: the order of backends first, the number second."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.newest import Newest
from analysis.pairs import differences, ratio
from analysis.record import Record
from analysis.statistics import Ratio
from study.printed import Claim

Holds = Literal["holds", "fails", "undecided", "not measured"]

SETTLED = ("ok", "misreferenced", "unit_note")  # the other states mean that the study contradicts itself


@dataclass(frozen=True)
class CheckedClaim:
    """A claim held against saved runs. ratios: by point. note: why there are none, or a caveat."""

    claim: Claim
    ratios: dict[str, Ratio]
    order: Holds
    number: Holds
    note: str = ""

    @property
    def contradictory(self) -> bool:
        """Whether the study contradicts itself: then its settled range is the one that is tested."""
        return self.claim.status not in SETTLED


def check(claim: Claim, newest: Newest) -> CheckedClaim:
    """Hold a claim against saved runs. For each point the newest run with both backends counts."""
    if claim.denominator is None:
        return CheckedClaim(claim, {}, "not measured", "not measured", "an absolute figure of the study's machine")
    ratios: dict[str, Ratio] = {}
    notes: dict[str, None] = {}
    for point in claim.points:
        sides = newest.both(point, claim.numerator, claim.denominator)
        if not sides:
            continue
        reasons = differences(*sides, by="backend") or _unlike_the_study(claim, sides)
        quotient = None if reasons else ratio(*sides, "total_s" if claim.metric == "speedup" else "peak_memory_mib")
        if quotient:
            ratios[point] = quotient
        notes |= dict.fromkeys(reasons)
    order = _order(claim, ratios) if ratios else "not measured"
    number = _number(claim, ratios) if ratios else "not measured"
    return CheckedClaim(claim, ratios, order, number, "; ".join(notes))


def _unlike_the_study(claim: Claim, sides: Iterable[Sequence[Record]]) -> list[str]:
    if claim.metric == "speedup":
        trials = any(each.profile == "smoke" for side in sides for each in side)
        return ["only tried out (profile smoke), which says nothing of times"] if trials else []
    kinds = {each.memory_kind for side in sides for each in side}
    if all(kind and kind.startswith("gpu") for kind in kinds):
        return []
    return [f"the study's memory is a GPU's, what was measured is {' and '.join(sorted(map(str, kinds)))}"]


def expected(claim: Claim) -> Literal["above", "below", "both"]:
    """The side of 1 on which the claim has its ratio: 'both' where the order changes within the sweep, or is open."""
    if claim.settled_min >= 1 < claim.settled_max:
        return "above"
    if claim.settled_max <= 1 > claim.settled_min:
        return "below"
    return "both"


def _order(claim: Claim, ratios: dict[str, Ratio]) -> Holds:
    sides = {"above" if each.low > 1 else "below" if each.high < 1 else "open" for each in ratios.values()}
    wanted = expected(claim)
    if wanted == "both":
        if sides >= {"above", "below"}:
            return "holds"
        return "fails" if len(ratios) == len(claim.points) and "open" not in sides else "undecided"
    if sides == {wanted}:
        return "holds"
    return "undecided" if sides <= {wanted, "open"} else "fails"


def _number(claim: Claim, ratios: dict[str, Ratio]) -> Holds:
    low, high = claim.settled_min - _rounding(claim.settled_min), claim.settled_max + _rounding(claim.settled_max)
    if any(math.isnan(each.low) for each in ratios.values()):
        return "undecided"
    return "holds" if all(each.high >= low and each.low <= high for each in ratios.values()) else "fails"


def _rounding(printed: float) -> float:
    """Half of the last digit that was printed, at least of the first decimal: ranges are given to one or two."""
    decimals = len(f"{printed:g}".partition(".")[2])
    return float(0.5 * 10.0 ** -max(1, decimals))
