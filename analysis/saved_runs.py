"""Saved runs on disk: pytest-benchmark's JSON and the journals beside it."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from analysis import journal, naming
from analysis.journal import JournalProblem
from analysis.reading import BadRecord, record
from analysis.record import Record
from storage import files
from storage.files import decoded, home_expanded

ROOT = Path(".benchmarks")
OTHER = ("noise", "flexibility", "projection", "price")  # folders beside the saved runs


class RunProblem(Exception):
    """A saved run that can't be used; the text names the file, its fault, and the remedy."""


class ForeignRun(RunProblem):
    """A run of other tests in the same folder, or one without a result: it is left out without a message."""


@dataclass(frozen=True)
class Saved:
    """One session's records, from one file. name: its name on the command line, which no other run has that is read
    with it (analysis/naming.py). notes: sentences about its faults.
    """

    name: str
    path: Path
    started: str
    records: tuple[Record, ...]
    notes: tuple[str, ...] = ()

    @property
    def commit(self) -> str | None:
        return next((r.commit for r in self.records if r.commit), None)


def paths(root: Path = ROOT, unreadable: Callable[[OSError], None] | None = None) -> list[Path]:
    """All files of saved runs below a folder, sorted by name. unreadable: called for folders that can't be read."""
    saved = [
        Path(folder, name)
        for folder, _, names in os.walk(root, onerror=unreadable)
        for name in names
        if name.endswith(".json") and Path(folder).name not in OTHER
    ]
    return sorted([*saved, *journal.paths(root)])


def load(path: Path) -> Saved:
    """A saved run. Raises RunProblem for a file that is missing, cut off, of a newer version or of another program.

    A journal's last line may be incomplete, where its session was killed while it wrote: it is left out with a note.
    """
    if path.suffix == journal.SUFFIX:
        return _journal(path)
    try:
        return _session(path, decoded(files.read(path)))
    except OSError as error:
        raise RunProblem(f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise RunProblem(f"{path} can't be read: {error}") from None


def _session(path: Path, text: str) -> Saved:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RunProblem(
            f"{path} is cut off or damaged ({error}); the session's journal may still hold its results: look into "
            f"{_journals(path)}"
        ) from None
    if not isinstance(content, dict) or not isinstance(content.get("benchmarks"), list):
        raise RunProblem(f"{path} is no saved run: pytest-benchmark writes them with a list `benchmarks`")
    outcomes = content.get("outcomes") or []
    if not isinstance(outcomes, list):
        raise RunProblem(f"{path} is damaged: its outcomes are {outcomes!r:.80}, and no list")
    entries = [entry.get("extra_info") for entry in content["benchmarks"] if isinstance(entry, dict)]
    ours = [entry for entry in entries if isinstance(entry, dict) and "record_version" in entry]
    raws = [*ours, *outcomes]
    if not raws:
        raise ForeignRun(f"{path} holds no results of this suite")
    return _saved(path, _label(path), [_record(raw, path, f"result {i}") for i, raw in enumerate(raws, 1)], ())


def _journals(path: Path) -> Path:
    """The journals' folder: beside the saved run, or one above where pytest-benchmark made a folder for the machine."""
    beside = path.parent / "journal"
    return beside if beside.is_dir() else path.parent.parent / "journal"


def _journal(path: Path) -> Saved:
    try:
        session = journal.read(path)
    except JournalProblem as problem:
        raise RunProblem(str(problem)) from None
    if session.damaged:
        number, reason = session.damaged[0]
        raise RunProblem(
            f"{path} is damaged in line {number}: {reason}; "
            f"`python -m reports recover {shlex.quote(str(path))}` saves what is sound"
        )
    if not session.results:
        raise ForeignRun(f"{path} holds no complete result")
    records = [_record(raw, path, f"result {number}") for number, raw in enumerate(session.records, 1)]
    return _saved(path, _label(path), records, session.notes)


def _label(path: Path) -> str:
    return naming.names([path])[0]


def _record(raw: Any, path: Path, where: str) -> Record:
    try:
        return record(raw, session=_label(path))
    except BadRecord as error:
        raise RunProblem(f"{path}, {where}: {error}") from None


def _saved(path: Path, name: str, records: Sequence[Record], notes: Iterable[str]) -> Saved:
    started = min((str(r.started) for r in records if r.started), default="")
    return Saved(name, path, started, tuple(records), tuple(notes))


def everything(root: Path = ROOT) -> tuple[list[Saved], list[RunProblem]]:
    """All saved runs below a folder in the order of their start, and what couldn't be loaded.

    A journal is left out where saved runs hold all that is in it, or the journal of a session that resumed it.
    """
    every, problems = _all(root)
    held = {_identity(r) for saved in every if saved.path.suffix == ".json" for r in saved.records}
    kept = []
    for saved in sorted(every, key=lambda saved: -len(saved.records)):
        if saved.path.suffix == ".json" or {*map(_identity, saved.records)} - held:
            held.update(map(_identity, saved.records))
            kept.append(saved)
    return _with_distinct_names(sorted(kept, key=lambda saved: (saved.started, saved.name, str(saved.path)))), problems


def _all(root: Path) -> tuple[list[Saved], list[RunProblem]]:
    """Every saved run once, whatever links lead to its file, and the problems of those that couldn't be loaded."""
    runs: dict[tuple[int, int], Saved | None] = {}
    problems: list[RunProblem] = []

    def unreadable(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # else nothing was saved yet
            problems.append(RunProblem(f"{error.filename} can't be read: {error.strerror}"))

    for path in sorted(paths(root, unreadable), key=Path.is_symlink):  # files before the links to them
        try:
            if (file := _file(path)) not in runs:
                runs[file] = None
                runs[file] = load(path)
        except ForeignRun:
            continue
        except RunProblem as problem:
            problems.append(problem)
    return [saved for saved in runs.values() if saved], problems


def _file(path: Path) -> tuple[int, int]:
    """The identity of a file under any name: its device, and its number there."""
    try:
        status = path.stat()
    except OSError as error:
        raise RunProblem(f"{path} can't be read: {error.strerror}") from None
    return status.st_dev, status.st_ino


def holding(raws: Sequence[Any], root: Path = ROOT) -> Path | None:
    """The path of a saved run that holds all of these records; None where there is none."""
    wanted = {_identity(record(raw)) for raw in raws}
    return next(
        (
            saved.path
            for saved in _all(root)[0]
            if saved.path.suffix == ".json" and wanted <= {*map(_identity, saved.records)}
        ),
        None,
    )


def _identity(r: Record) -> tuple[Any, ...]:
    return r.started, r.group, r.arm, r.run


def _with_distinct_names(runs: Sequence[Saved]) -> list[Saved]:
    """These runs with names that differ; their records carry them, so that each says which run it is from."""
    return [
        replace(saved, name=name, records=tuple(msgspec.structs.replace(each, session=name) for each in saved.records))
        for saved, name in zip(runs, naming.names([saved.path for saved in runs]), strict=True)
    ]


def choose(names: Sequence[str], root: Path = ROOT) -> list[Saved]:
    """The saved runs that a user names: by path, by name (`0003`, `0003_20260102`, a folder's), or `latest`.

    Raises RunProblem for a name that fits none or, unless it is a folder's, several; and where two are one file.
    """
    names = [str(home_expanded(name)) for name in names]
    there, problems = ([], []) if all(Path(name).is_file() for name in names) else everything(root)
    known: dict[tuple[int, int], str] = {}
    chosen = []
    for name in names:
        for saved in _named(name, there, problems, root):
            if (file := _file(saved.path)) in known:
                twice = f"'{name}' is" if known[file] == name else f"'{known[file]}' and '{name}' are"
                raise RunProblem(f"{twice} the same file twice, {saved.path}: name it once")
            known[file] = name
            chosen.append(saved)
    return _with_distinct_names(chosen)


def only(name: str, root: Path = ROOT) -> Saved:
    """The one saved run of a name; raises RunProblem as `choose` does, and for a folder with several."""
    chosen = choose([name], root)
    if len(chosen) > 1:
        raise RunProblem(f"'{name}' names several saved runs, and one is wanted: {_listed(chosen)}")
    return chosen[0]


def _named(name: str, there: Sequence[Saved], problems: Sequence[RunProblem], root: Path) -> list[Saved]:
    if (path := Path(name)).exists() and not path.is_dir():
        return [load(path)]
    measured = [saved for saved in there if saved.started]  # not the study's own run
    if name == "latest" and measured:
        return [measured[-1]]
    if fitting := [saved for saved in there if naming.lies_in(saved.path, name)]:
        return fitting
    fitting = [saved for saved in there if naming.goes_by(saved.path, name)]
    if len(fitting) == 1:
        return fitting
    broken = next((problem for problem in problems if name in str(problem)), None)
    if broken:
        raise broken
    if not there:
        raise RunProblem(f"there is no saved run in {root} yet: run `pytest benchmarks --headline` first")
    number = "several saved runs" if fitting else "no saved run"
    raise RunProblem(f"'{name}' names {number}; there are: {_listed(fitting or there)}")


def _listed(runs: Sequence[Saved]) -> str:
    return ", ".join(saved.name for saved in runs)
