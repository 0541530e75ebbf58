"""From records to ratios: the runs that may be compared, how they pair, the verdict, and the doubts about it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analysis import doubts, doubts_between, sizes, totals
from analysis.pairs import By, Verdict, differences, ratio, values, verdict
from analysis.record import Flag, Record, counted
from analysis.statistics import Median, Ratio, holm, median, pooled_ratio
from analysis.totals import Total

# family (Record.noise) to the logarithm of the smallest ratio that means something on this machine
Floors = Mapping[str, float]


@dataclass(frozen=True)
class Row:
    """One arm of a group beside the group's baseline. Figures are None where there is nothing to show.

    group: the point and settings; where saved runs are compared, also the backend. arm: a backend, or a saved run; it
    has no records where all of its results are lost. speed_up: the baseline's time over the arm's, above 1 the arm is
    faster. memory: the arm's peak over the baseline's, where both are of one kind. epoch: median over runs of their
    median rounds, in seconds. reason: why there is no ratio, or how the arm's runs ended.
    """

    group: str
    point: str
    family: str
    arm: str
    baseline: str
    verdict: Verdict
    reason: str
    outcomes: Mapping[str, int]
    records: tuple[Record, ...]
    speed_up: Ratio | None = None
    memory: Ratio | None = None
    epoch: Median | None = None
    peak_memory_mib: float | None = None
    memory_kind: str | None = None
    joules_per_epoch: float | None = None
    machine_share: float | None = None
    train_error: Median | None = None
    test_error: Median | None = None
    total: Total | None = None
    flags: tuple[Flag, ...] = ()
    holm_p: float = math.nan

    @property
    def noise(self) -> str:
        """The name of the machine's noise floor for it."""
        return next((each.noise for each in self.records), self.family)

    @property
    def trains(self) -> bool:
        """Whether it is of trainings, not of forward passes alone."""
        return all(each.trains for each in self.records)

    @property
    def error_unit(self) -> str:
        return next((each.error_unit for each in self.records), "%")

    @property
    def stands(self) -> bool:
        """Whether the verdict holds among all of its table's (Holm's correction)."""
        return self.verdict in ("faster", "slower") and self.holm_p < 0.05


@dataclass(frozen=True)
class GeometricMean:
    """The geometric mean of an arm's speed-ups over a family's points, and the extremes among them.

    what: the family, and the settings and kind of data that these points have in common.
    """

    what: str
    arm: str
    baseline: str
    speed_up: Ratio
    smallest: float
    largest: float
    verdict: Verdict


@dataclass(frozen=True)
class Comparison:
    by: By
    rows: tuple[Row, ...]
    means: tuple[GeometricMean, ...] = ()
    floors: Floors = field(default_factory=dict)

    @property
    def compared(self) -> tuple[Row, ...]:
        """The rows with a ratio."""
        return tuple(row for row in self.rows if row.speed_up is not None)

    @property
    def lost(self) -> tuple[Row, ...]:
        """The rows of saved runs that lack what the group's baseline has: a result, or as many of its runs."""
        partly = [row for row in self.rows if self.by == "run" and any(flag.code == "lost-runs" for flag in row.flags)]
        return tuple(row for row in self.rows if row.verdict == "lost" or row in partly)


def compare(
    records: Iterable[Record],
    by: By = "backend",
    baselines: Sequence[str] = (),
    floors: Floors | None = None,
    current: Mapping[str, str] | None = None,
) -> Comparison:
    """Each arm beside its group's baseline: backends with each other, or saved runs or points of one backend.

    baselines: arms by preference; a group's baseline is the first of them with a complete run in it, else the arm that
    appears first. A saved run that comes after the baseline and has no complete run in the group has lost it. floors:
    the machine's noise floor by family. current: each backend's packages as of now, by the fingerprint in a record's
    `environment`.
    """
    cells: dict[str, dict[str, list[Record]]] = {}
    records = counted(records)
    sessions = list(dict.fromkeys([*baselines, *(each.session for each in records)])) if by == "run" else []
    for each in records:
        group, arm = _place(each, by)
        cells.setdefault(group, {}).setdefault(arm, []).append(each)
    floors = floors or {}
    rows: list[Row] = []
    for group, arms in ((group, sizes.alike(cells[group])) for group in cells):
        present = [*_rows(group, arms, _baseline(arms, baselines), by, floors, current or {})]
        rows += _with_losses(present, sessions)
    corrected = holm([row.speed_up.p if row.speed_up else math.nan for row in rows])
    rows = [replace(row, holm_p=p) for row, p in zip(rows, corrected, strict=True)]
    return Comparison(by, tuple(rows), () if by == "point" else tuple(_means(rows, floors)), floors)


def _place(each: Record, by: By) -> tuple[str, str]:
    """(group, arm) of a record: what has a table of its own, and what stands beside each other in it."""
    places = {
        "backend": (each.group, each.arm),
        "run": (f"{each.group} {each.arm}", each.session),
        "point": (each.arm, each.group),
    }
    return places[by]


def _baseline(arms: Mapping[str, Sequence[Record]], preferred: Sequence[str]) -> str:
    measured = [arm for arm, records in arms.items() if any(each.ok for each in records)]
    return next((arm for arm in (*preferred, *measured) if arm in measured), "")


def _rows(
    group: str,
    arms: Mapping[str, Sequence[Record]],
    baseline: str,
    by: By,
    floors: Floors,
    current: Mapping[str, str],
) -> Iterable[Row]:
    base = [each for each in arms.get(baseline, ()) if each.ok]
    for arm, records in arms.items():
        row = _alone(group, arm, baseline, records, current)
        good = [each for each in records if each.ok]
        if mixed := differences(good, (), by):
            yield _without_figures(row, mixed)
        elif not good or arm == baseline:
            yield row
        elif reasons := differences(base, good, by):
            counts = doubts_between.of_counts(base, good)
            yield replace(row, verdict="not comparable", reason="; ".join(reasons), flags=(*row.flags, *counts))
        else:
            yield _beside(row, arms[baseline], good, by, floors)


def _with_losses(rows: Sequence[Row], sessions: Sequence[str]) -> Iterable[Row]:
    """A group's rows, and one for each later saved run that has no result in it. sessions: all saved runs in order."""
    base = next((row for row in rows if row.verdict == "baseline"), None)
    later = sessions[sessions.index(base.arm) + 1 :] if base and sessions else []
    for row in rows:
        yield replace(row, verdict="lost") if row.verdict == "no result" and row.arm in later else row
    for missing in later:
        if base and not any(row.arm == missing for row in rows):
            yield Row(base.group, base.point, base.family, missing, base.arm, "lost", "not in this run", {}, ())


def _alone(group: str, arm: str, baseline: str, records: Sequence[Record], current: Mapping[str, str]) -> Row:
    """An arm's row without what needs the baseline: its outcomes, medians, and doubts."""
    good = [each for each in records if each.ok]
    failed = {f"{each.outcome}: {each.reason}": None for each in records if not each.ok}
    row = Row(
        group=group,
        point=records[0].point,
        family=records[0].family,
        arm=arm,
        baseline=baseline,
        verdict="baseline" if arm == baseline else "no result",
        reason="; ".join(failed),
        outcomes=Counter(each.outcome for each in records),
        records=tuple(records),
    )
    if not good:
        return row
    flags = [flag for each in good for flag in each.flags]
    settings = doubts_between.of_settings(good, (), same_backend=True)
    sessions = [[each for each in good if each.session == name] for name in {each.session for each in good}]
    flags += [flag for some in sessions for flag in doubts.of_pace(some)]
    flags += [*doubts.of_distance(good), *settings, *doubts_between.of_age(good, current)]
    return replace(
        row,
        epoch=_median(good, "epoch_s"),
        peak_memory_mib=getattr(_median(good, "peak_memory_mib"), "value", None),
        memory_kind=good[0].memory_kind,
        joules_per_epoch=getattr(_median(good, "joules_per_epoch"), "value", None),
        machine_share=getattr(_median(good, "machine_share"), "value", None),
        train_error=_median(good, "train_error"),
        test_error=_median(good, "test_error"),
        total=totals.known(good),
        flags=tuple(dict.fromkeys(flags)),
    )


def _without_figures(row: Row, mixed: Sequence[str]) -> Row:
    """The row of an arm whose own runs are not alike (real data and a stand-in, say), so that medians mean nothing."""
    names = ("epoch", "peak_memory_mib", "memory_kind", "joules_per_epoch", "machine_share")
    figures = dict.fromkeys((*names, "train_error", "test_error", "total"))
    return replace(row, verdict="not comparable", reason="; ".join(mixed), **figures)  # type: ignore[arg-type]


def _median(records: Sequence[Record], name: str) -> Median | None:
    values = [value for value in (getattr(each, name) for each in records) if value is not None]
    return median(values) if values else None


def _beside(row: Row, others: Sequence[Record], good: Sequence[Record], by: By, floors: Floors) -> Row:
    """The arm's row with its ratios. others: all records of the baseline. good: the complete ones of the arm."""
    base = [each for each in others if each.ok]
    speed_up = ratio(base, good, "epoch_s")
    memory = ratio(good, base, "peak_memory_mib") if len(values("memory_kind", base, good)) == 1 else None
    flags = [*row.flags]
    if by != "point":
        flags += [*doubts_between.of_errors(base, good), *doubts_between.of_outputs(base, good)]
    flags += doubts_between.of_settings(base, good, same_backend=by != "backend")
    flags += doubts_between.of_losses([each.outcome for each in others], [each.outcome for each in row.records])
    if speed_up and by != "point":  # a network may well be ten times as large
        flags += doubts_between.of_ratio(speed_up.value)
    return replace(
        row,
        speed_up=speed_up,
        memory=memory,
        verdict=verdict(speed_up, floors.get(row.noise, 0.0)),
        flags=tuple(dict.fromkeys(flags)),
    )


def _means(rows: Sequence[Row], floors: Floors) -> Iterable[GeometricMean]:
    """A mean for each family, arm and baseline with at least two points; never over different settings, kinds of data
    or backends.
    """
    swept: dict[tuple[str, str, str, str], list[Ratio]] = {}  # by the name of their noise floor, among others
    for row in rows:
        if row.speed_up is not None:
            kind = next(each.kind for each in row.records if each.ok)
            what = f"{row.family}{row.group.removeprefix(row.point)}, {kind}"
            swept.setdefault((row.noise, what, row.arm, row.baseline), []).append(row.speed_up)
    for (noise, what, arm, baseline), ratios in swept.items():
        if len(ratios) > 1:
            pooled, factors = pooled_ratio(ratios), [each.value for each in ratios]
            means = verdict(pooled, floors.get(noise, 0.0))
            yield GeometricMean(what, arm, baseline, pooled, min(factors), max(factors), means)
