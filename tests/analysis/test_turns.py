"""Intervals of ratios from blocks in turns, on simulated machines: they hold what they promise, and are narrow."""

from __future__ import annotations

import bisect
import math
import random
import statistics
from collections.abc import Callable
from itertools import accumulate

import pytest

from analysis import pairs, precision
from analysis.record import Record
from analysis.statistics import Ratio
from tests.builder import bare

ARMS = {"a": 0.5, "b": 0.5, "c": 0.8}  # seconds of an epoch; a and b are alike
Speed = Callable[[float], float]  # seconds since the start to a factor of every epoch's time
PAUSE_S, ROUNDS, TURN = 20.0, 12, 3  # what a block takes besides its rounds


def drifting(draw: random.Random) -> Speed:
    phase = draw.uniform(0, 6)
    return lambda t: 1.2 + 0.2 * math.sin(t / 300 + phase)


def jumping(mean_s: float) -> Callable[[random.Random], Speed]:
    """Two speeds, each for so many seconds on average: another guest comes and goes."""

    def machine(draw: random.Random) -> Speed:
        ends = list(accumulate(draw.expovariate(1 / mean_s) for _ in range(int(3000 / mean_s) + 20)))
        return lambda t: 1.5 if bisect.bisect(ends, t) % 2 else 1.0

    return machine


def stolen(draw: random.Random) -> Speed:
    """Bursts of a third of a second, a few a minute."""
    starts = list(accumulate(draw.expovariate(1 / 15) for _ in range(250)))
    return lambda t: 3.0 if (i := bisect.bisect(starts, t)) and t - starts[i - 1] < 0.3 else 1.0


MACHINES = {"drifts": drifting, "jumps for seconds": jumping(4), "jumps for minutes": jumping(90), "steals": stolen}


def measured(draw: random.Random, speed: Speed, blocks: int, *, turns: bool = True) -> dict[str, list[Record]]:
    """What is recorded of each arm in each block."""
    records: dict[str, list[Record]] = {arm: [] for arm in ARMS}
    now = 0.0
    for run in range(blocks):
        luck = {arm: math.exp(draw.gauss(0, 0.02)) for arm in ARMS}  # a process is lucky, or isn't
        rounds: dict[str, list[float]] = {arm: [] for arm in ARMS}
        for _ in range(ROUNDS // TURN if turns else 1):
            for arm in draw.sample([*ARMS], len(ARMS)):
                for _ in range(TURN if turns else ROUNDS):
                    seconds = ARMS[arm] * luck[arm] * speed(now) * math.exp(draw.gauss(0, 0.02))
                    now += seconds
                    rounds[arm].append(seconds)
        now += draw.uniform(0.5, 1.5) * PAUSE_S
        of_turns = [index // TURN for index in range(ROUNDS)] if turns else []
        for arm, mine in rounds.items():
            figures = {"rounds_s": mine, "rounds_turns": of_turns, "epoch_s": statistics.median(mine)}
            records[arm].append(bare(backend=arm, run=run + 1, block=str(run), **figures))
    return records


def ratios(seed: int, machine: str, blocks: int, *, turns: bool = True) -> tuple[Ratio, Ratio]:
    """Of a to b, which are alike, and of a to c."""
    draw = random.Random(f"{machine}/{blocks}/{seed}")
    found = measured(draw, MACHINES[machine](draw), blocks, turns=turns)
    one, other = (pairs.ratio(found["a"], found[arm], "epoch_s") for arm in "bc")
    assert one
    assert other
    return one, other


def width(machine: str, *, turns: bool) -> float:
    """The mean half-width of the ratio of a to c after six blocks."""
    return statistics.fmean(ratios(seed, machine, 6, turns=turns)[1].half_width for seed in range(100))


@pytest.mark.parametrize("blocks", [3, 6, 20])
@pytest.mark.parametrize("machine", MACHINES)
def test_an_interval_holds_the_truth_as_often_as_it_promises(machine: str, blocks: int) -> None:
    found = [ratios(seed, machine, blocks) for seed in range(300)]
    truths = (1, ARMS["a"] / ARMS["c"])
    held = [ratio.low <= truth <= ratio.high for pair in found for ratio, truth in zip(pair, truths, strict=True)]
    assert 0.93 <= statistics.fmean(held) <= 0.985  # one block in which a machine jumped widens an interval
    assert statistics.fmean(pair[0].significant for pair in found) <= 0.07  # A/A: 5 %, and the luck of 300 trials


@pytest.mark.parametrize("machine", ["jumps for seconds", "jumps for minutes"])
def test_turns_are_narrower_than_one_after_the_other(machine: str) -> None:
    assert width(machine, turns=True) < 0.7 * width(machine, turns=False)


@pytest.mark.parametrize("machine", ["drifts", "steals"])
def test_they_are_no_wider_where_they_do_not_help(machine: str) -> None:
    assert width(machine, turns=True) < 1.1 * width(machine, turns=False)


def test_rounds_are_paired_by_their_place_in_a_turn() -> None:
    one = bare(block="x", rounds_s=[1.0, 3.0, 9.0], rounds_turns=[0, 0, 1], epoch_s=3.0)
    other = bare(block="x", rounds_s=[2.0, 6.0, 30.0, 1.0], rounds_turns=[0, 0, 1, 1], epoch_s=4.0)
    by_place = [math.log(each) for each in (1 / 2, 3 / 6, 9 / 30)]
    assert math.log(pairs.rounds_in_turns(one, other)) == pytest.approx(pairs.center(by_place))
    assert pairs.center([0.0, 0.0, -1.0]) == -0.25  # of 0, 0, 0, -1/2, -1/2 and -1
    apart = bare(block="y", rounds_s=[2.0], rounds_turns=[0], epoch_s=4.0)
    assert pairs.rounds_in_turns(one, apart) == 0.75


def test_a_plan_of_blocks_in_turns_knows_that_their_rounds_are_paired() -> None:
    runs: dict[bool, list[int]] = {True: [], False: []}
    for seed in range(20):
        draw = random.Random(seed)
        arms = measured(draw, jumping(4)(draw), 6)
        records = [each for arm in arms.values() for each in arm]
        for each in records:
            each.outcome, each.wall_s = "ok", sum(each.rounds_s) + PAUSE_S
        paired = precision.from_pilot(records, "a", 0.05, most_runs=200)
        for each in records:
            each.rounds_turns = []
        runs[True].append(paired.runs * paired.rounds)
        medians = precision.from_pilot(records, "a", 0.05, most_runs=200)
        runs[False].append(medians.runs * medians.rounds)
    assert statistics.median(runs[True]) < statistics.median(runs[False]) / 2
