"""Which of many saved runs counts: of each point and backend the newest one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from analysis.record import Record, counted
from analysis.saved_runs import Saved

Cell = list[Record]


class Newest:
    """Saved runs by what was trained and on which backend. saved: the newest last.

    Runs of the profile `smoke`, which only tries whether a point trains, count where there are no others.
    """

    def __init__(self, saved: Iterable[Saved]) -> None:
        self.saved = tuple(saved)
        self._cells: dict[tuple[str, str], dict[tuple[bool, int], Cell]] = {}
        for age, session in enumerate(self.saved):
            for each in counted(session.records):
                rank = (each.profile != "smoke", age)
                self._cells.setdefault((each.group, each.arm), {}).setdefault(rank, []).append(each)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(group for group, _ in self._cells))

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """Backends, and second names of them, in the order of their first appearance."""
        return tuple(dict.fromkeys(arm for _, arm in self._cells))

    def of(self, group: str, arm: str) -> Cell:
        """All records of the newest session in which this arm completed the group; of the newest, where none did."""
        sessions = self._newest_first(group, arm)
        complete = (records for _, records in sessions if any(each.ok for each in records))
        return next(complete, sessions[0][1] if sessions else [])

    def both(self, group: str, one: str, other: str) -> tuple[Cell, Cell] | None:
        """The complete records of two arms from the newest session that has such of both; else None."""
        others = dict(self._newest_first(group, other))
        for rank, records in self._newest_first(group, one):
            sides = [each for each in records if each.ok], [each for each in others.get(rank, ()) if each.ok]
            if all(sides):
                return sides
        return None

    def records(self) -> list[Record]:
        """Those that count, of all cells."""
        return [each for group, arm in self._cells for each in self.of(group, arm)]

    def _newest_first(self, group: str, arm: str) -> Sequence[tuple[tuple[bool, int], Cell]]:
        return sorted(self._cells.get((group, arm), {}).items(), key=lambda item: item[0], reverse=True)
