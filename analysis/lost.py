"""What stands beside nothing in a comparison, in sentences: results that are lost, new, or never came.

most: how many groups a sentence names; all where it is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from analysis.comparison import Comparison


def told(found: Comparison, most: int | None = None) -> list[str]:
    """What the baseline has and a later saved run lacks."""
    said = []
    for row in found.lost:
        if row.verdict == "lost":
            said.append((f"{row.arm} has no result of", row.reason, row.group))
        else:
            why = next(flag.text for flag in row.flags if flag.code == "lost-runs")
            said.append((f"{row.arm} lost runs of", why, row.group))
    return _joined(said, most)


def new(found: Comparison, most: int | None = None) -> list[str]:
    """What one backend or one saved run alone has, and no run before it had."""
    often = Counter(row.group for row in found.rows)
    rows = [row for row in found.rows if often[row.group] == 1 and row.outcomes.get("ok")]
    return _joined([(f"only {row.arm} has", "", row.group) for row in rows], most)


def failed(found: Comparison, most: int | None = None) -> list[str]:
    """What never came, beside a baseline or without one."""
    rows = [row for row in found.rows if row.verdict == "no result"]
    return _joined([(f"{row.arm} has no result of", row.reason, row.group) for row in rows], most)


def _joined(said: Iterable[tuple[str, str, str]], most: int | None) -> list[str]:
    """One sentence for each beginning and reason, with the groups that it is said of."""
    places: dict[tuple[str, str], list[str]] = {}
    for beginning, why, group in said:
        places.setdefault((beginning, " ".join(why.split())), []).append(group)
    sentences = []
    for (beginning, why), groups in places.items():
        more = f" and {len(groups) - most} more" if most and len(groups) > most else ""
        sentences.append(f"{beginning} {', '.join(groups[:most])}{more}" + (f": {why}" if why else ""))
    return sentences
