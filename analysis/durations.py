"""How long blocks take, from records of earlier sessions: for time limits, and for what is left to do."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from analysis import journal, reading
from analysis.journal import JournalProblem
from analysis.reading import BadRecord
from analysis.record import Record

NEWEST = 20  # so many of the newest journals are read
Kind = tuple[str, str, str]  # profile, point, arm


def block_s(records: Iterable[Record]) -> float:
    """The seconds in which any of these benchmarks of one block ran, side by side or one after the other."""
    spans = sorted(span for each in records if (span := _span(each)))
    total, end = 0.0, float("-inf")
    for first, last in spans:
        total += max(0.0, last - max(first, end))
        end = max(end, last)
    return total


def _span(record: Record) -> tuple[float, float] | None:
    with suppress(ValueError):
        start = datetime.fromisoformat(record.started).timestamp()
        return (start, start + record.wall_s) if record.wall_s else None
    return None


def by_kind(records: Iterable[Record]) -> dict[Kind, float]:
    """The seconds of a block that fall to each kind of benchmark, as the median over runs."""
    blocks: dict[tuple[str, str, str, int], list[Record]] = {}
    for each in records:
        if each.outcome != "unavailable":
            blocks.setdefault((each.session, each.profile, each.point, each.run), []).append(each)
    shares: dict[Kind, list[float]] = {}
    for (_, profile, point, _), mine in blocks.items():
        # the study's printed runs have nothing but the seconds of their trainings
        if seconds := block_s(mine) or sum(each.measured_total_s or 0.0 for each in mine):
            for each in mine:
                shares.setdefault((profile, point, each.arm), []).append(seconds / len(mine))
    return {kind: statistics.median(seconds) for kind, seconds in shares.items()}


def expected_s(known: Mapping[Kind, float], profile: str, point: str, arms: Sequence[str]) -> float | None:
    """The seconds to expect of a block; None where one of its benchmarks was never measured."""
    seconds = [known.get((profile, point, arm)) for arm in arms]
    present = [each for each in seconds if each is not None]
    return sum(present) if present and len(present) == len(seconds) else None


def earlier(root: Path) -> list[Record]:
    """The records of the newest journals below a folder of saved runs; what can't be read is left out."""
    records = []
    for path in journal.paths(root)[-NEWEST:]:
        with suppress(JournalProblem, BadRecord):
            records += [reading.record(raw, path.stem) for raw in journal.read(path).records]
    return records
