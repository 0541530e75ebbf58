"""How much of the machine each arm uses: the rate of its products in training, beside the doctor's fastest product."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from analysis import format as fmt
from analysis.comparison import Row


def sentence(what: str, family: Mapping[str, Sequence[Row]]) -> str:
    """The median share of each arm over the points that all of these have, the largest first; empty without any.

    what: the family in words. family: the rows of each arm.
    """
    shares = {arm: known for arm, rows in family.items() if (known := _shares(rows))}
    shared = set.intersection(*({*of} for of in shares.values())) if shares else set()
    if not shared:
        return ""
    medians = {arm: statistics.median(of[group] for group in shared) for arm, of in shares.items()}
    first, *others = sorted(medians, key=lambda arm: -medians[arm])
    texts = [f"{first} uses {fmt.share(medians[first])} of the machine"]
    texts += [f"{arm} {fmt.share(medians[arm])}" for arm in others]
    return f"{what}: {', '.join(texts)} (docs/comparing.md#share-of-the-machine)."


def _shares(rows: Sequence[Row]) -> dict[str, float]:
    return {row.group: row.machine_share for row in rows if row.machine_share is not None}
