"""How numbers are written: digits, units, and the sign for missing ones."""

from __future__ import annotations

import math

from analysis.statistics import Median, Ratio
from analysis.totals import Total

NOTHING = "-"
UNKNOWN = "not known yet"


def significant(value: float | None, digits: int = 3) -> str:
    """A figure with at least this many digits, never in exponents; '-' where there is none."""
    if value is None or math.isnan(value):
        return NOTHING
    if value == 0 or math.isinf(value):
        return f"{value:g}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}"


def bare(value: Median | Ratio | None) -> str:
    """A median or a ratio without its interval."""
    return NOTHING if value is None else significant(value.value)


def middle(value: Median | None, digits: int = 3) -> str:
    """A median with its interval, or with the extremes and the share of cases in which such a range holds the truth."""
    if value is None:
        return NOTHING
    text = significant(value.value, digits)
    if value.coverage <= 0:
        return text
    note = "" if value.coverage >= 0.95 else f" {value.coverage:.0%}"
    return f"{text} [{significant(value.low, digits)}, {significant(value.high, digits)}]{note}"


def error(value: Median | None) -> str:
    """An error, in percent or mm: its median over seeds and, where there are several, the range."""
    if value is None:
        return NOTHING
    spread = "" if value.low == value.high else f" ({value.low:.2f} to {value.high:.2f})"
    return f"{value.value:.2f}{spread}"


def ratio(value: Ratio | None) -> str:
    """A ratio with its 95 % interval."""
    if value is None:
        return NOTHING
    if math.isnan(value.low):
        return f"{significant(value.value)} (1 run)"
    if value.unknown:
        return UNKNOWN
    return f"{significant(value.value)} [{significant(value.low)}, {significant(value.high)}]"


def total(value: Total | None) -> str:
    """A total training time, and whether it was measured; of a projection, the interval of one training."""
    if value is None:
        return NOTHING
    if value.unknown:
        return f"projected, {UNKNOWN}"
    span = "" if math.isnan(value.low_s) else f" [{significant(value.low_s)}, {significant(value.high_s)}]"
    return f"{'projected ' if value.projected else ''}{significant(value.total_s)}{span}"


def known(value: object) -> str:
    """A value as it is, or '?' where a record doesn't have it."""
    return "?" if value is None else str(value)


def share(value: float) -> str:
    """A share as percent: 0.053 is 5.3 %."""
    return f"{significant(100 * value, 2)} %"


def span(low: float, high: float) -> str:
    """A range, or one figure where it is no wider."""
    first, last = significant(low), significant(high)
    return first if first == last else f"{first} to {last}"


def printed(low: float, high: float) -> str:
    """A range with the digits that the study printed."""
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
