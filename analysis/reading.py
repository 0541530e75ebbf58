"""Records from JSON of this version of the suite or an older one: each field is checked by the table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from analysis.record import VERSION, Record, table
from models.catalogue import points

TABLE = table()
NEVER_NULL = ("study_epochs", "study_examples", "rounds_s", "warmup_s")
NEVER_NULL_IF_OK = ("first_epoch_s", "measured_total_s", "projected_total_s", "batches", "examples", "batch_size")


class BadRecord(Exception):
    """A record that can't be used; the text names the field and its value."""


class NewerRecord(BadRecord):
    """A record of a version that this suite doesn't know yet: update the suite."""


def record(raw: object, session: str = "") -> Record:
    """A record from JSON of this version or an older one.

    Raises BadRecord for anything else and for a field of another kind, NewerRecord for a newer version.
    """
    if not isinstance(raw, dict) or not isinstance(raw.get("record_version"), int):
        raise BadRecord("it is no record of this suite: it has no whole number as record_version")
    if raw["record_version"] > VERSION:
        raise NewerRecord(
            f"it is a record of version {raw['record_version']}, and this suite knows those up to {VERSION}: update it"
        )
    fields = migrated(raw)
    unknown = {name: value for name, value in fields.items() if name not in TABLE}
    for name in _null(raw):
        raise BadRecord(_problem(fields, name))
    try:
        made = msgspec.convert({**fields, "session": session, "unknown": unknown}, Record)
    except msgspec.ValidationError as error:
        raise BadRecord(_problem(fields, _at_fault(str(error)))) from None
    for name in _missing(made, fields):
        raise BadRecord(_problem(fields, name))
    return made


def _null(raw: Mapping[str, Any]) -> Iterable[str]:
    """The fields that are null here; they may be left out of a record, but not be null."""
    good = raw.get("outcome") == "ok"
    if raw.get("outcome") is None:
        yield "outcome"
    yield from (name for name in NEVER_NULL + (NEVER_NULL_IF_OK if good else ()) if name in raw and raw[name] is None)


def _missing(made: Record, fields: Mapping[str, Any]) -> Iterable[str]:
    """The fields that a record needs and lacks."""
    if made.ok and made.epoch_s is None:
        yield "epoch_s"
    if made.ok and "rounds_s" in fields and not made.rounds_s:
        yield "rounds_s"
    if made.ok and made.short_batches and not made.short_rounds_s:
        yield "short_rounds_s"


def _at_fault(error: str) -> str:
    """The field of the table that msgspec objects to, or to a part of."""
    missing = re.search(r"missing required field `(\w+)`", error)
    at_fault = re.search(r"`\$\.(\w+)", error)
    return missing[1] if missing else at_fault[1] if at_fault else ""


def _problem(fields: Mapping[str, Any], name: str) -> str:
    return f"its field {name} is {fields.get(name)!r:.200}, which can't be"


def migrated(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a record of any version as this version writes them; `raw` itself is not changed."""
    fields = {name: value for name, value in raw.items() if value is not None}
    if fields["record_version"] == 1:
        flags = fields.get("flags") or []
        fields["flags"] = [_flag(sentence) for sentence in flags] if isinstance(flags, list) else flags
        schedule = next((point.training for point in points() if point.id == fields.get("point")), None)
        if schedule:
            fields.setdefault("study_epochs", schedule.epochs)
            fields.setdefault("study_examples", schedule.examples)
    fields["record_version"] = VERSION
    return fields


def _flag(flag: Any) -> dict[str, str]:
    """Version 1 wrote "code: sentence"."""
    if isinstance(flag, dict):
        return flag
    code, _, text = str(flag).partition(": ")
    return {"code": code, "text": text}
