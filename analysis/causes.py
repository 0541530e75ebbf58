"""A cause that holds for most results is the machine's: it is said once, above the tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from analysis.comparison import Comparison

OF_THE_MACHINE = (
    "processors-moved", "uneven-speed", "stolen-time", "loaded-machine", "foreign-load", "throttled", "cpu-quota",
    "low-memory", "on-battery", "slow-harness",
)  # fmt: skip
FEWEST = 4  # results, below which none is the rule


def hoisted(comparison: Comparison) -> tuple[list[str], Comparison]:
    """Sentences on what holds for most results, and the comparison without these flags at its rows."""
    rows = [row for row in comparison.rows if any(each.ok for each in row.records)]
    counts = Counter(code for row in rows for code in {flag.code for flag in row.flags} if code in OF_THE_MACHINE)
    common = [code for code, count in counts.items() if len(rows) >= FEWEST and 2 * count > len(rows)]
    sentences = []
    for code in common:
        flags = [flag for row in rows for flag in row.flags if flag.code == code]
        texts = list(dict.fromkeys(flag.text for flag in flags))
        text = texts[0] if len(texts) == 1 else f"{texts[0]}, for example"
        sentences.append(f"In {counts[code]} of {len(rows)} results: {code}: {text} ({flags[0].link})")
    if not common:
        return [], comparison
    kept = tuple(
        replace(row, flags=tuple(flag for flag in row.flags if flag.code not in common)) for row in comparison.rows
    )
    if any(code in ("processors-moved", "uneven-speed") for code in common) and _in_turns(comparison):
        sentences.append(
            "Such changes are in the times of single backends. Ratios are of backends that trained in turns, within "
            "seconds of each other, so that they hold."
        )
    return sentences, replace(comparison, rows=kept)


def _in_turns(comparison: Comparison) -> bool:
    records = [each for row in comparison.rows for each in row.records if each.ok]
    return comparison.by == "backend" and all(each.turns == "alternate" for each in records)
