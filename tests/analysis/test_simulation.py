"""Simulated clusters: known times in, known bounds out."""

from __future__ import annotations

import pytest

from analysis.placement import JOB_S, Block
from analysis.simulation import NOTICE_S, STARTUP_S, simulate


def blocks(count: int, seconds: float) -> list[Block]:
    return [Block(f"p{number}", 1, (f"b{number}",), seconds) for number in range(count)]


def test_one_host_takes_the_sum_of_all() -> None:
    done = simulate(blocks(10, 100.0), 1)
    assert done.useful_s == pytest.approx(1000, rel=0.1)
    assert done.host_s == pytest.approx(done.useful_s + done.jobs * STARTUP_S)
    assert done.makespan_s == pytest.approx(done.host_s, abs=done.jobs * NOTICE_S)
    assert (done.faults, done.again, done.given_up) == (0, 0, 0)


@pytest.mark.parametrize("hosts", [10, 100, 1000])
def test_many_hosts_are_level(hosts: int) -> None:
    """Ten blocks of ten minutes for each host: the makespan is at most one block over the ideal."""
    done = simulate(blocks(10 * hosts, JOB_S), hosts)
    ideal_s = done.host_s / hosts
    assert ideal_s <= done.makespan_s <= ideal_s + 1.3 * done.longest_s
    assert done.given_up == 0


def test_more_hosts_than_blocks_take_as_long_as_the_longest() -> None:
    done = simulate([*blocks(3, 10.0), Block("long", 1, ("long",), 1000.0)], 100)
    assert done.makespan_s == pytest.approx(1000 + STARTUP_S, rel=0.2)


def test_faults_cost_their_blocks_and_nothing_is_lost() -> None:
    calm = simulate(blocks(500, 300.0), 20)
    rough = simulate(blocks(500, 300.0), 20, faults_per_hour=0.5)
    assert rough.faults == rough.again > 10
    assert rough.given_up == 0
    assert rough.useful_s == pytest.approx(calm.useful_s, rel=0.02)
    assert rough.host_s > calm.host_s
    assert rough.makespan_s > calm.makespan_s


def test_a_host_that_always_dies_first_ends_with_blocks_given_up() -> None:
    done = simulate(blocks(2, 36_000.0), 2, faults_per_hour=20.0)
    assert done.given_up == 2
    assert done.useful_s == 0


def test_the_same_seed_is_the_same_session() -> None:
    first, second = (simulate(blocks(50, 60.0), 4, 1.0, seed=7) for _ in range(2))
    assert (first.makespan_s, first.again) == (second.makespan_s, second.again)
