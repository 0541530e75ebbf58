"""Which arm makes ratios wide: each arm's own spread from block to block, from all pairs of them.

The variance of a pair's log ratio is the sum of both arms' own variances, as what a block's arms share cancels out. So
the arms' variances are the least-squares solution of all pairs that is not negative.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from analysis import format as fmt
from analysis.comparison import Comparison
from analysis.record import Record

FEWEST_BLOCKS, FEWEST_ARMS = 3, 3
APART = 2.0  # times the median of the others' spread: an arm that differs less from block to block is like them
WORTH_SAYING = 0.02


def of_arms(records: Sequence[Record]) -> dict[str, float]:
    """Each arm's standard deviation from block to block, as a share of its time; empty with too few blocks or arms.

    records: of one group. Only blocks in which every arm was measured count.
    """
    blocks: dict[tuple[str, int], dict[str, float]] = {}
    for each in records:
        if each.ok and each.epoch_s:
            blocks.setdefault((each.session, each.run), {})[each.arm] = math.log(each.epoch_s)
    arms = list(dict.fromkeys(each.arm for each in records if each.ok))
    whole = [block for block in blocks.values() if len(block) == len(arms)]
    if len(whole) < FEWEST_BLOCKS or len(arms) < FEWEST_ARMS:
        return {}
    from scipy.optimize import nnls  # a third of a second to import, so only where there is something to solve

    pairs = list(combinations(range(len(arms)), 2))
    variances = [statistics.variance(block[arms[i]] - block[arms[j]] for block in whole) for i, j in pairs]
    own, _ = nnls([[float(arm in pair) for arm in range(len(arms))] for pair in pairs], variances)
    return {arm: math.expm1(math.sqrt(variance)) for arm, variance in zip(arms, own, strict=True)}


def sentences(comparison: Comparison) -> Iterator[str]:
    """For each group of backends in which one varies much more than the others, which one that is."""
    groups: dict[str, list[Record]] = {}
    for row in comparison.rows if comparison.by == "backend" else ():
        groups.setdefault(row.group, []).extend(row.records)
    for group, records in groups.items():
        if text := sentence(of_arms(records)):
            yield f"{group}: {text}"


def sentence(spreads: Mapping[str, float]) -> str | None:
    """Say which arm varies most, where that stands out; None where no arm does."""
    if not spreads:
        return None
    worst = max(spreads, key=spreads.__getitem__)
    others = statistics.median(spread for arm, spread in spreads.items() if arm != worst)
    if spreads[worst] < max(APART * others, WORTH_SAYING):
        return None
    return (
        f"{worst} differs by {fmt.share(spreads[worst])} from process to process, the others by {fmt.share(others)}: "
        f"ratios to {worst} are wide for that reason"
    )
