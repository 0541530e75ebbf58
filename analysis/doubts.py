"""Doubts about a single run, as flags: each has a code, a sentence, and a link to its explanation.

They are pure functions of a record's fields (analysis/fields.py). A field that a record doesn't have raises no flag.
Doubts about a comparison: analysis/doubts_between.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.record import Flag, Record
from analysis.variation import steadiness

LOAD_LIMIT = 0.5  # runnable processes above the number of processors, which is what a worker itself may cause
FOREIGN_LIMIT = 0.1  # of the time of a benchmark's own processors, taken by other processes
STOLEN_LIMIT = 0.02  # of the processors' time
APART = 1.6  # times the shortest time between two processors: no cache is shared any more
UNEVEN = 1.2  # times the shortest time of a loop that does the same each time
CLOCK_LIMIT = 0.8  # of the frequency before the benchmark; on a GPU of its fastest round's
BUSY_LIMIT = 0.8  # processors: below it a worker on the CPU waits for something
RESTLESS = 0.01  # processor time over the time in which others had their turn
SWAP_LIMIT_MIB = 64.0
MEMORY_LIMIT = 0.05  # of the machine's memory, still available afterwards
GATE_LIMIT_S, GATE_SHARE = 0.002, 0.005  # of the gate between host and worker: seconds, and of a round
GPU_SLOWDOWNS = 0x8 | 0x20 | 0x40 | 0x80  # NVML's bits for heat and for the hardware's own brakes


DISTURBED = ("foreign-load", "throttled", "low-memory", "on-battery")  # measured meanwhile, so surely about this run


def of_run(run: Record) -> list[Flag]:
    """The doubts that one run raises by itself: an unsteady series, and a machine that had other things to do."""
    return [*_unsteady(run), *_loaded(run), *_limited(run), *_stolen(run), *_throttled(run), *_waiting(run),
            *_harness(run), *_memory(run), *_battery(run),
            *_work(run), *_resumed(run), *_restless(run), *of_distance([run]), *of_pace([run])]  # fmt: skip


def _unsteady(run: Record) -> Iterator[Flag]:
    shape = steadiness(run.rounds_s)
    if shape.slow_start:
        yield Flag("unsteady", f"the first round took {shape.first:.2f} times the median of the others: raise --warmup")
    if shape.drifting:
        way = "slower" if shape.trend > 0 else "faster"
        yield Flag("unsteady", f"the rounds got {way} by {abs(shape.trend):.0%} from first to last: raise --warmup")


def _work(run: Record) -> Iterator[Flag]:
    policy, gates = run.options.get("policy"), run.options.get("gates")
    if policy not in (None, "float32"):
        yield Flag("other-work", f"its policy was {policy}: other arithmetic than the float32 of all others")
    if gates:
        yield Flag("other-work", f"its LSTM cells had {gates} gates: other cells than all others' with hard_sigmoid")
    if run.options.get("idiom"):
        yield Flag("other-work", "its layers and optimizer were the framework's own (idiom=on): other mathematics")


def _host(run: Record, name: str) -> tuple[float | None, float | None]:
    """A figure of the host before and after the benchmark."""
    before, after = (getattr(run, side).get(name) for side in ("host_before", "host_after"))
    return before, after


def _processors(run: Record) -> int | None:
    count: int | None = run.machine.get("available_processors")
    return count


def _loaded(run: Record) -> Iterator[Flag]:
    processors = _processors(run)
    load = max((value for value in _host(run, "load_1min") if value is not None), default=None)
    if processors and load is not None and load > processors + LOAD_LIMIT:
        yield Flag(
            "loaded-machine",
            f"{load:.1f} processes wanted to run on {processors} processors: end other work and measure again",
        )
    taken, threads = run.foreign_processors, run.threads
    if threads and taken is not None and taken > FOREIGN_LIMIT * threads:
        yield Flag(
            "foreign-load",
            f"other processes used {taken:.2f} of its {threads} processor(s) meanwhile: end them and measure again",
        )
    foreign = run.gpu_conditions.get("foreign_processes")
    if foreign:
        yield Flag("foreign-load", f"{foreign} other process(es) used the GPU: end them and measure again")


def _limited(run: Record) -> Iterator[Flag]:
    """Under a quota of less than its threads use, the kernel stops a worker for a part of each tenth of a second."""
    quota, threads = run.machine.get("cpu_quota"), run.threads
    if quota is not None and threads and quota < threads:
        yield Flag(
            "cpu-quota",
            f"its control group allows {quota:.3g} processors for {threads} thread(s), and stops them in between: give "
            "the container whole processors, or use fewer --threads",
        )


def _stolen(run: Record) -> Iterator[Flag]:
    (before, after), processors, wall = _host(run, "stolen_s"), _processors(run), run.wall_s
    if before is None or after is None or not processors or not wall:
        return
    share = (after - before) / (wall * processors)
    if share > STOLEN_LIMIT:
        yield Flag("stolen-time", f"the hypervisor kept {share:.1%} of the processors' time for others")


def of_distance(runs: Sequence[Record]) -> list[Flag]:
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


def of_pace(runs: Sequence[Record]) -> list[Flag]:
    """Whether the processors computed faster at one time than at another during these runs of one session."""
    if _spread(runs, "loop_us") < UNEVEN:
        return []
    return [
        Flag(
            "uneven-speed",
            "the processors computed now faster, now slower: another guest used the same cores, or the clock changed",
        )
    ]


def _spread(runs: Sequence[Record], name: str) -> float:
    """The largest of a figure of the host over the smallest; 1 where it is not known."""
    known = [value for run in runs for value in _host(run, name) if value]
    return max(known) / min(known) if known else 1.0


def _throttled(run: Record) -> Iterator[Flag]:
    before, after = _host(run, "frequency_mhz")
    if before and after and after < CLOCK_LIMIT * before:
        yield Flag("throttled", f"the processors' clock fell from {before:.0f} to {after:.0f} MHz: let them cool down")
    events, events_after = _host(run, "throttle_events")
    if events is not None and events_after is not None and events_after > events:
        yield Flag(
            "throttled", f"the processors slowed down for heat {events_after - events} time(s): let them cool down"
        )
    clocks = [clock for clock in run.rounds_sm_clock_mhz if clock]
    if clocks and min(clocks) < CLOCK_LIMIT * max(clocks):
        yield Flag(
            "throttled", f"the GPU's clock was {min(clocks):.0f} MHz in one round and {max(clocks):.0f} in another"
        )
    reasons = run.gpu_conditions.get("throttle_reasons") or 0
    if reasons & GPU_SLOWDOWNS:
        yield Flag("throttled", f"the GPU slowed itself down (NVML's reasons: {reasons:#x}): let it cool down")


def _waiting(run: Record) -> Iterator[Flag]:
    """A worker on the CPU that used less than one processor was kept from computing, whatever its threads."""
    walls, busy = run.rounds_s, run.rounds_processor_s
    if run.device != "cpu" or not walls or len(walls) != len(busy) or not sum(walls):
        return
    used = sum(busy) / sum(walls)
    if used < BUSY_LIMIT:
        yield Flag(
            "waiting",
            f"the worker computed on {used:.2f} processors of {run.threads}, the rest of the time it waited: "
            "other work took its processors, or it does something besides computing",
        )


def _harness(run: Record) -> Iterator[Flag]:
    """The gate's cost is in no result, but a slow gate shows that host or worker were kept from running."""
    gate_s = run.harness.get("gate_s")
    if gate_s is not None and gate_s > GATE_LIMIT_S:
        yield Flag(
            "slow-harness",
            f"a round that does nothing took the suite {1e3 * gate_s:.1f} ms before the first benchmark: "
            "end other work",
        )
    overhead_s, epoch_s = run.harness_overhead_s, run.epoch_s
    if overhead_s is not None and epoch_s is not None and overhead_s > max(GATE_LIMIT_S, GATE_SHARE * epoch_s):
        yield Flag(
            "slow-harness",
            f"a round took {1e3 * overhead_s:.1f} ms longer for the host than for the worker: "
            "other work kept one of them",
        )


def _memory(run: Record) -> Iterator[Flag]:
    figures = (
        _host(run, "swap_used_mib"),
        _host(run, "swapped_out_mib"),
    )  # the second also counts pages that came back
    swapped = max((after - before for before, after in figures if before is not None and after is not None), default=0)
    if swapped > SWAP_LIMIT_MIB:
        yield Flag("low-memory", f"{swapped:.0f} MiB were swapped out: end other work or use fewer examples")
    total = run.machine.get("memory_mib")
    left = min((value for value in _host(run, "memory_available_mib") if value is not None), default=None)
    if total and left is not None and left < MEMORY_LIMIT * total:
        yield Flag("low-memory", f"only {left:.0f} MiB of memory were left: end other work")
    killed, killed_after = _host(run, "oom_kills")
    if killed is not None and killed_after is not None and killed_after > killed:
        yield Flag("low-memory", f"the kernel killed {killed_after - killed} process(es) for want of memory meanwhile")


def _battery(run: Record) -> Iterator[Flag]:
    if any(_host(run, "on_battery")):
        yield Flag("on-battery", "the machine ran on its battery: plug it in, and measure again")


def _restless(run: Record) -> Iterator[Flag]:
    """A worker that computes while others have their turn takes processors from them."""
    rested, computed = run.resting_s, run.resting_processor_s
    if rested and computed is not None and computed > RESTLESS * rested:
        yield Flag(
            "restless",
            f"while others had their turn it computed {computed / rested:.0%} of the time: measure it with "
            "--turns=sequential",
        )


def _resumed(run: Record) -> Iterator[Flag]:
    segments = run.resumed
    if segments:
        epochs = " + ".join(str(segment["epochs"]) for segment in segments)
        other = (
            "" if run.resumed_exactly in (None, True) else "; dropout drew other masks than without the interruption"
        )
        yield Flag("resumed", f"it was interrupted, and went on from a checkpoint: {epochs} epochs{other}")
