"""The origin of a report's figures: provenance, flags, outcomes, each backend's abilities, and how to do it again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.comparison import Row
from analysis.pairs import values
from analysis.record import Record, columns
from analysis.saved_runs import Saved
from analysis.table import Column
from models.catalogue import HEADLINES, points
from reports.arms import ordered
from storage import files
from storage.files import decoded

FLEXIBILITY = Path("flexibility") / "latest.json"
REPLACED = ("measure", "batch_size", "examples", "epochs")  # settings with an option; a network has arguments besides
MARKS = {"works": "yes", "with help": "with help", "fails": "no"}


FACTS = columns(
    "machine", "started", "commit", "profile", "measure", "warmup", "rounds", "device", "threads", "order_seed",
    "options", "stack", "asked", "interpreter", "handed_on",
    "python", "blas", "jit", "versions", "environment", "data", "data_source",
)  # fmt: skip


@dataclass(frozen=True)
class Provenance:
    """The surroundings of an arm in one session: fields of its records, each with its value as text."""

    session: str
    backend: str
    facts: tuple[tuple[Column, str], ...]


def provenance(saved: Sequence[Saved]) -> list[Provenance]:
    """One for each session and arm, from its first complete record."""
    first: dict[tuple[str, str], Record] = {}
    for each in (each for session in saved for each in session.records if each.ok):
        first.setdefault((each.session, each.arm), each)
    return [Provenance(session, arm, tuple(_facts(each))) for (session, arm), each in first.items()]


def _facts(each: Record) -> Iterator[tuple[Column, str]]:
    for column in FACTS:
        if (value := column.of(each)) not in (None, "", {}):
            yield column, _listed(value)


def _listed(value: Any) -> str:
    return ", ".join(f"{key} {part}" for key, part in value.items()) if isinstance(value, dict) else str(value)


@dataclass(frozen=True)
class Incident:
    """An outcome or a flag that several results share. text: in the words of the first one; times: how often it was."""

    what: str
    text: str
    link: str
    arms: tuple[str, ...]
    groups: tuple[str, ...]
    times: int


def outcomes(records: Iterable[Record]) -> list[Incident]:
    """All results that are not `ok`, by outcome and reason."""
    return _incidents(
        (each, each.outcome, each.reason, "docs/measuring.md#outcomes") for each in records if not each.ok
    )


def flags(rows: Iterable[Row]) -> list[Incident]:
    """The doubts about results, by code; the text is the first one's. A doubt about a comparison counts once."""
    return _incidents(
        (each, flag.code, flag.text, flag.link)
        for row in rows
        for flag in row.flags
        for each in [each for each in row.records if flag in each.flags] or row.records[:1]
    )


def _incidents(of: Iterable[tuple[Record, str, str, str]]) -> list[Incident]:
    alike: dict[tuple[str, str], list[tuple[Record, str, str]]] = {}
    for each, what, text, link in of:
        alike.setdefault((what, text if what == each.outcome else ""), []).append((each, text, link))
    return [
        Incident(
            what, mine[0][1], mine[0][2], tuple(ordered({each.arm for each, _, _ in mine})),
            tuple(dict.fromkeys(each.group for each, _, _ in mine)), len(mine),
        )
        for (what, _), mine in alike.items()
    ]  # fmt: skip


@dataclass(frozen=True)
class Flexibility:
    """The cases that were tried: kind, name, and mark by backend. notes: help that was needed, and messages."""

    backends: Sequence[str] = ()
    cases: Sequence[tuple[str, str, Sequence[str]]] = ()
    notes: Sequence[str] = ()


def flexibility(root: Path) -> Flexibility:
    """The saved cases, none where none was saved.

    A file that isn't as `benchmarks/targets/test_flexibility.py` saves it gives a note in place of cases.
    """
    path = root / FLEXIBILITY
    try:
        content: dict[str, list[dict[str, str]]] = json.loads(decoded(files.read(path)))
        rows: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
        for backend, verdicts in content.items():
            for each in verdicts:
                rows.setdefault((each["kind"], each["name"]), {})[backend] = each
        backends = ordered(content)
        cases = [
            (*case, [MARKS.get(mine[b]["verdict"], mine[b]["verdict"]) if b in mine else "-" for b in backends])
            for case, mine in rows.items()
        ]
        details: dict[str, list[str]] = {}
        for (_, name), mine in rows.items():
            for backend, each in mine.items():
                if each["detail"]:
                    details.setdefault(f"{name}, {each['verdict']}: {each['detail']}", []).append(backend)
    except FileNotFoundError:
        return Flexibility()
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        return Flexibility(notes=[f"{path} can't be used: {error!r}"])
    return Flexibility(backends, cases, [f"{text} ({', '.join(names)})" for text, names in details.items()])


def reproduce(saved: Sequence[Saved]) -> Iterator[str]:
    """The commands of each session, as far as its records tell them."""
    for session in saved:
        if first := next((each for each in session.records if each.profile is not None), None):
            yield f"# {session.name}, started {session.started}"
            if session.commit:
                yield f"git checkout {shlex.quote(session.commit.rstrip('+'))}" + _changed(session.commit)
            yield _command(session, first)


def _changed(commit: str) -> str:
    return "  # with changes that were not committed" if commit.endswith("+") else ""


def _command(session: Saved, first: Record) -> str:
    backends = dict.fromkeys(each.asked or each.aa_of or each.arm for each in session.records)
    networks = dict.fromkeys(each.own["network"] for each in session.records if each.own)
    chosen = [f"--network={network}" for network in networks] or _selected({each.point for each in session.records})
    parts = ["pytest", "benchmarks", *chosen]
    parts += [f"--backend={','.join(backends)}", f"--profile={first.profile}"]
    parts += [f"--runs={max(each.run for each in session.records)}"]
    named = {"warmup": "warmup", "rounds": "rounds", "order_seed": "seed", "threads": "threads", "device": "device"}
    parts += [f"--{option}={value}" for name, option in named.items() if (value := getattr(first, name)) is not None]
    parts += [f"--{name.replace('_', '-')}={value}" for name, value in first.overridden.items() if name in REPLACED]
    options = next((each.options for each in session.records if not each.asked), first.options)
    parts += [f"--jit={options['jit']}"] if options.get("jit") in ("on", "off") else []
    parts += ["--tf32"] if options.get("tf32") else []
    parts += ["--race"] if options.get("fix_update_race") is False else []
    parts += ["--steady"] if options.get("steady") else []
    parts += ["--aa"] if any(each.aa_of for each in session.records) else []
    parts += ["--data=synthetic"] if {*values("data", session.records)} == {"synthetic"} else []
    return shlex.join(parts)


def _selected(measured: set[str]) -> list[str]:
    """The options that choose these points: a sweep by its name where all of it was measured."""
    if measured == set(HEADLINES):
        return ["--headline"]
    known = [each.id for each in points()]
    sweeps: dict[str, set[str]] = {}
    for each in points():
        sweeps.setdefault(each.id if each.axis is None else each.id.rpartition("-")[0], set()).add(each.id)
    names: list[str] = []
    for sweep, ids in sweeps.items():
        names += [sweep] if ids <= measured else sorted(ids & measured)
    if names == [*sweeps]:
        return []
    return ["-k", " or ".join(_only(name, [id for id in known if name in id and id not in measured]) for name in names)]


def _only(name: str, others: Sequence[str]) -> str:
    """A term of -k without those that have the name in theirs, as variants do; `and` binds more tightly than `or`."""
    return " and ".join([name, *(f"not {other.removeprefix(f'{name}-')}" for other in others)])
