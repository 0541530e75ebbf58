"""Blocks on nodes, whatever fails: each is done once or given up, on one kind of node, never in two jobs at once."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from analysis.placement import JOB_S, QUEUED, START_S, TRIES, Block, Job, Placement, described, left_s

GROUPS = {"big": ["b1", "b2"], "small": ["s1"]}


def blocks(count: int, seconds: float | None = 10.0, points: int = 3) -> list[Block]:
    return [
        Block(f"p{number % points}", number // points + 1, (f"p{number % points}-{number}",), seconds, 60.0)
        for number in range(count)
    ]


@given(
    count=st.integers(0, 30),
    seconds=st.none() | st.floats(0.1, 2000),
    chance=st.floats(0, 0.9),
    seed=st.integers(),
    jobs=st.none() | st.integers(1, 4),
)
def test_every_block_is_done_or_given_up(
    count: int, seconds: float | None, chance: float, seed: int, jobs: int | None
) -> None:
    draw = random.Random(seed)
    placement = Placement(blocks(count, seconds), GROUPS, jobs_at_once=jobs)
    done: list[Block] = []
    given_up: list[Block] = []
    queued: list[Job] = []
    while not placement.over:
        queued += placement.next_jobs()
        at_once = [block for job in queued for block in job.blocks]
        assert len(at_once) == len(set(at_once))
        assert jobs is None or len(queued) <= jobs
        for group, nodes in GROUPS.items():
            assert sum(job.group == group for job in queued) <= QUEUED * len(nodes)
        job = queued.pop(draw.randrange(len(queued)))
        assert not set(GROUPS[job.group]) & job.exclude
        assert {name for name in ("b1", "b2", "s1") if name not in GROUPS[job.group]} <= job.exclude
        failed = False
        for block in job.blocks:
            if failed := draw.random() < chance:
                break
            placement.finish(block)
            done.append(block)
        given_up += placement.ended(job.number, failed=failed)
    assert sorted([*done, *given_up], key=repr) == sorted(blocks(count, seconds), key=repr)
    assert all(placement.tries[block] == TRIES for block in given_up)
    assert not placement.left


def test_a_point_stays_with_one_kind_of_nodes() -> None:
    placement = Placement(blocks(12, points=2), {"one": ["a"], "other": ["b"]})
    assert placement.group_of == {"p0": "one", "p1": "other"}
    assert [*described(placement)] == [
        "1 x one (a): 6 blocks of 1 points, about 0.0 h of nodes",
        "1 x other (b): 6 blocks of 1 points, about 0.0 h of nodes",
    ]


def test_a_node_of_another_kind_than_declared_is_left_to_other_points() -> None:
    placement = Placement(blocks(4, points=1), {"all": ["a", "b"]})
    first, second, *_ = placement.next_jobs()
    assert placement.began(first, "a", "old processor") is None
    assert placement.began(second, "b", "new processor") == (
        "b is of another kind (new processor) than the nodes that measure p0 (old processor)"
    )
    assert placement.ended(second.number, failed=False) == []
    (again,) = placement.next_jobs()
    assert again.exclude == {"b"}
    assert again.blocks == second.blocks


def test_short_blocks_share_a_job_and_long_ones_do_not() -> None:
    (first, *_) = Placement(blocks(300, 1.0), {"all": ["a", "b"]}).next_jobs()
    assert len(first.blocks) == 38  # an eighth of all, as two nodes take four portions each
    (first, *_) = Placement(blocks(300, JOB_S), {"all": ["a", "b"]}).next_jobs()
    assert len(first.blocks) == 1


def test_time_limits() -> None:
    one, two = Block("p", 1, ("a",), 100.0, 60.0), Block("p", 2, ("b",), 100.0)
    placement = Placement([one, two], {"all": ["a"]})
    assert placement.limit_s([one]) == START_S + 60
    assert placement.limit_s([one, two]) == START_S + 600
    assert placement.limit_s([two, Block("q", 1, ("c",))]) is None
    assert Placement([two], {"all": ["a"]}, most_s=90.0).limit_s([two]) == 90


def test_a_job_of_an_earlier_head_is_taken_up() -> None:
    before = Placement(blocks(4), {"all": ["a"]})
    job = next(iter(before.next_jobs()))
    now = Placement(blocks(4, seconds=99.0), {"all": ["a"]})
    now.adopt(job)
    assert now.number == job.number
    (more, *_) = now.next_jobs()
    assert more.number == job.number + 1
    assert not set(more.blocks) & set(job.blocks)


def test_what_is_left_takes_as_long_as_its_longest_block_at_least() -> None:
    assert left_s(blocks(4, 10.0), 2) == 20
    assert left_s(blocks(4, 10.0), 40) == 10
    assert left_s([*blocks(1, 10.0), *blocks(1, None)], 2) is None
    assert left_s([], 2) is None
