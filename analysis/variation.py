"""How much runs vary, and whether one was steady."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

FIRST_LIMIT = 1.25  # first kept round over the median of the others: above it the warm-up was too short
TREND_LIMIT = 0.05  # change over the whole series, relative to its median: a smaller trend doesn't matter
TREND_PROBABILITY = 0.05


@dataclass(frozen=True)
class Steadiness:
    """The shape of a run's series of rounds.

    first: the first round over the median of the others. trend: Theil and Sen's change from the first to the last
    round, relative to the median. p: Kendall's exact probability of such an order if there were no trend.
    """

    first: float
    trend: float
    p: float

    @property
    def slow_start(self) -> bool:
        return self.first > FIRST_LIMIT

    @property
    def drifting(self) -> bool:
        return abs(self.trend) > TREND_LIMIT and self.p < TREND_PROBABILITY


def steadiness(rounds: Sequence[float]) -> Steadiness:
    """Compare a run's first kept round with the others, and look for a trend. rounds: seconds, in order.

    Fewer than 3 rounds show neither. Five are the fewest that can show a trend at 5 %.
    """
    if len(rounds) < 3:
        return Steadiness(1.0, 0.0, 1.0)
    from scipy.stats import kendalltau  # half a second to import, so only where there are rounds

    first = rounds[0] / statistics.median(rounds[1:])
    pairs = combinations(enumerate(rounds), 2)
    slope = statistics.median((later - earlier) / (j - i) for (i, earlier), (j, later) in pairs)
    p = float(kendalltau(range(len(rounds)), rounds).pvalue) if len(set(rounds)) > 1 else 1.0
    return Steadiness(first, slope * (len(rounds) - 1) / statistics.median(rounds), p)


@dataclass(frozen=True)
class Components:
    """Variances of the logarithm of an epoch's time: between processes, and between rounds of one process.

    freedom: degrees of freedom of the first one.
    """

    between: float
    within: float
    freedom: int

    def of_run(self, rounds: int) -> float:
        """Variance of one run's figure from this many rounds."""
        return self.between + self.within / rounds


def components(runs: Sequence[Sequence[float]]) -> Components:
    """Between- and within-run variance from the rounds of at least two runs, by one-way analysis of variance.

    Raises ValueError for fewer than two runs. A between-run variance that would be negative is 0.
    """
    if len(runs) < 2:
        raise ValueError(f"the variance between runs needs at least 2 of them, not {len(runs)}")
    logs = [[math.log(seconds) for seconds in run] for run in runs]
    sizes = [len(run) for run in logs]
    rounds, count = sum(sizes), len(logs)
    means = [statistics.fmean(run) for run in logs]
    centre = statistics.fmean(value for run in logs for value in run)
    inner = sum((value - mean) ** 2 for run, mean in zip(logs, means, strict=True) for value in run)
    outer = sum(size * (mean - centre) ** 2 for size, mean in zip(sizes, means, strict=True))
    within = inner / (rounds - count) if rounds > count else 0.0
    typical = (rounds - sum(size**2 for size in sizes) / rounds) / (count - 1)  # rounds of a run, if they were equal
    return Components(max(0.0, (outer / (count - 1) - within) / typical), within, count - 1)
