"""The journal's format: JSON lines, each with a checksum of its own text.

A line is `{"crc32":"1a2b3c4d",` and the entry's own fields: the checksum is CRC-32 of the line without that member,
that is of `{` and what follows the comma. Kinds of entries:

    session      what the session is: command line, settings, planned benchmarks, and what a resumption is held against
    planned      benchmarks that --precision added, and the rounds of their runs by point
    started      a benchmark has begun
    progress     epochs of a long benchmark that were trained since the last such line
    checkpoint   a worker has saved the state behind so many epochs
    result       a benchmark's record, and what pytest-benchmark's JSON says of it (`entry`)
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
    """A journal that can't be used; its text says which file, what is wrong with it, and what to do."""


def line(kind: str, fields: Entry) -> bytes:
    """One line, its end included. What JSON doesn't have is written as text: an entry is never refused."""
    body = json.dumps({"kind": kind, **fields}, default=str).encode()
    return b'{"crc32":"%08x",' % zlib.crc32(body) + body[1:] + b"\n"


@dataclass(frozen=True)
class Journal:
    """The sound entries of a journal in their order, and what is wrong with the others.

    damaged: (line number, reason) of lines that were left out, but for an incomplete last one, which `torn` tells.
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
        """Those of `result`: the last one of each benchmark, in the order of the first."""
        return list({entry.get("benchmark", index): entry for index, entry in enumerate(self.kind("result"))}.values())

    @property
    def records(self) -> list[Any]:
        return [entry["record"] for entry in self.results]

    def unfinished(self) -> dict[str, list[Entry]]:
        """Each benchmark that was started and has no result, with its entries since it was last started."""
        found: dict[str, list[Entry]] = {}
        for entry in self.kind("started", "progress", "checkpoint", "result"):
            name = entry.get("benchmark")
            if not isinstance(name, str):
                continue
            if entry["kind"] == "started":
                found[name] = [entry]
            elif entry["kind"] == "result":
                found.pop(name, None)
            elif name in found:
                found[name].append(entry)
        return found

    @property
    def notes(self) -> list[str]:
        """What a reader should know, a sentence each."""
        found = [f"line {number} is left out: {reason}" for number, reason in self.damaged]
        if self.torn:
            found.append("its last line is incomplete: the session was killed while it wrote")
        return found


def parse(data: bytes) -> Journal:
    """The journal of these bytes, whatever they are: what is no sound line is left out and told."""
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
    """As it was before an editor or a shell saved it anew, in UTF-16 or with a mark in front."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8)


def _entry(text: bytes) -> Entry:
    """Raises ValueError with the reason."""
    checked = _CHECKED.match(text)
    if checked and zlib.crc32(b"{" + text[checked.end() :]) != int(checked[1], 16):
        raise ValueError("its checksum is not that of its text")
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"it is no JSON ({error})") from None
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    if not checked:
        if "record_version" not in found:
            raise ValueError("it has neither a checksum nor the fields of a record")
        return {"kind": "result", "record": found}
    if not isinstance(found.get("kind"), str) or (
        found["kind"] == "result" and not isinstance(found.get("record"), dict)
    ):
        raise ValueError("it does not say what it is")
    return found


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
    """A file's or folder's name out of a journal: never a path, whatever it says."""
    return Path(str(text)).name.lstrip(".") or "unnamed"


def paths(root: Path) -> list[Path]:
    """The journals below a folder of saved runs, the oldest session first."""
    return sorted(root.glob(f"**/journal/*{SUFFIX}"), key=lambda path: path.name)


def named(name: str, found: Sequence[Path]) -> Path:
    """The journal that a user names: by path, by the session's name, by the beginning of it, or `last`.

    Raises JournalProblem for a name that fits none or several.
    """
    if (path := home_expanded(name)).exists() and not path.is_dir():
        return path
    if not found:
        raise JournalProblem("there is no journal of an earlier session: run `pytest benchmarks --headline` first")
    if name == "last":
        return found[-1]
    fitting = [path for path in found if path.stem == name] or [path for path in found if path.stem.startswith(name)]
    if len(fitting) != 1:
        listed = ", ".join(path.stem for path in (fitting or found)[-10:])
        raise JournalProblem(f"'{name}' names {'several sessions' if fitting else 'no session'}; there are: {listed}")
    return fitting[0]
