"""One benchmark's record, typed and checked at the edge, whatever version of the suite wrote it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.doubts import Flag
from models.catalogue import points

VERSION = 2
# 1: the first version.
# 2: flags are objects (code, text) and no longer sentences; study_epochs, study_examples, machine, options, commit and
#    error_unit are there; an A/A arm says so (backend_alias, aa_of).

Fits = Callable[[Any], bool]
OUTCOMES = ("ok", "oom", "timeout", "crash", "diverged", "unsupported", "unavailable")


class BadRecord(Exception):
    """A record that can't be used; its text says which field, and what is in it."""


class NewerRecord(BadRecord):
    """A record of a version that this suite doesn't know yet: update the suite."""


@dataclass(frozen=True)
class Record:
    """What reports need of a benchmark; all of its fields as written are in `fields` (docs/results.md).

    arm: the backend, or the second name that it ran under; aa_of: the backend that it then is. session: the saved
    run that it comes from. epoch_s: median seconds of a round. Figures are None unless `outcome` is ok.
    """

    session: str
    point: str
    family: str
    arm: str
    run: int
    outcome: str
    reason: str
    overridden: Mapping[str, Any]
    flags: tuple[Flag, ...]
    fields: Mapping[str, Any]
    aa_of: str | None = None
    epoch_s: float | None = None
    peak_memory_mib: float | None = None
    memory_kind: str | None = None
    train_error: float | None = None
    test_error: float | None = None

    @property
    def ok(self) -> bool:
        return self.outcome == "ok"

    @property
    def backend(self) -> str:
        return self.aa_of or self.arm

    @property
    def pilot(self) -> bool:
        """Whether the run was made to find out how many others a precision takes (--precision)."""
        return bool(self.fields.get("pilot"))

    @property
    def steady(self) -> bool:
        """Whether known causes of jumping times were taken away (--steady)."""
        return bool((self.fields.get("options") or {}).get("steady"))

    @property
    def kind(self) -> str:
        """What figures of such runs must be labelled with: the kind of data, and whether they are steady."""
        return f"{self.fields.get('data') or 'unknown'} data" + (", steady" if self.steady else "")

    @property
    def error_unit(self) -> str:
        """% of the examples, or mm of rain."""
        return str(self.fields.get("error_unit", "%"))

    @property
    def total_s(self) -> float | None:
        """The study's total training time, measured or projected from this run; None where a record has none."""
        return self.fields.get("measured_total_s", self.fields.get("projected_total_s")) if self.ok else None

    @property
    def group(self) -> str:
        """What is compared: the point, and what the user replaced of the study's settings."""
        return " ".join([self.point, *(f"{name}={value}" for name, value in sorted(self.overridden.items()))])


def counted(records: Iterable[Record]) -> list[Record]:
    """Without the runs of a pilot that planned others: ratios must not hold what decided how often they are measured.

    (Simulated with pilots of three runs: if they counted, 95 % intervals would hold the truth in 91 % of cases.)
    """
    records = list(records)
    planned = {(each.session, each.group) for each in records if not each.pilot}
    return [each for each in records if not each.pilot or (each.session, each.group) not in planned]


def record(raw: object, session: str = "") -> Record:
    """A record from JSON of this version or an older one.

    Raises BadRecord for what is no record or holds a field of another kind, NewerRecord for a newer version.
    """
    if not isinstance(raw, dict) or not isinstance(raw.get("record_version"), int):
        raise BadRecord("it is no record of this suite: it has no whole number as record_version")
    if raw["record_version"] > VERSION:
        raise NewerRecord(
            f"it is a record of version {raw['record_version']}, and this suite knows those up to {VERSION}: update it"
        )
    fields = migrated(raw)
    good = _checked(fields, "outcome", _is_outcome) == "ok"
    for name, fits in {**DETAILS, **(MEASURED if good else {})}.items():
        if name in fields:
            _checked(fields, name, fits)
    if good and fields.get("short_batches"):
        _checked(fields, "short_rounds_s", _are_some_times)
    backend = _checked(fields, "backend", _is_text)
    figures = {name: _checked(fields, name, fits) for name, fits in FIGURES.items()} if good else {}
    return Record(
        session=session,
        point=_checked(fields, "point", _is_text),
        family=_checked(fields, "family", _is_text),
        arm=fields.get("backend_alias") or backend,
        run=_checked(fields, "run", _is_whole),
        outcome=fields["outcome"],
        reason=fields.get("reason") or "",
        overridden=fields.get("overridden") or {},
        flags=tuple(Flag(flag["code"], flag["text"]) for flag in _checked(fields, "flags", _are_flags)),
        fields=fields,
        aa_of=fields.get("aa_of"),
        **figures,
    )


def migrated(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an older version as this one writes them; the record's own fields are left as they are."""
    fields = dict(raw)
    if fields["record_version"] == 1:
        flags = fields.get("flags") or []
        fields["flags"] = [_flag(sentence) for sentence in flags] if isinstance(flags, list) else flags
        schedule = next((point.training for point in points() if point.id == fields.get("point")), None)
        if schedule:
            fields.setdefault("study_epochs", schedule.epochs)
            fields.setdefault("study_examples", schedule.examples)
    fields.setdefault("flags", [])
    fields["record_version"] = VERSION
    return fields


def _flag(flag: Any) -> dict[str, str]:
    """Version 1 wrote "code: sentence"."""
    if isinstance(flag, dict):
        return flag
    code, _, text = str(flag).partition(": ")
    return {"code": code, "text": text}


def _checked(fields: Mapping[str, Any], name: str, fits: Fits) -> Any:
    value = fields.get(name)
    if not fits(value):
        raise BadRecord(f"its field {name} is {value!r:.200}, which can't be")
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_outcome(value: Any) -> bool:
    return value in OUTCOMES


def _are_flags(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(flag, dict) and isinstance(flag.get("code"), str) and isinstance(flag.get("text"), str)
        for flag in value
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max  # NaN isn't, nor what no float holds


def _is_positive(value: Any) -> bool:
    return _is_number(value) and bool(value > 0)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and _is_positive(value)


def _is_count(value: Any) -> bool:
    return value == 0 or _is_whole(value)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _are_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(text is None or isinstance(text, str) for text in value.values())


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_number, value))


def _are_times(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_positive, value))


def _are_some_times(value: Any) -> bool:
    return bool(value) and _are_times(value)


def _or_none(fits: Fits) -> Fits:
    return lambda value: value is None or fits(value)


FIGURES: Mapping[str, Fits] = {  # of an `ok` record
    "epoch_s": _is_positive,
    "peak_memory_mib": _or_none(_is_positive),
    "memory_kind": _or_none(_is_text),
    "train_error": _or_none(_is_number),
    "test_error": _or_none(_is_number),
}
MEASURED: Mapping[str, Fits] = {  # of an `ok` record, where it has them
    "rounds_s": _are_some_times,
    **dict.fromkeys(("first_epoch_s", "measured_total_s", "projected_total_s"), _is_positive),
    **dict.fromkeys(("batches", "examples", "batch_size"), _is_whole),
}
DETAILS: Mapping[str, Fits] = {  # of any record, where it has them
    **dict.fromkeys(("backend_alias", "aa_of", "data", "device", "environment", "started"), _or_none(_is_text)),
    **dict.fromkeys(("commit", "reason"), _or_none(lambda value: isinstance(value, str))),
    **dict.fromkeys(("machine", "options", "overridden"), _or_none(_is_object)),
    **dict.fromkeys(("examples", "batch_size", "threads", "params", "test_examples"), _or_none(_is_whole)),
    **dict.fromkeys(("study_epochs", "study_examples"), _is_whole),
    **dict.fromkeys(("rounds_s", "warmup_s"), _are_numbers),
    "versions": _or_none(_are_texts),
    "short_batches": _or_none(_is_count),
    "short_rounds_s": _or_none(_are_times),
}
