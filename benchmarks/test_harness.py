"""What the suite itself costs: the gate, its clock, its meters. `pytest benchmarks/test_harness.py -m targets`."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from fixtures import machine, process
from fixtures.clock import VirtualClock

pytestmark = pytest.mark.targets

GATE_LIMIT_S = 0.002
GATE_SHARE = 0.005  # of a round of one second


@pytest.fixture(params=[0.0, 1.0], ids=["empty", "one-second"])
def worker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[process.Worker]:
    """A worker whose epochs do nothing for so many seconds, on the host's own interpreter."""
    processors = list(process.available_processors())
    job = {"task": "nothing", "seconds": request.param, "processors": processors}
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    with process.Worker(Path(sys.executable), job, environ, timeout=300) as started:
        started.expect("training")
        yield started


def test_gate(benchmark: BenchmarkFixture, worker: process.Worker) -> None:
    """The host's wall time of a round less the worker's."""
    worker_s: list[float] = []

    def epoch() -> None:
        worker.send("epoch")
        worker_s.append(worker.expect("epoch")["wall_s"])

    epoch()
    benchmark.pedantic(epoch, rounds=20 if worker_s[0] > 0.5 else 500)
    assert benchmark.stats
    host_s = benchmark.stats.stats.data
    overheads = [host - own for host, own in zip(host_s, worker_s[1:], strict=True)]
    overhead = statistics.median(overheads)
    benchmark.extra_info.update(gate_overhead_s=overhead, largest_gate_overhead_s=max(overheads))
    assert overhead < GATE_LIMIT_S
    assert worker_s[0] < 0.5 or overhead < GATE_SHARE * statistics.median(worker_s)


def test_virtual_clock(benchmark: BenchmarkFixture) -> None:
    clock = VirtualClock()
    benchmark(lambda: clock.advance(clock() + 1e-9))


def test_host_snapshot(benchmark: BenchmarkFixture) -> None:
    """Load, memory, frequency: taken before and after each benchmark, never while a worker is timed."""
    benchmark(machine.snapshot)


def test_worker_start(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Starting and reaping a process that does nothing: what each run pays on top of its framework's import."""
    job = {"task": "nothing", "seconds": 0.0, "processors": list(process.available_processors())}
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}

    def start() -> None:
        with process.Worker(Path(sys.executable), job, environ, timeout=60) as worker:
            worker.expect("training")
            worker.send("stop")
            worker.expect("trained")
            worker.expect("done")

    started = time.perf_counter()
    benchmark.pedantic(start, rounds=20)
    assert (time.perf_counter() - started) / 20 < 1
