"""The study's total training time from a steady rate: projected, and always called so."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from analysis.record import Record
from analysis.statistics import UNKNOWN, interval

T = TypeVar("T")


@dataclass(frozen=True)
class Total:
    """Seconds of the study's whole schedule: `start_up_s` once and `epochs_s` for its epochs; evaluation is in none.

    low_s, high_s: where one more such training is expected in 95 of 100 cases; NaN where a single figure is all
    there is. basis: whether the trainings were really run, or projected from runs, or from the rounds of one run (whose
    interval knows nothing of how runs differ).
    """

    start_up_s: float
    epochs_s: float
    low_s: float
    high_s: float
    basis: Literal["measured", "runs", "rounds"]

    @property
    def total_s(self) -> float:
        return self.start_up_s + self.epochs_s

    @property
    def unknown(self) -> bool:
        """Whether it is projected, and its interval spans so much that its middle says nothing."""
        return self.projected and self.high_s > UNKNOWN * self.low_s

    @property
    def projected(self) -> bool:
        return self.basis != "measured"


def is_whole_schedule(run: Record) -> bool:
    """Whether a run trained for as many epochs, on as many examples, as the study."""
    epochs = len(run.warmup_s) + len(run.rounds_s)
    return epochs == run.study_epochs and run.examples == run.study_examples


def add_to(run: Record) -> None:
    """Set a record's `measured_total_s`, or its `projected_total_s` with low and high where there is an interval."""
    own = known([run])
    if own is None:  # a network that the study doesn't have
        return
    if not own.projected:
        run.measured_total_s = own.total_s
        return
    run.projected_total_s = own.total_s
    if not math.isnan(own.low_s):
        run.projected_low_s, run.projected_high_s = own.low_s, own.high_s


def total(runs: Sequence[Record]) -> Total:
    """The study's total training time on one backend at one point, from all of its complete runs.

    The rate is the mean of a run's rounds, not their median: a long training also meets the slow ones. The cost of a
    run's mini-batches is scaled by how many more the study's epoch has. The cost of an epoch apart from its
    mini-batches, which the run measured by still shorter epochs, is not scaled. The first epoch's time above the mean
    (graphs, compilation) is added once. Of several runs it is the geometric mean, with Student's t interval of
    prediction on their logarithms. Runs that trained the whole schedule are measured, not projected; if only some did,
    the others are left out. Raises ValueError for no runs at all.
    """
    if not runs:
        raise ValueError("a total needs at least one complete run")
    if not any(run.rounds_s for run in runs):  # the study's own results: it prints totals only
        return _of_runs([0.0] * len(runs), [_given(run.measured_total_s) for run in runs], "measured")
    measured = [run for run in runs if is_whole_schedule(run)]
    if measured:
        start_ups = [_start_up(run) for run in measured]
        trained = [float(sum(run.warmup_s) + sum(run.rounds_s)) for run in measured]
        return _of_runs(start_ups, [all_ - first for all_, first in zip(trained, start_ups, strict=True)], "measured")
    epochs = [_study_epochs_s(run, statistics.fmean(run.rounds_s)) for run in runs]
    start_ups = [_start_up(run) for run in runs]
    if len(runs) > 1:
        return _of_runs(start_ups, epochs, "runs")
    low, high = _predicted([_study_epochs_s(runs[0], seconds) for seconds in runs[0].rounds_s], one_more=False)
    return Total(start_ups[0], epochs[0], start_ups[0] + low, start_ups[0] + high, "rounds")


def known(runs: Sequence[Record]) -> Total | None:
    """The total, or None where a record lacks a field for it: networks that the study doesn't have, the study's own.

    A forward pass has none.
    """
    if not all(run.trains for run in runs):
        return None
    try:
        return total(runs)
    except Unknown:
        return None


class Unknown(ValueError):
    """A record lacks a field that a total takes."""


def _given(value: T | None) -> T:
    if value is None:
        raise Unknown
    return value


def _of_runs(start_ups: Sequence[float], epochs: Sequence[float], basis: Literal["measured", "runs"]) -> Total:
    start_up, centre = statistics.fmean(start_ups), statistics.geometric_mean(epochs)
    low, high = _predicted([first + rest for first, rest in zip(start_ups, epochs, strict=True)], one_more=True)
    return Total(start_up, centre, low, high, basis)


def _start_up(run: Record) -> float:
    return float(max(0.0, _given(run.first_epoch_s) - statistics.fmean(run.rounds_s)))


def _study_epochs_s(run: Record, epoch_s: float) -> float:
    """Seconds of the study's epochs, if an epoch of this run takes `epoch_s`."""
    batches = math.ceil(_given(run.study_examples) / _given(run.batch_size))
    apart = _apart_from_batches_s(run, epoch_s)
    return float(_given(run.study_epochs) * (apart + (epoch_s - apart) * batches / _given(run.batches)))


def _apart_from_batches_s(run: Record, epoch_s: float) -> float:
    """The cost of an epoch apart from its mini-batches: the intercept of the line through epochs of two sizes.

    0 for a run that didn't time a second size. At most the shorter epoch: a mini-batch takes some time.
    """
    short, whole = run.short_batches or 0, _given(run.batches)
    if not short or short == whole:
        return 0.0
    short_s = statistics.median(run.short_rounds_s)
    batch_s = (epoch_s - short_s) / (whole - short)
    return float(min(max(0.0, epoch_s - whole * batch_s), short_s, epoch_s))


def _predicted(values: Sequence[float], one_more: bool) -> tuple[float, float]:
    """The interval of the mean, or of one more value, on the logarithms; NaN for a single one."""
    if len(values) < 2:
        return math.nan, math.nan
    logs = [math.log(value) for value in values]
    centre, count = statistics.fmean(logs), len(logs)
    spread = statistics.stdev(logs) * math.sqrt(1 / count + (1 if one_more else 0))
    return interval(centre, spread, count - 1)
