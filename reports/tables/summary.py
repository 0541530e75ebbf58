"""The tables at the end of a run: per point, each backend's time, memory and error beside a named baseline's."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tabulate import tabulate

from analysis import causes, outlook, spreads
from analysis import format as fmt
from analysis.comparison import Comparison, Row, compare
from analysis.pairs import values
from analysis.record import Flag, Record
from reports.tables import predictions

HEADERS = (
    "backend",
    "epoch [s]",
    "speed-up [95 % CI]",
    "memory [MiB]",
    "relative",
    "train err [{unit}]",
    "test err [{unit}]",
    "study total [s]",
    "outcome",
)
TOTAL = HEADERS.index("study total [s]")
LEGEND = """speed-up: the baseline's time over the backend's, above 1 is faster; ~: no verdict, as the interval contains
1 or the difference is within this machine's noise floor. memory: peak while training (docs/measuring.md says which).
study total: the study's whole schedule at this rate. How ratios and flags come about: docs/comparing.md"""


def summary(
    records: Sequence[Record],
    baselines: Sequence[str],
    floors: Mapping[str, float] | None = None,
    *,
    notes: bool = True,
) -> str:
    """All tables of a session, one per point and overridden settings; the legend; every flag and failure.

    baselines: arms by preference; ratios refer to the first one that has a complete run of the point. floors: the
    machine's noise by family (analysis/noise_floor.py). notes: whether the legend, flags and failures are shown.
    """
    comparison = compare([each for each in records if each.outcome != "unavailable"], "backend", baselines, floors)
    common, comparison = causes.hoisted(comparison)
    groups: dict[str, list[Row]] = {}
    for row in comparison.rows:
        groups.setdefault(row.group, []).append(row)
    parts = ["\n".join(f"! {text}" for text in common)] if common and notes else []
    parts += [f"{heading(rows)}\n\n{table(rows)}" for rows in groups.values()]
    if comparison.means:
        parts.append(_means(comparison))
    if parts and notes:
        parts.append(LEGEND if any(row.trains for row in comparison.rows) else predictions.LEGEND)
    if notes and (lines := [*_notes(records, comparison)]):
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def outcomes(records: Sequence[Record], arms: Sequence[str]) -> str:
    """The result of a smoke test: how often each family and dataset had which outcome on each backend, and why."""
    arms = [arm for arm in arms if any(each.arm == arm for each in records)]
    cells: dict[tuple[str, str], dict[str, Counter[str]]] = {}
    for each in records:
        place = cells.setdefault((each.family, each.dataset), {})
        place.setdefault(each.arm, Counter())[each.outcome] += 1
    rows = [
        [*place, len({each.point for each in records if (each.family, each.dataset) == place})]
        + [", ".join(f"{name} {count}" for name, count in mine.get(arm, Counter()).items()) for arm in arms]
        for place, mine in sorted(cells.items())
    ]
    parts = [tabulate(rows, ["family", "dataset", "points", *arms])]
    if notes := [*_failures(records)]:
        parts.append("\n".join(notes))
    return "\n\n".join(parts)


def table(rows: Sequence[Row]) -> str:
    """One group's table, the fastest first."""
    ordered = sorted(rows, key=lambda row: row.epoch.value if row.epoch else math.inf)
    cells = [_cells(row) for row in ordered]
    headers = [each.format(unit=rows[0].error_unit).replace(" []", "") for each in HEADERS]
    joules = [fmt.significant(row.joules_per_epoch) for row in ordered]
    if any(row.joules_per_epoch is not None for row in rows):
        headers.insert(-1, "energy [J/epoch]")
        cells = [[*line[:-1], text, line[-1]] for line, text in zip(cells, joules, strict=True)]
    if any(row.machine_share is not None for row in rows):
        headers.insert(-1, "of the machine")
        shares = [fmt.NOTHING if row.machine_share is None else fmt.share(row.machine_share) for row in ordered]
        cells = [[*line[:-1], text, line[-1]] for line, text in zip(cells, shares, strict=True)]
    headers, *cells = predictions.adapted(headers, cells, ordered)
    if "study total [s]" in headers and all(row.records[0].own for row in rows):  # the study has no such network
        headers, *cells = ([*line[:TOTAL], *line[TOTAL + 1 :]] for line in (headers, *cells))
    return tabulate(cells, headers, disable_numparse=True, colalign=("left", *["right"] * (len(headers) - 2), "left"))


def _cells(row: Row) -> list[str]:
    total = sum(row.outcomes.values())
    outcome = ", ".join(
        name if count == total else f"{name} {count}/{total}" for name, count in row.outcomes.items()
    )  # fmt: skip
    errors = (value and value.value for value in (row.train_error, row.test_error))
    return [
        row.arm,
        fmt.bare(row.epoch),
        "baseline" if row.verdict == "baseline" else _speed_up(row),
        fmt.significant(row.peak_memory_mib),
        fmt.bare(row.memory),
        *(fmt.NOTHING if value is None else f"{value:.1f}" for value in errors),
        fmt.total(row.total),
        outcome + (" (flagged)" if row.flags else ""),
    ]


def _speed_up(row: Row) -> str:
    text = fmt.ratio(row.speed_up)
    return text + (" ~" if row.verdict == "~" and text != fmt.UNKNOWN else "")


def heading(rows: Sequence[Row]) -> str:
    """A table's heading: the point, its data and plan, and each of the study's settings that was replaced."""
    records = [each for row in rows for each in row.records]
    first = next((each for each in records if each.ok), records[0])
    table, count = first.table, first.params_printed
    printed = [*([f"table {table}"] if table else []), *([] if count is None else [f"{count:,} parameters"])]
    text = first.point + (f" ({', '.join(printed)})" if printed else "")
    if first.data is not None:
        text += (
            f": {' and '.join(values('data', records))} data, {first.examples or 0:,} examples in "
            f"{first.batches or 0:,} mini-batches of {first.batch_size}, "
            f"{len({each.run for each in records})} run(s) of {first.warmup} + {first.rounds} "
            f"{'epochs' if first.trains else 'times predict'}"
        )
    if first.steady:
        text += "; steady"
    if replaced := [f"{name}={value}" for name, value in first.overridden.items() if name != "measure"]:
        text += f"; overridden: {', '.join(replaced)}"
    return text


def _means(comparison: Comparison) -> str:
    rows = [
        [mean.what, mean.arm, f"{fmt.ratio(mean.speed_up)}{' ~' if mean.verdict == '~' else ''}", mean.speed_up.pairs]
        for mean in comparison.means
    ]
    headers = ["family", "backend", "geometric mean of speed-ups", "points"]
    return tabulate(rows, headers, disable_numparse=True)


Place = tuple[str, str]  # the group, empty where a sentence is about all groups, and the arm
Counts = dict[str, Counter[Place]]  # how often each sentence holds, and where


def _notes(records: Sequence[Record], comparison: Comparison) -> Iterable[str]:
    """Every kind of flag, comparison that can't be made, and failure: once, with its places and how often it was there.

    Of flags that differ in their figures one is the example; a saved run and `reports compare` have all of them.
    """
    counts: Counts = defaultdict(Counter)
    flags: dict[str, list[tuple[Flag, Row]]] = defaultdict(list)
    for row in comparison.rows:
        for flag in row.flags:
            flags[flag.code].append((flag, row))
    for found in flags.values():
        example = found[0][0]
        several = len({flag.text for flag, _ in found}) > 1
        title = str(Flag(example.code, f"for example, {example.text}") if several else example)
        for flag, row in found:
            times = sum(flag in each.flags for each in row.records)
            counts[title][row.group, row.arm] += max(times, 1)
    for row in comparison.rows:
        if row.verdict == "not comparable":
            counts[f"not comparable: {row.reason}"][row.group, row.arm] += 1
    yield from _lines(counts)
    yield from (f"! {text}" for text in [*outlook.sentences(comparison), *spreads.sentences(comparison)])
    yield from _failures(records)


def _failures(records: Sequence[Record]) -> Iterable[str]:
    counts: Counts = defaultdict(Counter)
    for each in records:
        if not each.ok:
            group = "" if each.outcome == "unavailable" else each.group
            counts[f"{each.outcome}: {each.reason}"][group, each.arm] += 1
    yield from _lines(counts)


def _lines(counts: Counts) -> Iterable[str]:
    """One line for a sentence about one place; for several places, a line for each group below the sentence."""
    for text, places in counts.items():
        if len(places) == 1:
            (((group, arm), count),) = places.items()
            yield f"! {f'{group}, ' if group else ''}{arm}: {text}{_times(count)}"
        else:
            arms: dict[str, list[str]] = defaultdict(list)
            for (group, arm), count in places.items():
                arms[group].append(arm + _times(count))
            yield f"! {text}"
            yield from (f"    {f'{group}: ' if group else ''}{', '.join(named)}" for group, named in arms.items())


def _times(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""
