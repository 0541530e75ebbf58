"""What a precision costs: from a pilot's variance to runs, rounds and seconds."""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis import format as fmt
from analysis.pairs import center, ratios_in_turns
from analysis.record import Record
from analysis.statistics import half_width, special, t_quantile
from analysis.variation import Components, components

ROUNDS = range(5, 101)  # a shorter series can't be checked for being steady
TRAINING = 0.91  # of a session's time, its pilot of short runs included, at least
FARTHEST = 36.0  # standard errors: beyond it SciPy's noncentral t fails here and there, and power is certainty


def share(text: str) -> float:
    """A precision as a command line gives it, 0.05 or 5%; raises ArgumentTypeError for anything else."""
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no share such as 0.05 or 5%")
    return value


def expected_half_width(variance: float, runs: int, confidence: float = 0.95) -> float:
    """The half-width to expect of a ratio's interval. variance: of one run's log ratio. runs: at least 2."""
    return half_width(math.sqrt(variance / runs), runs - 1, confidence)


def runs_for(variance: float, precision: float, confidence: float = 0.95) -> int:
    """The fewest runs whose interval is expected to be no wider than this relative half-width; at least 2.

    variance: of one run's log ratio. precision: 0.05 for 5 %. Raises ValueError unless it is positive.
    """
    if precision <= 0:
        raise ValueError(f"a precision is a positive share such as 0.05, not {precision}")
    most = 2
    while expected_half_width(variance, most, confidence) > precision:
        most *= 2
    fewest = most // 2
    while most - fewest > 1:  # the half-width falls with every run
        middle = (most + fewest) // 2
        if middle >= 2 and expected_half_width(variance, middle, confidence) <= precision:
            most = middle
        else:
            fewest = middle
    return most


def power(variance: float, effect: float, runs: int, confidence: float = 0.95) -> float:
    """The probability that this many runs show a ratio of 1 + effect as above 1 (noncentral t).

    variance: of one run's log ratio, positive. effect: at least 0.
    """
    shift = min(math.log1p(effect) / math.sqrt(variance / runs), FARTHEST)
    return 1 - float(special().nctdtr(runs - 1, shift, t_quantile(runs - 1, confidence)))


def detectable(variance: float, runs: int, chance: float = 0.8) -> float:
    """The smallest effect that this many runs find with this chance: 0.05 for 5 %."""
    shift = float(special().nctdtrinc(runs - 1, 1 - chance, t_quantile(runs - 1)))
    return math.expm1(shift * math.sqrt(variance / runs))


@dataclass(frozen=True)
class Cost:
    """What a precision costs. variance: of one run's log ratio at this number of rounds. seconds: of all blocks."""

    runs: int
    rounds: int
    variance: float
    seconds: float

    @property
    def precision(self) -> float:
        """The half-width to expect."""
        return expected_half_width(self.variance, self.runs)

    @property
    def detectable(self) -> float:
        """The smallest difference that so many runs find four times in five."""
        return detectable(self.variance, self.runs)

    def __str__(self) -> str:
        return (
            f"{self.runs} runs of {self.rounds} rounds, about {math.ceil(self.seconds / 60)} min: an interval of "
            f"{fmt.share(self.precision)} to each side is to be expected, and a difference of "
            f"{fmt.share(self.detectable)} is found four times in five"
        )


def cheapest(
    pilot: Components,
    precision: float,
    run_s: float,
    round_s: float,
    rounds: Sequence[int] = ROUNDS,
    most_runs: float = math.inf,
) -> Cost:
    """The cheapest runs and rounds for a wanted relative half-width.

    pilot: components of the log ratio. run_s: what a block costs before its first round, in seconds, all its
    backends together; round_s: what one round of each costs. rounds: those to choose from. Where even `most_runs` runs
    are too few, it is that many of the fewest rounds, and the cost's `precision` says what they reach.
    """

    def with_rounds(count: int, runs: int | None = None) -> Cost:
        variance = pilot.of_run(count)
        runs = runs or runs_for(variance, precision)
        return Cost(runs, count, variance, runs * (run_s + count * round_s))

    affordable = [cost for cost in map(with_rounds, rounds) if cost.runs <= most_runs]
    return min(affordable or [with_rounds(rounds[0], int(most_runs))], key=lambda cost: cost.seconds)


def from_pilot(
    records: Iterable[Record],
    baseline: str,
    precision: float,
    rounds: Sequence[int] = ROUNDS,
    most_runs: float = math.inf,
) -> Cost:
    """The cost of a precision at one point, from a pilot's records, for the ratio to the baseline that varies most.

    Foreign load lasts longer than a round. It makes short runs vary more than processes do, and a pilot can't tell the
    two apart. So only those numbers of rounds are considered with which at least TRAINING of the time, the pilot's
    included, is training. rounds, most_runs: as in `cheapest`.

    Needs at least two blocks in which the baseline and another backend ended `ok`; raises ValueError otherwise.
    """
    good = [record for record in records if record.ok]
    series: dict[str, dict[int, Record]] = {}
    for record in good:
        series.setdefault(record.arm, {})[record.run] = record
    base = series.get(baseline, {})
    ratios = [_of_ratio(base, other) for name, other in series.items() if name != baseline]
    pilots = [pilot for pilot in ratios if pilot is not None]
    if not pilots:
        raise ValueError(f"a plan needs a pilot of at least 2 blocks with {baseline} and another backend in them")
    run_s, round_s = (
        sum(column) for column in zip(*(price([*runs.values()]) for runs in series.values()), strict=True)
    )
    warmup_s = sum(statistics.fmean(sum(each.warmup_s) for each in runs.values()) for runs in series.values())
    spent_s = sum(_wall_s(record) for record in good)
    trained_s = sum(sum(record.warmup_s) + sum(record.rounds_s) for record in good)

    def long_enough(pilot: Components, count: int) -> bool:
        runs = min(runs_for(pilot.of_run(count), precision), most_runs)
        training_s = trained_s + runs * (warmup_s + count * round_s)
        return bool(training_s >= TRAINING * (spent_s + runs * (run_s + count * round_s)))

    costs = []
    for pilot in pilots:
        long = [count for count in rounds if long_enough(pilot, count)] or rounds[-1:]
        costs.append(cheapest(pilot, precision, run_s, round_s, long, most_runs))
    return max(costs, key=lambda cost: (cost.precision > precision, cost.seconds, cost.precision))


def _of_ratio(base: Mapping[int, Record], other: Mapping[int, Record]) -> Components | None:
    """Components of the log ratio of two backends, without what a block's runs share; None with fewer than 2 blocks.

    In turns a block's ratio is that of rounds right after each other, and so is what varies within it.
    """
    blocks = sorted(base.keys() & other.keys())
    if len(blocks) < 2:
        return None
    turns = [ratios_in_turns(base[block], other[block]) for block in blocks]
    if all(turns):
        logs = [center([math.log(each) for each in ratios]) for ratios in turns]
        within = components(turns).within
        rounds = statistics.fmean(map(len, turns))
        return Components(max(0.0, statistics.variance(logs) - within / rounds), within, len(blocks) - 1)
    arms = [[runs[block].rounds_s for block in blocks] for runs in (base, other)]
    logs = [math.log(statistics.median(a) / statistics.median(b)) for a, b in zip(*arms, strict=True)]
    within = sum(components(arm).within for arm in arms)
    rounds = statistics.fmean(len(series) for arm in arms for series in arm)
    return Components(max(0.0, statistics.variance(logs) - within / rounds), within, len(blocks) - 1)


def price(records: Sequence[Record]) -> tuple[float, float]:
    """Mean seconds of a run without its rounds (start, build, warm-up, evaluation), and of one round."""
    without_rounds = statistics.fmean(_wall_s(record) - sum(record.rounds_s) for record in records)
    return without_rounds, statistics.fmean(statistics.fmean(record.rounds_s) for record in records)


def _wall_s(record: Record) -> float:
    if record.wall_s is None:
        raise ValueError("a plan needs a pilot that says how long its benchmarks took as a whole (wall_s)")
    return record.wall_s
