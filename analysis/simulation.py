"""What a cluster would make of a session: blocks of known times on many hosts, with faults, in simulated time.

The placement is the real one (analysis/placement.py). SLURM is a queue that hands a job to the next free host; a host
that dies is back some time later. So the wall time is computed and not measured, and the one thing that is measured is
what the placement itself costs the head's processor.
"""

from __future__ import annotations

import heapq
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from analysis.placement import Block, Job, Placement

STARTUP_S = 20.0  # from a job's start to its first block: pytest, locks, the suite's own cost
SPREAD = 0.05  # of a block's time, from run to run
NOTICE_S = 2.0  # until the head knows what has happened
REPAIR_S = 1800.0  # until a host that died is back


@dataclass(frozen=True)
class Simulated:
    """The end of a session.

    makespan_s: from its start to the last result. host_s: of all hosts, at work. useful_s: of blocks that count.
    longest_s: the longest block. faults: of hosts. again: jobs whose blocks were measured anew. head_s: processor time
    of the head's placement, measured.
    """

    hosts: int
    blocks: int
    makespan_s: float
    host_s: float
    useful_s: float
    longest_s: float
    faults: int
    again: int
    given_up: int
    jobs: int
    head_s: float


@dataclass
class _Clock:
    """What happens when: the earliest first, and in the order of calling at one moment."""

    now: float = 0.0
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _count: int = 0

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (self.now + seconds, self._count, do))

    def run(self) -> None:
        while self._events:
            self.now, _, do = heapq.heappop(self._events)
            do()


class _Cluster:
    def __init__(self, blocks: Sequence[Block], hosts: int, faults_per_hour: float, seed: int) -> None:
        self.clock, self.draw = _Clock(), random.Random(seed)
        self.free = deque(f"h{number}" for number in range(hosts))
        self.queue: deque[Job] = deque()
        self.rate = faults_per_hour / 3600
        self.head_s = self.host_s = self.useful_s = self.last_s = 0.0
        self.faults = self.again = self.jobs = self.given_up = 0
        start = time.process_time()
        self.placement = Placement(blocks, {"hosts": list(self.free)})
        self.head_s += time.process_time() - start
        self.fill()

    def fill(self) -> None:
        """The head queues what there is room for."""
        start = time.process_time()
        jobs = list(self.placement.next_jobs())
        self.head_s += time.process_time() - start
        self.jobs += len(jobs)
        self.queue += jobs
        self.hand_out()

    def hand_out(self) -> None:
        while self.queue and self.free:
            self.run(self.queue.popleft(), self.free.popleft())

    def run(self, job: Job, host: str) -> None:
        """Measure a job's blocks one after the other, until the host dies or the job's time is up."""
        dies_s = self.draw.expovariate(self.rate) if self.rate else float("inf")
        elapsed_s = STARTUP_S
        for block in job.blocks:
            seconds = (block.seconds or 0.0) * self.draw.lognormvariate(0, SPREAD)
            if elapsed_s + seconds > dies_s:
                break
            elapsed_s += seconds
            self.clock.after(elapsed_s, lambda block=block, seconds=seconds: self.measured(block, seconds))  # type: ignore[misc]
        else:
            self.host_s += elapsed_s
            self.clock.after(elapsed_s, lambda: self.over(job, host, failed=False, back_s=0.0))
            return
        self.host_s += dies_s
        self.faults += 1
        self.clock.after(dies_s, lambda: self.over(job, host, failed=True, back_s=REPAIR_S))

    def measured(self, block: Block, seconds: float) -> None:
        self.placement.finish(block)
        self.useful_s += seconds
        self.last_s = self.clock.now

    def over(self, job: Job, host: str, *, failed: bool, back_s: float) -> None:
        def back() -> None:
            self.free.append(host)
            self.hand_out()

        def noticed() -> None:
            start = time.process_time()
            self.given_up += len(self.placement.ended(job.number, failed=failed))
            self.head_s += time.process_time() - start
            self.again += failed
            self.fill()

        self.clock.after(back_s, back)
        self.clock.after(NOTICE_S, noticed)


def simulate(blocks: Sequence[Block], hosts: int, faults_per_hour: float = 0.0, seed: int = 1) -> Simulated:
    """Measure these blocks, whose seconds are all known, on so many hosts. faults_per_hour: of each host."""
    cluster = _Cluster(blocks, hosts, faults_per_hour, seed)
    cluster.clock.run()
    return Simulated(
        hosts,
        len(blocks),
        cluster.last_s,
        cluster.host_s,
        cluster.useful_s,
        max((block.seconds or 0.0 for block in blocks), default=0.0),
        cluster.faults,
        cluster.again,
        cluster.given_up,
        cluster.jobs,
        cluster.head_s,
    )
