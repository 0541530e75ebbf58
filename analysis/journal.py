"""The journal's format: JSON lines, each with a checksum of its own text.

A line is `{"crc32":"1a2b3c4d",` and the entry's own fields: the checksum is CRC-32 of the line without that member,
that is of `{` and the rest after the comma. Kinds of entries:

    session      the session itself: command line, settings, planned benchmarks, and the state that a resumption needs
    planned      benchmarks that --precision added, and the rounds of their runs by point
    started      a benchmark has begun
    progress     epochs of a long benchmark that were trained since the last such line
    checkpoint   a worker has saved the state after so many epochs
    result       a benchmark's record, and its fields in pytest-benchmark's JSON (`entry`)
    about        machine and commit, as pytest-benchmark's JSON has them
    finished     the session has ended: pytest's exit status, and whether its results were saved

Journals of the first version have no checksums, and each of their lines is a record.
"""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from storage import files
from storage.files import home_expanded

VERSION = 1
SUFFIX = ".jsonl"
_CHECKED = re.compile(rb'\{"crc32":"([0-9a-f]{8})",')
Entry = Mapping[str, Any]


class JournalProblem(Exception):
    """A journal that can't be used; the text names the file, its fault, and the remedy."""


def line(kind: str, fields: Entry) -> bytes:
    """One line with its end. Values that JSON doesn't have are written as text: an entry is never refused."""
    body = json.dumps({"kind": kind, **fields}, default=str).encode()
    return b'{"crc32":"%08x",' % zlib.crc32(body) + body[1:] + b"\n"


def again(entry: Entry) -> bytes:
    """The line of an entry that was read."""
    return line(entry["kind"], {key: value for key, value in entry.items() if key not in ("crc32", "kind")})


@dataclass(frozen=True)
class Journal:
    """The sound entries of a journal in their order, and the faults of the others.

    damaged: (line number, reason) of lines that were left out. torn: the last line is incomplete, and left out too.
    """

    entries: Sequence[Entry]
    damaged: Sequence[tuple[int, str]] = ()
    torn: bool = False

    def kind(self, *kinds: str) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry["kind"] in kinds)

    @cached_property
    def header(self) -> Entry:
        """The session's own entry; empty for a journal that has none."""
        return next(self.kind("session"), {})

    @property
    def results(self) -> list[Entry]:
        """The entries of kind `result`: the last one of each benchmark, in the order of the first ones."""
        return list({entry.get("benchmark", index): entry for index, entry in enumerate(self.kind("result"))}.values())

    @property
    def records(self) -> list[Any]:
        return [entry["record"] for entry in self.results]

    def unfinished(self) -> dict[str, list[Entry]]:
        """Each benchmark that was started and has no result, with its entries since it was last started."""
        entries: dict[str, list[Entry]] = {}
        for entry in self.kind("started", "progress", "checkpoint", "result"):
            name = entry.get("benchmark")
            if not isinstance(name, str):
                continue
            if entry["kind"] == "started":
                entries[name] = [entry]
            elif entry["kind"] == "result":
                entries.pop(name, None)
            elif name in entries:
                entries[name].append(entry)
        return entries

    @property
    def notes(self) -> list[str]:
        """Sentences about lines that were left out."""
        notes = [f"line {number} is left out: {reason}" for number, reason in self.damaged]
        if self.torn:
            notes.append("its last line is incomplete: the session was killed while it wrote")
        return notes


def parse(data: bytes) -> Journal:
    """The journal in any bytes: lines that are not sound are left out and listed."""
    data = _resaved(data)
    lines = data.split(b"\n")
    complete = lines.pop() == b""
    entries, damaged = [], []
    for number, text in enumerate(lines if complete else [*lines, data.rpartition(b"\n")[2]], 1):
        try:
            entries.append(_entry(text.rstrip(b"\r")))
        except ValueError as error:
            damaged.append((number, str(error)))
    torn = not complete and bool(damaged) and damaged[-1][0] == len(lines) + 1
    return Journal(entries, damaged[:-1] if torn else damaged, torn)


def _resaved(data: bytes) -> bytes:
    """The bytes as they were before an editor or a shell saved them anew, in UTF-16 or with a mark in front."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8)


def _entry(text: bytes) -> Entry:
    """Raises ValueError with the reason."""
    checked = _CHECKED.match(text)
    if checked and zlib.crc32(b"{" + text[checked.end() :]) != int(checked[1], 16):
        raise ValueError("its checksum is not that of its text")
    try:
        entry = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"it is no JSON ({error})") from None
    if not isinstance(entry, dict):
        raise ValueError("it is no JSON object")
    if not checked:
        if "record_version" not in entry:
            raise ValueError("it has neither a checksum nor the fields of a record")
        return {"kind": "result", "record": entry}
    if not isinstance(entry.get("kind"), str) or (
        entry["kind"] == "result" and not isinstance(entry.get("record"), dict)
    ):
        raise ValueError("it does not say what it is")
    return entry


def read(path: Path) -> Journal:
    """A journal on disk. Raises JournalProblem for a file that can't be read or is of a newer version."""
    try:
        journal = parse(files.read(path))
    except OSError as error:
        raise JournalProblem(f"{path} can't be read: {error.strerror}") from None
    version = journal.header.get("journal_version", VERSION)
    if version != VERSION:
        raise JournalProblem(f"{path} is a journal of version {version}, and this suite knows {VERSION}: update it")
    return journal


def safe_name(text: object) -> str:
    """A text out of a journal as the name of a file or folder: never a path."""
    return Path(str(text)).name.lstrip(".") or "unnamed"


def paths(root: Path) -> list[Path]:
    """The journals below a folder of saved runs, the oldest session first."""
    return sorted(root.glob(f"**/journal/*{SUFFIX}"), key=lambda path: path.name)


def named(name: str, journals: Sequence[Path]) -> Path:
    """The journal that a user names: by path, by the session's name, by the beginning of it, or `last`.

    Raises JournalProblem for a name that fits none or several.
    """
    if (path := home_expanded(name)).exists() and not path.is_dir():
        return path
    if not journals:
        raise JournalProblem("there is no journal of an earlier session: run `pytest benchmarks --headline` first")
    if name == "last":
        return journals[-1]
    fitting = [path for path in journals if path.stem == name] or [
        path for path in journals if path.stem.startswith(name)
    ]
    if len(fitting) != 1:
        listed = ", ".join(path.stem for path in (fitting or journals)[-10:])
        raise JournalProblem(f"'{name}' names {'several sessions' if fitting else 'no session'}; there are: {listed}")
    return fitting[0]
