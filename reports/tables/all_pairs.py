"""Every pair of arms of a group in one table: a row's time over a column's, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from analysis import format as fmt
from analysis.comparison import Comparison, Row
from analysis.pairs import differences, ratio
from analysis.record import Record
from reports.tables.writing import MARKDOWN, as_text, escape

LEGEND = """A row's time over a column's: above 1 the column's is faster, with 95 % confidence intervals. Of many pairs
some are wrong by chance."""


def text(comparison: Comparison, style: str) -> str:
    """A table for each group with at least three arms that have a result; empty where there is none."""
    groups: dict[str, list[Row]] = {}
    for row in comparison.rows:
        if any(each.ok for each in row.records):
            groups.setdefault(row.group, []).append(row)
    mark = "### " if style == MARKDOWN else ""
    parts = [
        f"{mark}{escape(f'All pairs of {group}', style)}\n\n{_table(rows, comparison, style)}"
        for group, rows in groups.items()
        if len(rows) > 2
    ]
    return "\n\n".join([*parts, LEGEND]) if parts else ""


def _table(rows: Sequence[Row], comparison: Comparison, style: str) -> str:
    complete = {row.arm: [each for each in row.records if each.ok] for row in rows}
    cells = [
        [arm, *(_cell(mine, theirs, comparison) if arm != other else "" for other, theirs in complete.items())]
        for arm, mine in complete.items()
    ]
    return as_text(cells, ["", *complete], style)


def _cell(mine: Sequence[Record], theirs: Sequence[Record], comparison: Comparison) -> str:
    if differences(mine, theirs, comparison.by):
        return "not comparable"
    return fmt.ratio(ratio(mine, theirs, "epoch_s"))
