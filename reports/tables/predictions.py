"""Tables of forward passes have no columns that only trainings fill, and the times of mini-batches and examples."""

from __future__ import annotations

from collections.abc import Sequence

from analysis import format as fmt
from analysis.comparison import Row

LEGEND = """speed-up: the baseline's time over this one's, above 1 is faster, with its 95 % confidence interval.
~: the interval contains 1, or the difference is within the machine's noise floor: no verdict.
predict: median over runs of a call over all examples. memory: peak while predicting; relative: over the baseline's.
Nothing was trained, so that there are no errors and no totals: docs/inference.md"""
OF_TRAININGS = ("train err", "test err", "study total")  # columns, by the beginnings of their headers


def adapted(headers: Sequence[str], cells: Sequence[Sequence[str]], rows: Sequence[Row]) -> list[list[str]]:
    """[headers, *cells] of a table, as they are where its rows are of trainings. cells: a line for each of the rows."""
    lines = [[*headers], *([*line] for line in cells)]
    if any(row.trains for row in rows):
        return lines
    place = next(index for index, header in enumerate(headers) if header.startswith(OF_TRAININGS))
    kept = [index for index, header in enumerate(headers) if not header.startswith(OF_TRAININGS)]
    lines = [[line[index] for index in kept] for line in lines]
    lines[0] = [header.replace("epoch [s]", "predict [s]").replace("/epoch", "/predict") for header in lines[0]]
    added = [["mini-batch [ms]", "example [ms]"], *(_parts(row) for row in rows)]
    return [[*line[:place], *more, *line[place:]] for line, more in zip(lines, added, strict=True)]


def _parts(row: Row) -> list[str]:
    """The time of a mini-batch, and of an example."""
    known = next((each for each in row.records if each.ok and each.batches and each.examples), None)
    if row.epoch is None or known is None or not known.batches or not known.examples:
        return [fmt.NOTHING, fmt.NOTHING]
    return [fmt.significant(1e3 * row.epoch.value / count) for count in (known.batches, known.examples)]
