"""The study's sweeps from saved runs: a chart for each of figures 4.1 to 4.89 (reports/figures/charts.py)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import study
from analysis import format as fmt
from analysis import totals
from analysis.newest import Newest
from analysis.pairs import differences, ratio, values
from analysis.record import Record
from analysis.statistics import median
from models.catalogue import Point, point
from reports.arms import ordered
from reports.figures.charts import Band, Chart, Series, Spot
from study.tested_claims import CheckedClaim, check

Pair = tuple[str, str]


def charts(newest: Newest, baseline: str | None = None) -> list[Chart]:
    """Charts of figures 4.1 to 4.89 but the diagram, whether measured or not; then those with replaced settings.

    baseline: the backend that all pairs have in common which are drawn by default, beside those of the study; where it
    has no result, or is None, the first of the backends with one.
    """
    arms = ordered(newest.arms)
    candidates = [*([baseline] if baseline else []), *(arm for arm in arms if arm != baseline)]
    swept = [figure for figure in study.figures() if figure.axis]
    settings = dict.fromkeys(group.partition(" ")[2] for group in newest.groups)
    all_charts = [_chart(figure, "", newest, arms, candidates) for figure in swept]
    for replaced in filter(None, settings):
        own = (_chart(figure, replaced, newest, arms, candidates) for figure in swept)
        all_charts += [chart for chart in own if chart.measured]
    return all_charts


def _chart(
    figure: study.Figure, settings: str, newest: Newest, arms: Sequence[str], candidates: Sequence[str]
) -> Chart:
    assert figure.axis
    points = sorted((point(id) for id in figure.points), key=lambda each: each.value or 0)
    groups = {each.value or 0: " ".join(filter(None, (each.id, settings))) for each in points}
    claims = [check(claim, newest) for claim in study.claims() if claim.figure == figure.figure and not settings]
    if figure.kind in ("speedup", "relative_memory"):
        drawn = _ratios(figure.kind, claims, arms, candidates, groups, newest)
    else:
        drawn = [alone(figure.kind, arm, groups, newest) for arm in arms]
    series = tuple(each for each in drawn if each.spots)
    cells = [cell for group in groups.values() for arm in arms if (cell := newest.of(group, arm))]
    return Chart(
        figure.figure, figure.kind, points[0].family, figure.dataset, figure.architecture, figure.axis, settings,
        tuple(groups), series, tuple(_bands(claims, points)), tuple(labels(figure.kind, series, cells, groups)),
        tuple(_notes(figure, claims, series)),
    )  # fmt: skip


def alone(kind: str, arm: str, groups: Mapping[float, str], newest: Newest) -> Series:
    """A backend's line."""
    spots = []
    for x, group in groups.items():
        records = newest.of(group, arm)
        good = _usable(kind, records)
        if mixed := differences(good, (), by="backend"):
            spots.append(Spot(x, None, None, None, 0, "not comparable", "; ".join(mixed)))
        elif good and (spot := _spot(kind, x, good)):
            spots.append(spot)
        elif records and not any(each.ok for each in records):
            spots.append(Spot(x, None, None, None, len(records), records[-1].outcome, records[-1].reason, arm))
    return Series((arm,), tuple(spots))


def _usable(kind: str, records: Sequence[Record]) -> list[Record]:
    """The complete records; those of the profile `smoke` have a memory, but no time that means anything."""
    timed = kind not in ("memory", "relative_memory")
    return [each for each in records if each.ok and not (timed and each.profile == "smoke")]


def _spot(kind: str, x: float, good: Sequence[Record]) -> Spot | None:
    if kind == "time":
        total = totals.known(good)
        if total is None:  # a run without the study's schedule, or of forward passes
            return None
        note = "projected" if total.projected else "measured"
        return Spot(x, total.total_s, _known(total.low_s), _known(total.high_s), len(good), note=note)
    if kind == "epoch":
        figures = [each.epoch_s for each in good if each.epoch_s is not None]
    elif kind == "share":
        figures = [100 * each.machine_share for each in good if each.machine_share is not None]
    elif kind == "memory":
        figures = [each.peak_memory_mib for each in good if each.peak_memory_mib is not None]
    else:
        figures = [each.examples / each.epoch_s for each in good if each.epoch_s and each.examples]
    if len(figures) < 2:
        return Spot(x, figures[0], None, None, 1) if figures else None
    middle = median(figures)
    return Spot(
        x, middle.value, middle.low, middle.high, len(figures), note=f"{middle.coverage:.0%} range of the median"
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _ratios(
    kind: str,
    claims: Sequence[CheckedClaim],
    arms: Sequence[str],
    candidates: Sequence[str],
    groups: Mapping[float, str],
    newest: Newest,
) -> list[Series]:
    """The lines of all pairs, with the first candidate as baseline that has a ratio to any other backend."""
    tried: list[list[Series]] = []
    able = [arm for arm in candidates if any(_usable(kind, newest.of(group, arm)) for group in groups.values())]
    for baseline in able or candidates[:1]:
        pairs = _pairs(kind, claims, arms, baseline)
        drawn = [_pair(kind, pair, groups, newest, main) for pair, main in pairs.items()]
        if any(spot.value is not None for each in drawn if baseline in each.arms for spot in each.spots):
            return drawn
        tried.append(drawn)
    return tried[0] if tried else []


def _pairs(kind: str, claims: Sequence[CheckedClaim], arms: Sequence[str], baseline: str) -> dict[Pair, bool]:
    """All pairs, each with whether it is drawn by default.

    The pairs for which the study states a range come first, as it states them. All others divide the earlier backend's
    time by the later one's, and the later one's memory by the earlier one's: above 1 the later one is faster, or needs
    more.
    """
    stated = [(c.claim.numerator, c.claim.denominator) for c in claims if c.claim.metric == kind]
    pairs: dict[Pair, bool] = {(a, b): True for a, b in stated if a in arms and b in arms and b}
    rest = [baseline, *(arm for arm in arms if arm != baseline)]
    for one, other in combinations(rest, 2):
        if (one, other) not in pairs and (other, one) not in pairs:
            pairs[(one, other) if kind == "speedup" else (other, one)] = one == baseline
    return pairs


def _pair(kind: str, pair: Pair, groups: Mapping[float, str], newest: Newest, main: bool) -> Series:
    """The line of a ratio, or the reason at points without one; it is unpaired where no session has both backends."""
    spots: list[Spot] = []
    for x, group in groups.items():
        sides = newest.both(group, *pair) or tuple(newest.of(group, arm) for arm in pair)
        above, below = (_usable(kind, side) for side in sides)
        if above and below:
            spots += filter(None, [_ratio(kind, x, above, below)])
        elif failed := [cell for arm in pair if (cell := newest.of(group, arm)) and not any(r.ok for r in cell)]:
            last = failed[0][-1]
            spots.append(Spot(x, None, None, None, 0, last.outcome, last.reason, last.arm))
    return Series(pair, tuple(spots), main)


def _ratio(kind: str, x: float, above: Sequence[Record], below: Sequence[Record]) -> Spot | None:
    reasons = differences(above, below, by="backend")
    kinds = values("memory_kind", above, below)
    if kind == "relative_memory" and len(kinds) > 1:
        reasons = [f"memory of {' and '.join(map(str, kinds))}"]
    if reasons:
        return Spot(x, None, None, None, 0, "not comparable", "; ".join(reasons))
    quotient = ratio(above, below, "total_s" if kind == "speedup" else "peak_memory_mib")
    if quotient is None:
        return None
    low, high = _known(quotient.low), _known(quotient.high)
    return Spot(x, quotient.value, low, high, quotient.pairs, note=quotient.method)


def _bands(claims: Sequence[CheckedClaim], points: Sequence[Point]) -> Iterator[Band]:
    """The ranges that the study states; its throughput is over all epochs, and times their number in 1/s."""
    for each in claims:
        claim = each.claim
        if claim.metric == "memory_difference":
            continue
        factor = points[0].training.epochs if claim.metric == "throughput" else 1
        swept = [where.value or 0 for where in points if where.id in claim.points]
        arms = tuple(filter(None, (claim.numerator, claim.denominator)))
        low, high = claim.settled_min * factor, claim.settled_max * factor
        yield Band(arms, low, high, min(swept), max(swept), fmt.printed(low, high), each.contradictory)


def labels(
    kind: str, series: Sequence[Series], cells: Sequence[Sequence[Record]], groups: Mapping[float, str]
) -> Iterator[str]:
    """The facts that a reader must know before believing a chart."""
    if not series:
        return
    good = [each for cell in cells for each in _usable(kind, cell)]
    totals = [each for each in good if kind in ("time", "speedup") and each.total_s is not None]
    if any(each.measured_total_s is None for each in totals):
        yield "projected: total times of the study's schedule at the measured rate"
    kinds = [str(name) for name in dict.fromkeys(each.data for each in good) if name not in (None, "real")]
    for name in kinds:
        yield f"{name} data"
    if any(each.profile == "smoke" for each in good):
        yield "profile smoke: tried out, not timed"
    if steady := sum(each.steady for each in good):
        yield f"steady: {'all' if steady == len(good) else 'some'} runs without known causes of jumping times"
    if any(spot.note == "unpaired" for each in series for spot in each.spots if each.main):
        yield "unpaired: some ratios are of different sessions"
    if any(len([spot for spot in each.spots if spot.value is not None]) < len(groups) for each in series if each.main):
        yield "partial: some points have no result"


def _notes(figure: study.Figure, claims: Sequence[CheckedClaim], series: Sequence[Series]) -> Iterator[str]:
    """The study's own statements, how its ranges compare with ours, its contradictions, and what couldn't be drawn."""
    if figure.summary:
        yield f"The study: {figure.summary}"
    for claim in claims:
        yield _against_ours(claim)
    for each in study.contradictions():
        if figure.figure in _figures_in(each.where):
            yield f"Contradiction ({each.where}): {each.problem} Settled: {each.settled}"
    missing: dict[str, dict[str, list[str]]] = {}
    for line in series:
        for spot in line.spots:
            if spot.value is None and line.main:
                missing.setdefault(f"{spot.outcome}: {spot.note}", {}).setdefault(line.name, []).append(f"{spot.x:g}")
    for reason, where in missing.items():
        places = [f"{name} at {', '.join(xs)}" for name, xs in where.items()]
        yield f"Not drawn, {reason} ({'; '.join(places)})"


def _against_ours(each: CheckedClaim) -> str:
    claim = each.claim
    arms = " / ".join(filter(None, (claim.numerator, claim.denominator)))
    unit = {"throughput": " examples over the time of all epochs", "memory_difference": " MiB"}.get(claim.metric, "")
    text = f"{arms}: the study says {fmt.printed(claim.settled_min, claim.settled_max)}{unit}"
    if (claim.settled_min, claim.settled_max) != (claim.min, claim.max):
        text += f" (printed as {fmt.printed(claim.min, claim.max)})"
    if each.contradictory:
        text += ", and contradicts itself"
    measured = [ratio.value for ratio in each.ratios.values()]
    if not measured:
        return f"{text}; {each.note or 'not measured'}."
    return (
        f"{text}; measured {fmt.span(min(measured), max(measured))}: its order {each.order}, its number {each.number}."
    )


def _figures_in(where: str) -> set[str]:
    """The numbers of the figures that a contradiction concerns."""
    return {word.strip(",:") for word in where.split() if where.startswith("Figure") and word[:2] == "4."}
