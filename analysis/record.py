"""A benchmark's record: the table of fields (analysis/fields.py) with what follows from a record's own fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

import msgspec

from analysis import table as tables
from analysis.fields import OUTCOMES, VERSION, Flag, Measure, Outcome, Printed, Turns
from analysis.table import Column, Field

__all__ = [
    "OUTCOMES",
    "VERSION",
    "Flag",
    "Measure",
    "Outcome",
    "Record",
    "Turns",
    "columns",
    "counted",
    "group",
    "table",
]


class Record(Printed, kw_only=True):
    """One benchmark's record. It is filled as the benchmark goes, so that whatever was measured is kept."""

    where: ClassVar[tuple[str, ...]] = ("analysis/record.py",)
    session: Annotated[str, Field("the saved run that it was read from; not written")] = ""
    unknown: Annotated[dict[str, Any], Field("what it holds besides this table, kept as it came")] = {}  # noqa: RUF012 (msgspec copies it)

    @property
    def ok(self) -> bool:
        return self.outcome == "ok"

    @property
    def arm(self) -> str:
        """The backend, or the second name that it ran under."""
        return self.backend_alias or self.backend

    @property
    def steady(self) -> bool:
        """Whether known causes of jumping times were taken away (--steady)."""
        return bool(self.options.get("steady"))

    @property
    def kind(self) -> str:
        """The label that figures of such runs need: the kind of data, and whether the runs are steady."""
        return f"{self.data or 'unknown'} data" + (", steady" if self.steady else "")

    @property
    def trains(self) -> bool:
        return self.measure == "train"

    @property
    def noise(self) -> str:
        """The name of the machine's noise floor for it: its family's, of trainings or of forward passes."""
        return self.family if self.trains else f"{self.family} {self.measure}"

    @property
    def total_s(self) -> float | None:
        """The study's total training time, measured or projected from this run; None where a record has none."""
        return (self.measured_total_s or self.projected_total_s) if self.ok else None

    @property
    def group(self) -> str:
        return group(self.point, self.overridden)

    def json(self) -> dict[str, Any]:
        """The record as it is written: values of JSON, without the fields that it doesn't have."""
        values: dict[str, Any] = msgspec.to_builtins(self)
        lacking = _lacking()
        written = {name: value for name, value in values.items() if name not in lacking or value != lacking[name]}
        return {name: value for name, value in written.items() if name not in NOT_IN_TABLE} | self.unknown


NOT_IN_TABLE = ("session", "unknown")


@cache
def _lacking() -> dict[str, Any]:
    """The values of fields that a record doesn't have, by name."""
    fields = [each for each in msgspec.structs.fields(Record) if each.name not in ("flags", "overridden")]
    values = {each.name: each.default for each in fields if each.default in (None, "")}
    return values | {each.name: each.default_factory() for each in fields if callable(each.default_factory)}


@cache
def table() -> Mapping[str, Column]:
    """Each field of a record as it is written, by name and in order."""
    return MappingProxyType(tables.columns(Record, NOT_IN_TABLE))


def columns(*names: str) -> tuple[Column, ...]:
    """The columns of these fields; raises KeyError for a name that is not in the table."""
    return tuple(table()[name] for name in names)


def group(point: str, overridden: Mapping[str, Any]) -> str:
    """The id of what is compared with its like: a point, and the settings of the study that the user replaced."""
    return " ".join([point, *(f"{name}={value}" for name, value in sorted(overridden.items()))])


def counted(records: Iterable[Record]) -> list[Record]:
    """The records without runs of a pilot that planned others: these decided how often the ratio is measured.

    (Simulated with pilots of three runs: if they counted, 95 % intervals would hold the truth in 91 % of cases.)
    """
    records = list(records)
    planned = {(each.session, each.group) for each in records if not each.pilot}
    return [each for each in records if not each.pilot or (each.session, each.group) not in planned]
