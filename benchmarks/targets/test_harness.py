"""Measures the suite's own cost: gate, clock, meters. `pytest benchmarks/targets/test_harness.py -m targets`.

Every session measures the same with fewer rounds before its first benchmark, and stores it (fixtures/run/harness.py).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from analysis.doubts import GATE_LIMIT_S, GATE_SHARE
from fixtures.machine import host
from fixtures.run import harness, process
from fixtures.run.clock import VirtualClock

pytestmark = pytest.mark.targets


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[process.Worker]:
    with harness.idle_worker(tmp_path) as started:
        started.expect("training")
        yield started


@pytest.mark.parametrize(("seconds", "rounds"), [(0.0, 500), (1.0, 20)], ids=["empty", "one-second"])
def test_gate(benchmark: BenchmarkFixture, worker: process.Worker, seconds: float, rounds: int) -> None:
    """The gate costs the host's wall time of a round less the worker's."""
    epochs: list[tuple[float, float, float]] = []
    harness.epoch(worker, seconds)
    benchmark.pedantic(lambda: epochs.append(harness.epoch(worker, seconds)), rounds=rounds)
    overheads = [host_s - worker_s for host_s, worker_s, _ in epochs]
    overhead = statistics.median(overheads)
    benchmark.extra_info.update(gate_overhead_s=overhead, largest_gate_overhead_s=max(overheads))
    assert overhead < GATE_LIMIT_S
    assert not seconds or overhead < GATE_SHARE * seconds


def test_memory_meter(benchmark: BenchmarkFixture, worker: process.Worker) -> None:
    """The high-water mark is read once an epoch, off the clock; the benchmark's own time is that of the round trip."""
    meters: list[float] = []
    benchmark.pedantic(lambda: meters.append(harness.epoch(worker, 0)[2]), rounds=500)
    benchmark.extra_info.update(memory_meter_s=statistics.median(meters))
    assert statistics.median(meters) < GATE_LIMIT_S


def test_virtual_clock(benchmark: BenchmarkFixture) -> None:
    clock = VirtualClock()
    benchmark(lambda: clock.advance(clock() + 1e-9))


def test_host_snapshot(benchmark: BenchmarkFixture) -> None:
    """Load, memory and frequency are read before and after each benchmark, never while a worker is timed."""
    benchmark(host.snapshot)


def test_worker_start(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Each run starts and reaps a process: this one does nothing, and costs what a run pays beside its framework."""

    def start() -> None:
        with harness.idle_worker(tmp_path) as worker:
            worker.expect("training")
            worker.send("stop")
            worker.expect("trained")
            worker.expect("done")

    started = time.perf_counter()
    benchmark.pedantic(start, rounds=20)
    assert (time.perf_counter() - started) / 20 < 1


def test_what_a_session_stores(benchmark: BenchmarkFixture) -> None:
    """The short measurement of every session is quick, and finds a gate as cheap as the long one does."""
    cost = benchmark.pedantic(harness.own_cost, rounds=3)
    benchmark.extra_info.update(cost)
    assert benchmark.stats
    assert benchmark.stats.stats.median < 0.5  # the first benchmark waits for it
    assert cost["gate_s"] < GATE_LIMIT_S
