"""The saved runs that count among many: for each point and backend the newest one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from analysis.record import Record, counted
from analysis.saved_runs import Saved


class Newest:
    """Saved runs by group and arm. saved: the newest last.

    Runs of the profile `smoke`, which only tries whether a point trains, count where there are no others.
    """

    def __init__(self, saved: Iterable[Saved]) -> None:
        self.saved = tuple(saved)
        self._sessions: dict[tuple[str, str], dict[tuple[bool, int], list[Record]]] = {}
        for age, session in enumerate(self.saved):
            for each in counted(session.records):
                rank = (each.profile != "smoke", age)
                self._sessions.setdefault((each.group, each.arm), {}).setdefault(rank, []).append(each)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(group for group, _ in self._sessions))

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """Backends, and second names of them, in the order of their first appearance."""
        return tuple(dict.fromkeys(arm for _, arm in self._sessions))

    def of(self, group: str, arm: str) -> list[Record]:
        """All records of the newest session in which the arm completed the group; of the newest one if it never did."""
        sessions = self._newest_first(group, arm)
        complete = (records for _, records in sessions if any(each.ok for each in records))
        return next(complete, sessions[0][1] if sessions else [])

    def both(self, group: str, one: str, other: str) -> tuple[list[Record], list[Record]] | None:
        """The complete records of two arms from the newest session that has some of both; None where there is none."""
        others = dict(self._newest_first(group, other))
        for rank, records in self._newest_first(group, one):
            sides = [each for each in records if each.ok], [each for each in others.get(rank, ()) if each.ok]
            if all(sides):
                return sides
        return None

    def records(self) -> list[Record]:
        """The records that count, of every group and arm."""
        return [each for group, arm in self._sessions for each in self.of(group, arm)]

    def _newest_first(self, group: str, arm: str) -> Sequence[tuple[tuple[bool, int], list[Record]]]:
        return sorted(self._sessions.get((group, arm), {}).items(), key=lambda item: item[0], reverse=True)
