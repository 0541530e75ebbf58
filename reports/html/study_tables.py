"""Tables 4.3 to 4.34 of the study with what was measured beside what is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import study
from analysis import format as fmt
from analysis.comparison import Comparison, Row
from analysis.record import Record
from models.catalogue import Point, point, points
from reports.arms import ordered

TITLES = {"4.3": "Mean time of five runs, and its spread"}


@dataclass(frozen=True)
class StudyRow:
    """A backend at a point. printed: the study's time, memory, training and test error; measured: the same of ours."""

    point: str
    parameters: str
    backend: str
    printed: tuple[str, str, str, str]
    measured: tuple[str, str, str, str]
    runs: str
    remarks: str


@dataclass(frozen=True)
class StudyTable:
    """A table of the study. axis: empty where it has no sweep. results: whether it has results, and not only counts."""

    number: str
    title: str
    family: str
    dataset: str
    axis: str
    results: bool
    rows: tuple[StudyRow, ...]

    @property
    def measured(self) -> bool:
        return any(row.runs for row in self.rows)


def tables(comparison: Comparison) -> list[StudyTable]:
    """All tables, measured or not. Results with replaced settings are not in them, nor are points of one's own."""
    rows: dict[str, dict[str, Row]] = {}
    for row in comparison.rows:
        if row.group == row.point:
            rows.setdefault(row.point, {})[row.arm] = row
    listed: dict[str, dict[str, Point]] = {}
    for each in points():
        if each.table:
            listed.setdefault(each.table, {})[each.id] = each
    for result in study.results():
        listed.setdefault(result.table, {})[result.point] = point(result.point)
    return [_table(number, listed[number], rows) for number in sorted(listed, key=lambda name: int(name[2:]))]


def _table(number: str, members: Mapping[str, Point], rows: Mapping[str, Mapping[str, Row]]) -> StudyTable:
    first = next(iter(members.values()))
    printed = {(r.point, r.backend): r for r in study.results() if r.table == number}
    swept = len(members) > 1 and number not in TITLES
    axis = (first.axis or "") if swept else ""
    same = f"{first.architecture} on {first.dataset}" + (f", over {axis.replace('_', ' ')}" if axis else ", results")
    lines = [line for each in members.values() for line in _lines(each, rows.get(each.id, {}), printed)]
    title = TITLES.get(number, same)
    several = len({each.dataset for each in members.values()}) > 1
    family, dataset = ("", "") if several else (first.family, first.dataset)
    return StudyTable(number, title, family, dataset, axis, bool(printed), tuple(lines))


def _lines(
    where: Point, rows: Mapping[str, Row], printed: Mapping[tuple[str, study.StudyBackend], study.Result]
) -> Iterator[StudyRow]:
    theirs: dict[str, study.Result] = {backend: result for (id, backend), result in printed.items() if id == where.id}
    count = "-" if where.printed_params is None else f"{where.printed_params:,}"
    for arm in ordered([*theirs, *(arm for arm in rows if arm not in theirs)]) or [""]:
        row = rows.get(arm)
        yield StudyRow(
            where.id, _counted(count, row), arm or "not measured", _printed(theirs.get(arm)), _measured(row),
            str(row.outcomes.get("ok", 0)) if row else "", _remarks(row),
        )  # fmt: skip


def _counted(printed: str, row: Row | None) -> str:
    """The printed count of parameters, and the workers' count where that differs."""
    counts = {each.params for each in row.records if each.ok} if row else set()
    return ", counted ".join([printed, *(f"{n:,}" for n in counts if isinstance(n, int) and f"{n:,}" != printed)])


def _printed(result: study.Result | None) -> tuple[str, str, str, str]:
    if result is None:
        return ("", "", "", "")
    spread = "" if result.spread_s is None else f" ± {fmt.significant(result.spread_s)}"
    rest = (result.memory_mib, result.train_error, result.test_error)
    memory, train, test = (fmt.NOTHING if value is None else f"{value:,}" for value in rest)
    return f"{result.time_s:,}{spread}", memory, train, test


def _measured(row: Row | None) -> tuple[str, str, str, str]:
    if row is None or row.epoch is None:
        return ("", "", "", "")
    unit = " mm" if any(each.error_unit == "mm" for each in row.records) else ""
    train, test = (fmt.error(error) + (unit if error else "") for error in (row.train_error, row.test_error))
    tried = all(each.profile == "smoke" for each in row.records)
    return fmt.NOTHING if tried else fmt.total(row.total), fmt.significant(row.peak_memory_mib), train, test


def _remarks(row: Row | None) -> str:
    if row is None:
        return ""
    failed = [f"{name} {count}" for name, count in row.outcomes.items() if name != "ok"]
    data = dict.fromkeys(text for each in row.records if each.ok for text in _labels(each))
    return ", ".join([*failed, *data, *dict.fromkeys(flag.code for flag in row.flags)])


def _labels(record: Record) -> Iterator[str]:
    if (data := record.data) not in (None, "real"):
        yield f"{data} data"
    if record.profile == "smoke":
        yield "profile smoke"
    if record.steady:
        yield "steady"
