"""Where a report's figures come from: environments, flags, outcomes, what each backend can do, how to do it again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import format as fmt
from analysis.comparison import Row
from analysis.pairs import values
from analysis.record import Record
from analysis.saved_runs import Saved
from models.catalogue import HEADLINES, points
from reports.styles import ordered
from storage import files
from storage.files import decoded

FLEXIBILITY = Path("flexibility") / "latest.json"
MARKS = {"works": "yes", "with help": "with help", "fails": "no"}


@dataclass(frozen=True)
class Environment:
    """What a backend ran in, in one session: names and texts, in the order to show them."""

    session: str
    backend: str
    facts: tuple[tuple[str, str], ...]


def environments(saved: Sequence[Saved]) -> list[Environment]:
    """One for each session and backend, from its first complete record."""
    found: dict[tuple[str, str], Record] = {}
    for each in (each for session in saved for each in session.records if each.ok):
        found.setdefault((each.session, each.backend), each)
    return [Environment(session, backend, tuple(_facts(each))) for (session, backend), each in found.items()]


def _facts(each: Record) -> Iterator[tuple[str, str]]:
    yield "machine", _listed(each.machine or "unknown")
    yield (
        "plan",
        f"{fmt.known(each.warmup)} + {fmt.known(each.rounds)} epochs, profile {fmt.known(each.profile)}",
    )
    for name in ("started", "commit", "device", "threads", "order_seed", "stack", "python", "blas", "jit"):
        if (value := getattr(each, name)) not in (None, ""):
            yield name.replace("_", " "), str(value)
    for name in ("options", "versions"):
        if value := getattr(each, name):
            yield name, _listed(value)
    if each.environment:
        yield "packages", f"fingerprint {each.environment}"
    data = [text for text in (each.data, each.data_source) if text]
    if data:
        yield "data", ": ".join(data)


def _listed(value: Any) -> str:
    return ", ".join(f"{key} {part}" for key, part in value.items()) if isinstance(value, dict) else str(value)


@dataclass(frozen=True)
class Told:
    """What happened to several results: where, in whose words, how often."""

    what: str
    text: str
    link: str
    arms: tuple[str, ...]
    groups: tuple[str, ...]
    times: int


def outcomes(records: Iterable[Record]) -> list[Told]:
    """All that isn't `ok`, by outcome and reason."""
    return _told((each, each.outcome, each.reason, "docs/measuring.md#outcomes") for each in records if not each.ok)


def flags(rows: Iterable[Row]) -> list[Told]:
    """What makes results doubtful, by code; the text is the first one's. A doubt about a comparison counts once."""
    return _told(
        (each, flag.code, flag.text, flag.link)
        for row in rows
        for flag in row.flags
        for each in [each for each in row.records if flag in each.flags] or row.records[:1]
    )


def _told(of: Iterable[tuple[Record, str, str, str]]) -> list[Told]:
    found: dict[tuple[str, str], list[tuple[Record, str, str]]] = {}
    for each, what, text, link in of:
        found.setdefault((what, text if what == each.outcome else ""), []).append((each, text, link))
    return [
        Told(
            what, said[0][1], said[0][2], tuple(ordered({each.arm for each, _, _ in said})),
            tuple(dict.fromkeys(each.group for each, _, _ in said)), len(said),
        )
        for (what, _), said in found.items()
    ]  # fmt: skip


def flexibility(root: Path) -> tuple[list[str], list[tuple[str, str, list[str]]], list[str]]:
    """Backends; each case with its verdict by backend; the help and the messages. Empty where none was saved.

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
        told: dict[str, list[str]] = {}
        for (_, name), mine in rows.items():
            for backend, each in mine.items():
                if each["detail"]:
                    told.setdefault(f"{name}, {each['verdict']}: {each['detail']}", []).append(backend)
    except FileNotFoundError:
        return [], [], []
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        return [], [], [f"{path} can't be used: {error!r}"]
    return backends, cases, [f"{text} ({', '.join(who)})" for text, who in told.items()]


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
    backends = dict.fromkeys(each.backend for each in session.records)
    parts = ["pytest", "benchmarks", *_selected({each.point for each in session.records})]
    parts += [f"--backend={','.join(backends)}", f"--profile={first.profile}"]
    parts += [f"--runs={max(each.run for each in session.records)}"]
    named = {"warmup": "warmup", "rounds": "rounds", "order_seed": "seed", "threads": "threads", "device": "device"}
    parts += [f"--{option}={value}" for name, option in named.items() if (value := getattr(first, name)) is not None]
    parts += [f"--{name.replace('_', '-')}={value}" for name, value in first.overridden.items()]
    options = first.options
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
