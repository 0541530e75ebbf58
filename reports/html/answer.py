"""What a report opens with: which backend for which family."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import get_args

from models.point import Family
from reports import format as fmt
from reports.comparison import Floors, Row, compare
from reports.pairs import verdict
from reports.records import Record
from reports.statistics import Ratio, pooled_ratio
from reports.styles import ordered

FAMILIES = get_args(Family)


@dataclass(frozen=True)
class Cell:
    """A backend in a family. heat: -1 (a fifth, or less) to 1 (five times, or more); 0 without a verdict."""

    text: str
    note: str = ""
    heat: float = 0.0


@dataclass(frozen=True)
class Answer:
    """What stands at the top.

    sentences: the short answer. memory_kinds: of which memory the peaks are (docs/measuring.md#memory). tables: of
    speed-up, memory and error, each family's cells by backend.
    """

    baseline: str
    arms: tuple[str, ...]
    sentences: tuple[str, ...]
    memory_kinds: tuple[str, ...]
    tables: Mapping[str, Mapping[str, Mapping[str, Cell]]]


def answer(records: Sequence[Record], baseline: str | None, floors: Floors) -> Answer:
    """Families by backends. Ratios are geometric means over a family's points, to one named baseline.

    Points of another kind of data, or with other settings, are apart. Results of the profile `smoke` have no time that
    means anything, and are left out.
    """
    records = [each for each in records if each.fields.get("profile") != "smoke"]
    arms = ordered({each.arm for each in records})
    found = compare(records, "backend", [baseline] if baseline else arms, floors)
    data = {each.group: each.fields.get("data") for each in records if each.ok}
    families: dict[str, dict[str, list[Row]]] = {}
    for row in sorted(found.rows, key=lambda row: FAMILIES.index(row.family) if row.family in FAMILIES else -1):
        what = f"{row.family}{row.group.removeprefix(row.point)}, {data.get(row.group) or 'unknown'} data"
        families.setdefault(what, {}).setdefault(row.arm, []).append(row)
    tables = {
        "Speed-up": {what: {arm: _speed_up(rows, floors) for arm, rows in of.items()} for what, of in families.items()},
        "Memory": {what: {arm: _memory(rows) for arm, rows in of.items()} for what, of in families.items()},
        "Test error": {what: {arm: _error(rows, of) for arm, rows in of.items()} for what, of in families.items()},
    }
    sentences = [_sentence(what, of, floors) for what, of in families.items()]
    kinds = dict.fromkeys(each.memory_kind for each in records if each.memory_kind)
    return Answer(baseline or next(iter(arms), ""), tuple(arms), tuple(filter(None, sentences)), tuple(kinds), tables)


def _speed_up(rows: Sequence[Row], floors: Floors) -> Cell:
    if not any(row.epoch for row in rows):
        return Cell(*_nothing(rows))
    if all(row.verdict == "baseline" for row in rows):
        return Cell("1", "the baseline")
    found = _pooled([row.speed_up for row in rows if row.speed_up])
    if found is None:
        return Cell("not comparable", "; ".join(dict.fromkeys(row.reason for row in rows if row.reason)))
    says = verdict(found, floors.get(rows[0].family, 0.0))
    heat = max(-1.0, min(1.0, math.log(found.value, 5))) if says in ("faster", "slower") else 0.0
    return Cell(fmt.ratio(found), f"{says}, {_points(rows, 'speed_up')}{_failed(rows)}{_doubted(rows)}", heat)


def _memory(rows: Sequence[Row]) -> Cell:
    peaks = [row.peak_memory_mib for row in rows if row.peak_memory_mib is not None]
    if not peaks:
        return Cell(*_nothing(rows))
    note = f"{fmt.span(min(peaks), max(peaks))} MiB"
    if all(row.verdict == "baseline" for row in rows):
        return Cell("1", note)
    found = _pooled([row.memory for row in rows if row.memory])
    if found is None:
        return Cell(fmt.NOTHING, note)
    heat = max(-1.0, min(1.0, -math.log(found.value, 5))) if found.significant else 0.0
    return Cell(fmt.ratio(found), note, heat)


def _error(rows: Sequence[Row], family: Mapping[str, Sequence[Row]]) -> Cell:
    """The median error, and how far it is from the baseline's: in points of percent, points in mm left out."""
    base = {row.group: row for of in family.values() for row in of if row.verdict == "baseline"}
    mine = [row for row in rows if row.test_error and _in_percent(row)]
    if not mine:
        return Cell(*_nothing(rows))
    gaps = [
        row.test_error.value - against.test_error.value
        for row in mine
        if row.test_error and (against := base.get(row.group)) and against.test_error
    ]
    errors = [row.test_error.value for row in mine if row.test_error]
    doubts = sum(any(flag.code == "error-gap" for flag in row.flags) for row in mine)
    note = f"{median(gaps):+.2f} points beside the baseline" if gaps else ""
    note += f"; {doubts} of {len(mine)} differ by more than the seeds" if doubts else ""
    return Cell(f"{median(errors):.2f} %", note)


def _in_percent(row: Row) -> bool:
    return all(each.fields.get("error_unit", "%") == "%" for each in row.records if each.ok)


def _pooled(ratios: Sequence[Ratio]) -> Ratio | None:
    return pooled_ratio(ratios) if len(ratios) > 1 else next(iter(ratios), None)


def _points(rows: Sequence[Row], name: str) -> str:
    count = sum(getattr(row, name) is not None for row in rows)
    return f"{count} point" + ("s" if count > 1 else "")


def _failed(rows: Iterable[Row]) -> str:
    failed = [f"{name} {count}" for row in rows for name, count in row.outcomes.items() if name != "ok"]
    return f"; {', '.join(failed)}" if failed else ""


def _doubted(rows: Iterable[Row]) -> str:
    """The doubts that are about the ratio itself: it may not be of the same work, or of a sound set-up."""
    codes = dict.fromkeys(flag.code for row in rows for flag in row.flags)
    told = [code for code in ("parameter-counts", "error-gap", "implausible-ratio") if code in codes]
    return f"; flagged: {', '.join(told)}" if told else ""


def _nothing(rows: Sequence[Row]) -> tuple[str, str]:
    outcomes = dict.fromkeys(name for row in rows for name in row.outcomes if name != "ok")
    return (", ".join(outcomes) or fmt.NOTHING), rows[0].reason


def _sentence(what: str, family: Mapping[str, Sequence[Row]], floors: Floors) -> str:
    """Who is fastest over the points that all have, and whether the next one is really slower."""
    ranks = {arm: rank for arm, rows in family.items() if (rank := _rank(rows)) is not None}
    first, *others = sorted(ranks, key=lambda arm: -ranks[arm]) or [""]
    if not others:
        return f"{what}: only {first} was measured." if first else ""
    mine = [each for arm in (first, others[0]) for row in family[arm] for each in row.records]
    beside = compare(mine, "backend", [first], floors)
    gap = _pooled([row.speed_up for row in beside.compared if row.speed_up])
    says = verdict(gap, floors.get(mine[0].family, 0.0))
    if gap is None or says == "one run":
        return f"{what}: {first} was ahead of {others[0]} in a single run, which says little."
    if says != "slower":
        return f"{what}: {first} and {others[0]} lead, and can't be told apart."
    return f"{what}: {first} is fastest; {others[0]} comes next, at {fmt.ratio(gap)} times its speed."


def _rank(rows: Sequence[Row]) -> float | None:
    if any(row.verdict == "baseline" for row in rows):
        return 1.0
    found = _pooled([row.speed_up for row in rows if row.speed_up])
    return found.value if found else None
