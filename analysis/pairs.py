"""Two sides of a ratio: whether they may be divided, how their runs pair, and the verdict."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import combinations_with_replacement
from typing import Any, Literal

from analysis import doubts_between
from analysis.record import Record
from analysis.statistics import Ratio, paired_ratio, unpaired_ratio

Verdict = Literal["baseline", "faster", "slower", "~", "one run", "not comparable", "no result", "lost"]
By = Literal["backend", "run", "point"]

TIME = "epoch_s"
MUST_AGREE = {
    "measure": "measure",
    "data": "data",
    "device": "device",
    "threads": "threads",
    "batch_size": "mini-batch",
    "examples": "examples of an epoch",
}


def verdict(speed_up: Ratio | None, floor: float) -> Verdict:
    """The verdict of a speed-up: ~, which is none, where its interval contains 1 or it is within the noise floor."""
    if speed_up is None:
        return "no result"
    if math.isnan(speed_up.low):
        return "one run"
    if not speed_up.significant or abs(math.log(speed_up.value)) <= floor:
        return "~"
    return "faster" if speed_up.value > 1 else "slower"


def ratio(numerators: Sequence[Record], denominators: Sequence[Record], name: str) -> Ratio | None:
    """The ratio of a figure of two arms: paired by the blocks that both have, and unpaired where they
    share fewer than two (a side with a single run is paired by that one).

    A block is one run number of one session. Where its arms trained in turns, the ratio of their times is that of
    rounds_in_turns. None where an arm lacks the figure.
    """
    above, below = _by_block(numerators, name), _by_block(denominators, name)
    if not above or not below:
        return None
    blocks = sorted(above.keys() & below.keys())
    if len(blocks) > 1 or (blocks and min(len(above), len(below)) == 1):
        in_block = rounds_in_turns if name == TIME else partial(_quotient, name)
        return paired_ratio([in_block(above[block], below[block]) for block in blocks], [1.0] * len(blocks))
    one, other = ([float(getattr(each, name)) for each in side.values()] for side in (above, below))
    return unpaired_ratio(one, other)


def _quotient(name: str, one: Record, other: Record) -> float:
    return float(getattr(one, name) / getattr(other, name))


def rounds_in_turns(one: Record, other: Record) -> float:
    """The ratio of two arms' times in a block, from rounds that came right after each other; without turns, of medians.

    A round is paired with the one at the same place of the same turn. What slowed the machine down for a part of the
    block is then in neither side alone (tests/analysis/test_turns.py).
    """
    ratios = ratios_in_turns(one, other)
    return math.exp(center([math.log(each) for each in ratios])) if ratios else _quotient(TIME, one, other)


def center(values: Sequence[float]) -> float:
    """Hodges and Lehmann's location: the median of the means of all pairs, each value with itself among them.

    A few stray values don't move it, as they don't move the median. Where an arm is now fast, now slow (Theano by
    turns, TensorFlow 2 by epochs), it lies between the two, while the median jumps from block to block.
    """
    return statistics.median(map(statistics.fmean, combinations_with_replacement(values, 2)))


def ratios_in_turns(one: Record, other: Record) -> list[float]:
    """The ratios of the rounds that came right after each other; none without turns, or of different blocks."""
    if one.block != other.block or not one.rounds_turns or not other.rounds_turns:
        return []
    sides = [_by_place(each) for each in (one, other)]
    return [sides[0][place] / sides[1][place] for place in sides[0] if place in sides[1]]


def _by_place(record: Record) -> dict[tuple[int, int], float]:
    """Rounds by their turn and place in it."""
    places: Counter[int] = Counter()
    rounds = {}
    for turn, seconds in zip(record.rounds_turns, record.rounds_s, strict=True):
        rounds[turn, places[turn]] = seconds
        places[turn] += 1
    return rounds


def _by_block(records: Sequence[Record], name: str) -> dict[tuple[str, int, int], Record]:
    """Records with a figure by session, run, and repetition of that run: a run that was measured twice counts twice."""
    repetitions: Counter[tuple[str, int]] = Counter()
    known = {}
    for each in records:
        block = each.session, each.run
        if getattr(each, name) is not None:
            known[(*block, repetitions[block])] = each
        repetitions[block] += 1
    return known


def differences(one: Sequence[Record], other: Sequence[Record], by: By) -> list[str]:
    """The reasons why the times of these runs can't be divided by each other; none where they can.

    Backends and points can't be compared across machines; saved runs can, as their machines may be what the comparison
    is about. Points are networks of different sizes, and so are those with layers of a framework's own, as asked for.
    """
    other_sizes = by == "point" or doubts_between.given("idiom", one, other)
    reasons = [] if other_sizes else [flag.text for flag in doubts_between.of_counts(one, other)]
    for name, title in MUST_AGREE.items():
        different = values(name, one, other)
        if len(different) > 1 and not doubts_between.given(name, one, other):
            texts = [f"{value:,}" if isinstance(value, int) else str(value) for value in different]
            reasons.append(f"{title}: {' and '.join(texts)}")
    if by != "run":
        doubts = doubts_between.of_settings(one, other, same_backend=False)
        reasons += [flag.text for flag in doubts if flag.code == "other-machine"]
    return reasons


def values(name: str, *sides: Sequence[Record]) -> list[Any]:
    """The different values of a field, without those that are unknown."""
    return list(dict.fromkeys(v for side in sides for each in side if (v := getattr(each, name)) is not None))
