"""Which blocks go together into a job, on which nodes, and what becomes of them when a job or its node fails.

Pure: the head of a real cluster (fixtures/engine/head.py) and the simulation (analysis/simulation.py) do what it says.
A block is measured on one node from its first arm to its last. Where that fails it is measured anew, never continued.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

TRIES = 3  # a block that has failed so often is given up
QUEUED = 2  # jobs for each node: one that runs, and one that SLURM can start the moment that it ends
JOB_S = 600.0  # blocks of a second share a job, since its start costs seconds
PORTIONS = 4  # a job takes at most this part of a node's share of what is left, so that all nodes end together
SLACK, START_S = 3.0, 600.0  # a job may take so many times its blocks' estimates, and so long before the first


@dataclass(frozen=True)
class Block:
    """A point's run with all its arms. benchmarks: their node ids. seconds: expected; None where nothing is known.

    most_s: in which it ends in any case, by the time limits of its benchmarks; None without such limits.
    """

    point: str
    run: int
    benchmarks: tuple[str, ...]
    seconds: float | None = field(default=None, compare=False)
    most_s: float | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Job:
    """Blocks for one node. group: the declared kind of nodes. limit_s: after which it is ended. exclude: nodes."""

    number: int
    blocks: tuple[Block, ...]
    group: str
    limit_s: float | None = None
    exclude: frozenset[str] = frozenset()


@dataclass
class Placement:
    """The state of a session's blocks on a cluster.

    groups: names of nodes by declared kind. most_s: the longest that a job may take. jobs_at_once: how many there may
    be. kinds: the real kind that a point was measured on, where an earlier session did.
    """

    blocks: Sequence[Block]
    groups: Mapping[str, Sequence[str]]
    most_s: float | None = None
    jobs_at_once: int | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        self.jobs: dict[int, Job] = {}
        self.done: set[Block] = set()
        self.tries: dict[Block, int] = {}
        self.refusing: dict[str, set[str]] = {}  # point: nodes of another kind than the point's
        self.broken: set[str] = set()  # nodes on which nothing begins
        self.group_of = self._assigned()
        self._waiting: dict[str, dict[Block, None]] = {group: {} for group in self.groups}
        for block in sorted(self.blocks, key=lambda block: -(block.seconds or 0.0)):  # sorts stably
            self._waiting[self.group_of[block.point]][block] = None
        self._queued = dict.fromkeys(self.groups, 0)

    def _assigned(self) -> dict[str, str]:
        """The declared kind for each point: the one that would be done with it first, the longest points first."""
        load = dict.fromkeys(self.groups, 0.0)
        seconds: dict[str, float] = {}
        for block in self.blocks:
            seconds[block.point] = seconds.get(block.point, 0.0) + (block.seconds or 1.0)
        chosen: dict[str, str] = {}
        for point in sorted(seconds, key=lambda name: -seconds[name]):
            best = min(load, key=lambda group: (load[group] + seconds[point]) / len(self.groups[group]))
            load[best] += seconds[point]
            chosen[point] = best
        return chosen

    @property
    def over(self) -> bool:
        return not self.jobs and not any(self._waiting.values())

    @property
    def left(self) -> list[Block]:
        """Blocks that are neither done nor given up."""
        waiting = (block for group in self._waiting.values() for block in group)
        return [*waiting, *(block for job in self.jobs.values() for block in job.blocks if block not in self.done)]

    def next_jobs(self) -> Iterator[Job]:
        """The jobs to queue now; each counts as queued until `ended` is told of it."""
        for group, nodes in self.groups.items():
            waiting, most = self._waiting[group], QUEUED * len(nodes)
            while waiting and self._queued[group] < most and self._room():
                portion = math.ceil(len(waiting) / (PORTIONS * len(nodes)))
                yield self._job(group, [*islice(waiting, portion)])

    def _room(self) -> bool:
        return self.jobs_at_once is None or len(self.jobs) < self.jobs_at_once

    def _job(self, group: str, portion: Sequence[Block]) -> Job:
        first, *others = portion
        chosen, exclude = [first], self.exclude(first)
        seconds = first.seconds
        for block in others:
            if self.exclude(block) != exclude or self.tries.get(block):
                break  # a block that failed before has a job to itself
            if seconds is not None and seconds + (block.seconds or 0.0) > min(JOB_S, (self.most_s or math.inf) / SLACK):
                break
            chosen.append(block)
            seconds = None if seconds is None or block.seconds is None else seconds + block.seconds
        self.number += 1
        return self._placed(Job(self.number, tuple(chosen), group, self.limit_s(chosen), exclude))

    def _placed(self, job: Job) -> Job:
        for block in job.blocks:
            del self._waiting[self.group_of[block.point]][block]
        self._queued[job.group] = self._queued.get(job.group, 0) + 1
        self.jobs[job.number] = job
        return job

    def exclude(self, block: Block) -> frozenset[str]:
        """The nodes that a block must not run on: of other kinds, and broken ones."""
        others = {name for group, names in self.groups.items() if group != self.group_of[block.point] for name in names}
        return frozenset(others | self.refusing.get(block.point, set()) | self.broken)

    def limit_s(self, blocks: Sequence[Block]) -> float | None:
        """The time limit of a job of these blocks: what their benchmarks can take at most, if they have limits, else
        several times their estimates; never more than the user allows.
        """
        limits = [block.most_s for block in blocks if block.most_s is not None]
        estimates = [block.seconds for block in blocks if block.seconds is not None]
        if len(limits) == len(blocks):
            limit: float | None = START_S + sum(limits)
        elif len(estimates) == len(blocks):
            limit = START_S + SLACK * sum(estimates)
        else:
            limit = None
        return min((each for each in (limit, self.most_s) if each is not None), default=None)

    def adopt(self, job: Job) -> tuple[Block, ...]:
        """Take up a job that an earlier head has queued; returns those of its blocks that are to be measured."""
        self.number = max(self.number, job.number)
        waiting = {block for group in self._waiting.values() for block in group}
        blocks = tuple(block for block in job.blocks if block in waiting)
        self._placed(Job(job.number, blocks, job.group, job.limit_s, job.exclude))
        return blocks

    def stranded(self) -> list[tuple[Block, str]]:
        """The blocks that no node may measure, which are given up by this call, each with the reason."""
        found = []
        for point, refusing in self.refusing.items():
            group = self.group_of[point]
            if (refusing | self.broken).issuperset(self.groups[group]):
                found += [block for block in self._waiting[group] if block.point == point]
        for block in found:
            del self._waiting[self.group_of[block.point]][block]
        return [(block, f"it needs a node like its other runs' ({self.kinds[block.point]})") for block in found]

    def began(self, job: Job, node: str, kind: str) -> str | None:
        """A job runs on a node of this real kind. Returns why it must not go on, if so; then `ended` is to be told."""
        for point in dict.fromkeys(block.point for block in job.blocks):
            usual = self.kinds.setdefault(point, kind)
            if usual != kind:
                self.refusing.setdefault(point, set()).add(node)
                return f"{node} is of another kind ({kind}) than the nodes that measure {point} ({usual})"
        return None

    def finish(self, block: Block) -> None:
        """A block is measured whole."""
        self.done.add(block)

    def ended(self, number: int, *, failed: bool = True) -> list[Block]:
        """A job is over; its blocks that are not done wait again. Returns those that are given up instead.

        failed: whether that counts as a try. The block in progress is the only one that can have failed.
        """
        job = self.jobs.pop(number)
        self._queued[job.group] -= 1
        again = [block for block in job.blocks if block not in self.done]
        if failed and again:
            self.tries[again[0]] = self.tries.get(again[0], 0) + 1
        given_up = [block for block in again if self.tries.get(block, 0) >= TRIES]
        for block in reversed(again):
            if block not in given_up:
                group = self.group_of[block.point]
                self._waiting[group] = {block: None, **self._waiting[group]}
        return given_up


def described(placement: Placement) -> Iterator[str]:
    """The plan in words: for each declared kind of nodes how many there are, and what they will do."""
    for group, nodes in placement.groups.items():
        mine = [block for block in placement.blocks if placement.group_of[block.point] == group]
        points = len({block.point for block in mine})
        known = [block.seconds for block in mine if block.seconds is not None]
        price = f", about {sum(known) / 3600:.1f} h of nodes" if mine and len(known) == len(mine) else ""
        yield f"{len(nodes)} x {group} ({', '.join(nodes[:4])}{', ...' if len(nodes) > 4 else ''}): " + (
            f"{len(mine)} blocks of {points} points{price}" if mine else "nothing"
        )


def left_s(blocks: Iterable[Block], nodes: int) -> float | None:
    """Seconds until these blocks are done on so many nodes: at least the longest one; None where one is unknown."""
    seconds = [block.seconds for block in blocks]
    known = [each for each in seconds if each is not None]
    if not known or len(known) < len(seconds):
        return None
    return max(sum(known) / max(1, nodes), max(known))
