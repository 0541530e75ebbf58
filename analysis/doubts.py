"""What makes a run doubtful: pure functions of records' fields. Each flag is a code, a sentence, and where it is
explained. Fields and units: docs/results.md. A field that a record doesn't have raises no flag. What makes a comparison
doubtful: analysis/doubts_between.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from analysis.variation import steadiness

Fields = Mapping[str, Any]

PAGE = "docs/comparing.md"
LOAD_LIMIT = 0.5  # runnable processes above the number of processors, which is what a worker itself may cause
FOREIGN_LIMIT = 0.1  # of the time of a benchmark's own processors, taken by other processes
STOLEN_LIMIT = 0.02  # of the processors' time
APART = 1.6  # times the shortest time between two processors: no cache is shared any more
UNEVEN = 1.2  # times the shortest time of a loop that does the same each time
CLOCK_LIMIT = 0.8  # of the frequency before the benchmark
BUSY_LIMIT = 0.8  # processors: below it a worker on the CPU waits for something
SWAP_LIMIT_MIB = 64.0
MEMORY_LIMIT = 0.05  # of the machine's memory, still available afterwards
GATE_LIMIT_S, GATE_SHARE = 0.002, 0.005  # of the gate between host and worker: seconds, and of a round
GPU_SLOWDOWNS = 0x8 | 0x20 | 0x40 | 0x80  # NVML's bits for heat and for the hardware's own brakes


@dataclass(frozen=True)
class Flag:
    """A doubt. code: also the heading on docs/comparing.md that explains it."""

    code: str
    text: str

    @property
    def link(self) -> str:
        return f"{PAGE}#{self.code}"

    def json(self) -> dict[str, str]:
        return {**asdict(self), "link": self.link}

    def __str__(self) -> str:
        return f"{self.code}: {self.text} ({self.link})"


DISTURBED = ("foreign-load", "throttled", "low-memory", "on-battery")  # measured meanwhile, so surely about this run


def of_run(fields: Fields) -> list[Flag]:
    """The doubts that one run raises by itself: an unsteady series, and a machine that had other things to do."""
    return [*_unsteady(fields), *_loaded(fields), *_limited(fields), *_stolen(fields), *_throttled(fields),
            *_waiting(fields), *_harness(fields), *_memory(fields), *_battery(fields),
            *_resumed(fields), *of_distance([fields]), *of_pace([fields])]  # fmt: skip


def _unsteady(fields: Fields) -> Iterator[Flag]:
    rounds = fields.get("rounds_s") or []
    found = steadiness(rounds)
    if found.slow_start:
        yield Flag("unsteady", f"the first round took {found.first:.2f} times the median of the others: raise --warmup")
    if found.drifting:
        way = "slower" if found.trend > 0 else "faster"
        yield Flag("unsteady", f"the rounds got {way} by {abs(found.trend):.0%} from first to last: raise --warmup")


def _host(fields: Fields, name: str) -> tuple[float | None, float | None]:
    """A figure of the host before and after the benchmark."""
    before, after = ((fields.get(side) or {}).get(name) for side in ("host_before", "host_after"))
    return before, after


def _processors(fields: Fields) -> int | None:
    count: int | None = (fields.get("machine") or {}).get("available_processors")
    return count


def _loaded(fields: Fields) -> Iterator[Flag]:
    processors = _processors(fields)
    load = max((value for value in _host(fields, "load_1min") if value is not None), default=None)
    if processors and load is not None and load > processors + LOAD_LIMIT:
        yield Flag(
            "loaded-machine",
            f"{load:.1f} processes wanted to run on {processors} processors: end other work and measure again",
        )
    taken, own = fields.get("foreign_processors"), fields.get("threads")
    if own and taken is not None and taken > FOREIGN_LIMIT * own:
        yield Flag(
            "foreign-load",
            f"other processes used {taken:.2f} of its {own} processor(s) meanwhile: end them and measure again",
        )
    foreign = (fields.get("gpu_conditions") or {}).get("foreign_processes")
    if foreign:
        yield Flag("foreign-load", f"{foreign} other process(es) used the GPU: end them and measure again")


def _limited(fields: Fields) -> Iterator[Flag]:
    """Under a quota of less than its threads use, the kernel stops a worker for a part of each tenth of a second."""
    quota, threads = (fields.get("machine") or {}).get("cpu_quota"), fields.get("threads")
    if quota is not None and threads and quota < threads:
        yield Flag(
            "cpu-quota",
            f"its control group allows {quota:.3g} processors for {threads} thread(s), and stops them in between: give "
            "the container whole processors, or use fewer --threads",
        )


def _stolen(fields: Fields) -> Iterator[Flag]:
    (before, after), processors, wall = _host(fields, "stolen_s"), _processors(fields), fields.get("wall_s")
    if before is None or after is None or not processors or not wall:
        return
    share = (after - before) / (wall * processors)
    if share > STOLEN_LIMIT:
        yield Flag("stolen-time", f"the hypervisor kept {share:.1%} of the processors' time for others")


def of_distance(runs: Sequence[Fields]) -> list[Flag]:
    """Whether a hypervisor moved the processors during these runs, or between them."""
    if _spread(runs, "exchange_ns") < APART:
        return []
    return [
        Flag(
            "processors-moved",
            "the hypervisor moved its processors apart or together: what their threads exchange takes several times as "
            "long when they are apart",
        )
    ]


def of_pace(runs: Sequence[Fields]) -> list[Flag]:
    """Whether the processors computed faster at one time than at another during these runs of one session."""
    if _spread(runs, "loop_us") < UNEVEN:
        return []
    return [
        Flag(
            "uneven-speed",
            "the processors computed now faster, now slower: another guest used the same cores, or the clock changed",
        )
    ]


def _spread(runs: Sequence[Fields], name: str) -> float:
    """The largest of a figure of the host over the smallest; 1 where it is not known."""
    seen = [value for run in runs for value in _host(run, name) if value]
    return max(seen) / min(seen) if seen else 1.0


def _throttled(fields: Fields) -> Iterator[Flag]:
    before, after = _host(fields, "frequency_mhz")
    if before and after and after < CLOCK_LIMIT * before:
        yield Flag("throttled", f"the processors' clock fell from {before:.0f} to {after:.0f} MHz: let them cool down")
    events, events_after = _host(fields, "throttle_events")
    if events is not None and events_after is not None and events_after > events:
        yield Flag(
            "throttled", f"the processors slowed down for heat {events_after - events} time(s): let them cool down"
        )
    reasons = (fields.get("gpu_conditions") or {}).get("throttle_reasons") or 0
    if reasons & GPU_SLOWDOWNS:
        yield Flag("throttled", f"the GPU slowed itself down (NVML's reasons: {reasons:#x}): let it cool down")


def _waiting(fields: Fields) -> Iterator[Flag]:
    """A worker on the CPU that used less than one processor was kept from computing, whatever its threads."""
    walls, busy = fields.get("rounds_s") or [], fields.get("rounds_processor_s") or []
    if fields.get("device") != "cpu" or not walls or len(walls) != len(busy) or not sum(walls):
        return
    used = sum(busy) / sum(walls)
    if used < BUSY_LIMIT:
        yield Flag(
            "waiting",
            f"the worker computed on {used:.2f} processors of {fields.get('threads')}, the rest of the time it waited: "
            "other work took its processors, or it does something besides computing",
        )


def _harness(fields: Fields) -> Iterator[Flag]:
    """The gate's cost is in no result, but a slow gate says that host or worker were kept from running."""
    own = (fields.get("harness") or {}).get("gate_s")
    if own is not None and own > GATE_LIMIT_S:
        yield Flag(
            "slow-harness",
            f"a round that does nothing took the suite {1e3 * own:.1f} ms before the first benchmark: end other work",
        )
    seen, epoch = fields.get("harness_overhead_s"), fields.get("epoch_s")
    if seen is not None and epoch is not None and seen > max(GATE_LIMIT_S, GATE_SHARE * epoch):
        yield Flag(
            "slow-harness",
            f"a round took {1e3 * seen:.1f} ms longer for the host than for the worker: other work kept one of them",
        )


def _memory(fields: Fields) -> Iterator[Flag]:
    figures = (
        _host(fields, "swap_used_mib"),
        _host(fields, "swapped_out_mib"),
    )  # the second also counts what came back
    swapped = max((after - before for before, after in figures if before is not None and after is not None), default=0)
    if swapped > SWAP_LIMIT_MIB:
        yield Flag("low-memory", f"{swapped:.0f} MiB were swapped out: end other work or use fewer examples")
    total = (fields.get("machine") or {}).get("memory_mib")
    left = min((value for value in _host(fields, "memory_available_mib") if value is not None), default=None)
    if total and left is not None and left < MEMORY_LIMIT * total:
        yield Flag("low-memory", f"only {left:.0f} MiB of memory were left: end other work")
    killed, killed_after = _host(fields, "oom_kills")
    if killed is not None and killed_after is not None and killed_after > killed:
        yield Flag("low-memory", f"the kernel killed {killed_after - killed} process(es) for want of memory meanwhile")


def _battery(fields: Fields) -> Iterator[Flag]:
    if any(_host(fields, "on_battery")):
        yield Flag("on-battery", "the machine ran on its battery: plug it in, and measure again")


def _resumed(fields: Fields) -> Iterator[Flag]:
    segments = fields.get("resumed")
    if segments:
        epochs = " + ".join(str(segment["epochs"]) for segment in segments)
        other = (
            "" if fields.get("resumed_exactly", True) else "; dropout drew other masks than without the interruption"
        )
        yield Flag("resumed", f"it was interrupted, and went on from a checkpoint: {epochs} epochs{other}")
