"""What is not known yet, and how much more measuring it takes."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator

from analysis import precision
from analysis.comparison import Comparison, Row

WANTED = 0.1  # half-width of a ratio that a reader can decide by


def sentences(comparison: Comparison) -> Iterator[str]:
    """For each group with ratios that are not known yet, the time that it takes to know them."""
    groups: dict[str, list[Row]] = {}
    for row in comparison.compared:
        groups.setdefault(row.group, []).append(row)
    for group, rows in groups.items():
        wide = [row for row in rows if row.speed_up and row.speed_up.unknown]
        if wide:
            arms = ", ".join(row.arm for row in wide)
            yield f"{group}: not known yet: {arms}{_price(comparison, group, wide)}"


def _price(comparison: Comparison, group: str, rows: list[Row]) -> str:
    """How many more blocks narrow these ratios, in words; two blocks know only roughly how runs vary."""
    ratios = [row.speed_up for row in rows if row.speed_up]
    variance = max(each.spread**2 * each.pairs for each in ratios)
    blocks: dict[tuple[str, int], float] = {}
    for record in (each for row in comparison.rows if row.group == group for each in row.records):
        key = record.session, record.run
        blocks[key] = blocks.get(key, 0.0) + (record.wall_s or 0.0)
    block_s = statistics.fmean(blocks.values())
    if math.isnan(variance) or not block_s:
        return ""
    more = precision.runs_for(variance, WANTED) - min(each.pairs for each in ratios)
    minutes = math.ceil(more * block_s / 60)
    return f"; about {more} more blocks would tell ({minutes} min: --budget={minutes}m)"
