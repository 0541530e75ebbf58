"""Statistics of runs as pure functions: medians, ratios with their intervals, pooling, many verdicts at once."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

Method = Literal["paired", "unpaired", "pooled"]


@cache
def special() -> Any:
    """scipy.special, imported late: a sixth of a second that a session need not spend before its first benchmark."""
    from scipy import special

    return special


def t_quantile(freedom: float, confidence: float = 0.95) -> float:
    """Student's t that a two-sided interval of this confidence reaches to."""
    return float(special().stdtrit(freedom, (1 + confidence) / 2))


def interval(centre: float, spread: float, freedom: float, confidence: float = 0.95) -> tuple[float, float]:
    """Student's t interval of a positive quantity whose logarithm is `centre` with this standard error."""
    half = t_quantile(freedom, confidence) * spread
    return math.exp(centre - half), math.exp(centre + half)


def half_width(spread: float, freedom: float, confidence: float = 0.95) -> float:
    """How far such an interval reaches to each side, relative to its centre: 0.05 is 5 %."""
    return math.expm1(t_quantile(freedom, confidence) * spread)


UNKNOWN = 3.0  # an interval that spans more than this factor says nothing


@dataclass(frozen=True)
class Median:
    """A median between two order statistics, and the exact probability that they hold the true one between them."""

    value: float
    low: float
    high: float
    coverage: float


def median(values: Sequence[float], confidence: float = 0.95) -> Median:
    """The median with the narrowest symmetric pair of order statistics that covers it with this confidence.

    Exact for any continuous distribution. Fewer than 6 values can't reach 95 %: then low and high are the extremes,
    and `coverage` says what they are worth. Raises ValueError for an empty sequence.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("a median needs at least one value")
    count = len(ordered)
    rank, missed = 1, special().bdtr(0, count, 0.5)
    while (more := special().bdtr(rank, count, 0.5)) <= (1 - confidence) / 2:
        rank, missed = rank + 1, more
    return Median(statistics.median(ordered), ordered[rank - 1], ordered[-rank], 1 - 2 * float(missed))


@dataclass(frozen=True)
class Ratio:
    """A ratio with its confidence interval; low and high are NaN where there are too few runs for one.

    pairs: blocks of a paired ratio, the smaller number of runs of an unpaired one, ratios that were pooled.
    spread, freedom: standard error and degrees of freedom of its logarithm.
    """

    value: float
    low: float
    high: float
    pairs: int
    spread: float = math.nan
    freedom: float = math.nan
    method: Method = "paired"

    @property
    def half_width(self) -> float:
        """How far the interval reaches to each side, relative to the ratio; NaN where there is none."""
        return math.sqrt(self.high / self.low) - 1

    @property
    def unknown(self) -> bool:
        """Whether the interval spans so much that its middle says nothing; without an interval nobody knows."""
        return self.high > UNKNOWN * self.low

    @property
    def significant(self) -> bool:
        """Whether the interval leaves 1 out."""
        return self.low > 1 or self.high < 1

    @property
    def p(self) -> float:
        """Two-sided probability of a ratio at least this far from 1 if the truth were 1; NaN without an interval."""
        if math.isnan(self.spread):
            return math.nan
        if self.spread == 0:
            return 1.0 if self.value == 1 else 0.0
        return 2 * float(special().stdtr(self.freedom, -abs(math.log(self.value)) / self.spread))

    @property
    def inverse(self) -> Ratio:
        """The ratio with its arms swapped."""
        return replace(self, value=1 / self.value, low=1 / self.high, high=1 / self.low)


def _ratio(centre: float, spread: float, freedom: float, pairs: int, method: Method, confidence: float) -> Ratio:
    """The ratio whose logarithm is `centre` with this standard error, by Student's t."""
    low, high = interval(centre, spread, freedom, confidence)
    return Ratio(math.exp(centre), low, high, pairs, spread, freedom, method)


def _logarithms(values: Sequence[float]) -> list[float]:
    if not values:
        raise ValueError("a ratio needs at least one value on each side")
    wrong = next((value for value in values if not 0 < value < math.inf), None)
    if wrong is not None:
        raise ValueError(f"a ratio needs positive finite values, not {wrong}")
    return [math.log(value) for value in values]


def paired_ratio(numerators: Sequence[float], denominators: Sequence[float], confidence: float = 0.95) -> Ratio:
    """The ratio of two backends from one positive value per run and backend, paired by block.

    Student's t on the logarithms of the paired ratios: it holds its coverage at 3 to 20 runs, where the plain
    bootstrap does not. Raises ValueError for unequal or empty sequences and for values that are not positive.
    """
    logs = [a - b for a, b in zip(_logarithms(numerators), _logarithms(denominators), strict=True)]
    centre = statistics.fmean(logs)
    if len(logs) == 1:
        return Ratio(math.exp(centre), math.nan, math.nan, 1)
    spread = statistics.stdev(logs) / math.sqrt(len(logs))
    return _ratio(centre, spread, len(logs) - 1, len(logs), "paired", confidence)


def unpaired_ratio(numerators: Sequence[float], denominators: Sequence[float], confidence: float = 0.95) -> Ratio:
    """The ratio of geometric means of two samples that share no blocks: Welch's t on the logarithms.

    Raises ValueError for empty sequences and for values that are not positive.
    """
    samples = _logarithms(numerators), _logarithms(denominators)
    centre = statistics.fmean(samples[0]) - statistics.fmean(samples[1])
    counts = [len(sample) for sample in samples]
    if min(counts) == 1:
        return Ratio(math.exp(centre), math.nan, math.nan, 1, method="unpaired")
    parts = [statistics.variance(sample) / len(sample) for sample in samples]
    freedom = _satterthwaite(parts, [count - 1 for count in counts])
    return _ratio(centre, math.sqrt(sum(parts)), freedom, min(counts), "unpaired", confidence)


def pooled_ratio(ratios: Sequence[Ratio], confidence: float = 0.95) -> Ratio:
    """The geometric mean of ratios of different points, each with equal weight.

    Its interval says how well these points' mean is known, not how much the points differ. No interval where one of
    them has none. Raises ValueError for an empty sequence.
    """
    if not ratios:
        raise ValueError("a geometric mean needs at least one ratio")
    centre = statistics.fmean(math.log(ratio.value) for ratio in ratios)
    parts = [(ratio.spread / len(ratios)) ** 2 for ratio in ratios]
    if any(math.isnan(part) for part in parts):
        return Ratio(math.exp(centre), math.nan, math.nan, len(ratios), method="pooled")
    freedom = _satterthwaite(parts, [ratio.freedom for ratio in ratios])
    return _ratio(centre, math.sqrt(sum(parts)), freedom, len(ratios), "pooled", confidence)


def _satterthwaite(variances: Sequence[float], freedoms: Sequence[float]) -> float:
    """Degrees of freedom of a sum of independent estimates of variance."""
    total = sum(variances)
    if total == 0:
        return sum(freedoms)
    return 1 / sum((part / total) ** 2 / freedom for part, freedom in zip(variances, freedoms, strict=True))


def holm(probabilities: Sequence[float]) -> list[float]:
    """Holm's adjusted probabilities in the given order: below 0.05 a verdict stands among all of these.

    NaN marks what was not tested: it stays NaN and doesn't count.
    """
    tested = sorted((p, index) for index, p in enumerate(probabilities) if not math.isnan(p))
    adjusted, highest = [math.nan] * len(probabilities), 0.0
    for rank, (p, index) in enumerate(tested):
        highest = max(highest, min(1.0, p * (len(tested) - rank)))
        adjusted[index] = highest
    return adjusted
