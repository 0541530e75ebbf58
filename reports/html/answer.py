"""The answer at the top of a report: which backend is the best for which family."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import get_args

from analysis import format as fmt
from analysis import utilisation
from analysis.comparison import Floors, Row, compare
from analysis.pairs import verdict
from analysis.record import Record
from models.point import Family
from reports.arms import baselines, ordered
from reports.html.sentence import pooled, sentence

FAMILIES = get_args(Family)


@dataclass(frozen=True)
class Cell:
    """A backend in a family. heat: -1 (a fifth, or less) to 1 (five times, or more); 0 without a verdict."""

    text: str
    note: str = ""
    heat: float = 0.0


@dataclass(frozen=True)
class Answer:
    """The top of the report.

    baseline: the arm that all ratios refer to; empty where nothing was measured. sentences: the short answer.
    memory_kinds: the kinds of memory that the peaks are of (docs/measuring.md#memory). tables: speed-up, memory and
    error, each with every family's cells by backend.
    """

    baseline: str
    arms: tuple[str, ...]
    sentences: tuple[str, ...]
    memory_kinds: tuple[str, ...]
    tables: Mapping[str, Mapping[str, Mapping[str, Cell]]]


def answer(records: Sequence[Record], baseline: str | None, floors: Floors) -> Answer:
    """Families by backends. Ratios are geometric means over a family's points, to one named baseline.

    baseline: the user's choice; where it has no complete run, or is None, the backend with the most points is taken.
    Points of another kind of data, or with other settings, have a line of their own. Results of the profile `smoke`
    have no time that means anything, and are left out.
    """
    records = [each for each in records if each.profile != "smoke"]
    preferred = baselines(records, baseline)
    named = next(iter(preferred), "")
    comparison = compare(records, "backend", preferred, floors)
    kinds = {each.group: each.kind for each in records if each.ok}
    families: dict[str, dict[str, list[Row]]] = {}
    for row in sorted(comparison.rows, key=lambda row: FAMILIES.index(row.family) if row.family in FAMILIES else -1):
        what = f"{row.family}{row.group.removeprefix(row.point)}, {kinds.get(row.group, 'unknown data')}"
        families.setdefault(what, {}).setdefault(row.arm, []).append(row)
    tables = {
        "Speed-up": {
            what: {arm: _speed_up(rows, named, floors) for arm, rows in of.items()} for what, of in families.items()
        },
        "Memory": {what: {arm: _memory(rows, named) for arm, rows in of.items()} for what, of in families.items()},
        "Test error": {
            what: {arm: _error(rows, of.get(named, ())) for arm, rows in of.items()} for what, of in families.items()
        },
    }
    sentences = [sentence(what, of, floors) for what, of in families.items()]
    sentences += [utilisation.sentence(what, of) for what, of in families.items()]
    memory = dict.fromkeys(each.memory_kind for each in records if each.ok and each.memory_kind)
    arms = ordered({each.arm for each in records})
    return Answer(named, tuple(arms), tuple(filter(None, sentences)), tuple(memory), tables)


def _beside(rows: Sequence[Row], baseline: str) -> list[Row]:
    """The rows with a ratio to this baseline: ratios to another one would mean something else."""
    return [row for row in rows if row.baseline == baseline]


def _speed_up(rows: Sequence[Row], baseline: str, floors: Floors) -> Cell:
    if not any(row.epoch for row in rows):
        return Cell(*_nothing(rows))
    if rows[0].arm == baseline:
        return Cell("1", f"the baseline{_failed(rows)}")
    beside = _beside(rows, baseline)
    ratios = [row.speed_up for row in beside if row.speed_up]
    mean = pooled(ratios)
    if mean is None:
        reasons = dict.fromkeys(row.reason for row in beside if row.reason)
        return Cell("not comparable", "; ".join(reasons) or f"{baseline} has no result at these points")
    means = verdict(mean, floors.get(rows[0].noise, 0.0))
    heat = max(-1.0, min(1.0, math.log(mean.value, 5))) if means in ("faster", "slower") else 0.0
    return Cell(fmt.ratio(mean), f"{means}, {_points(len(ratios), rows)}{_failed(rows)}{_doubted(beside)}", heat)


def _memory(rows: Sequence[Row], baseline: str) -> Cell:
    peaks = [row.peak_memory_mib for row in rows if row.peak_memory_mib is not None]
    if not peaks:
        return Cell(*_nothing(rows))
    note = f"{fmt.span(min(peaks), max(peaks))} MiB"
    if rows[0].arm == baseline:
        return Cell("1", note)
    mean = pooled([row.memory for row in _beside(rows, baseline) if row.memory])
    if mean is None:
        return Cell(fmt.NOTHING, note)
    heat = max(-1.0, min(1.0, -math.log(mean.value, 5))) if mean.significant else 0.0
    return Cell(fmt.ratio(mean), note, heat)


def _error(rows: Sequence[Row], baseline: Sequence[Row]) -> Cell:
    """The median error in percent, and how far it is from the baseline's; points whose error is in mm are left out."""
    base = {row.group: row.test_error.value for row in baseline if row.test_error}
    mine = [(row, row.test_error.value) for row in rows if row.test_error and _in_percent(row)]
    if not mine:
        return Cell(*_nothing(rows))
    beside = [(row, error) for row, error in mine if row.group in base]
    gaps = [error - base[row.group] for row, error in beside]
    doubts = sum(any(flag.code == "error-gap" for flag in row.flags) for row, _ in beside)
    note = f"{median(gaps):+.2f} points beside the baseline" if gaps else ""
    note += f"; {doubts} of {len(beside)} differ by more than the seeds" if doubts else ""
    return Cell(f"{median(error for _, error in mine):.2f} %", note)


def _in_percent(row: Row) -> bool:
    return all(each.error_unit == "%" for each in row.records if each.ok)


def _points(count: int, rows: Sequence[Row]) -> str:
    """The number of points in a ratio, with the number of all that the backend measured where some are not in it."""
    measured = sum(row.epoch is not None for row in rows)
    return (f"{count} of " if count < measured else "") + f"{measured} point" + ("s" if measured > 1 else "")


def _failed(rows: Iterable[Row]) -> str:
    counts = sum((Counter(row.outcomes) for row in rows), Counter[str]())
    failed = [f"{name} {count}" for name, count in counts.items() if name != "ok"]
    return f"; {', '.join(failed)}" if failed else ""


def _doubted(rows: Iterable[Row]) -> str:
    """The doubts about the ratio itself: it may not compare the same work, or a sound set-up."""
    codes = dict.fromkeys(flag.code for row in rows for flag in row.flags)
    doubts = [code for code in ("parameter-counts", "error-gap", "implausible-ratio") if code in codes]
    return f"; flagged: {', '.join(doubts)}" if doubts else ""


def _nothing(rows: Sequence[Row]) -> tuple[str, str]:
    outcomes = dict.fromkeys(name for row in rows for name in row.outcomes if name != "ok")
    return (", ".join(outcomes) or fmt.NOTHING), rows[0].reason
