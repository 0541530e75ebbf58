"""A comparison as text or Markdown: tables for people, with the doubts that they should know first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from analysis import causes, lost, outlook, spreads
from analysis import format as fmt
from analysis.comparison import Comparison, Row
from analysis.pairs import values
from analysis.record import Record, columns
from reports.tables import predictions
from reports.tables.writing import MARKDOWN, as_text, escape, item

PrintedSpeedUp = Callable[[Row], float | None]

LEGEND = """speed-up: the baseline's time over this one's, above 1 is faster, with its 95 % confidence interval.
~: the interval contains 1, or the difference is within the machine's noise floor: no verdict.
epoch: median over runs, with an exact interval, or with the extremes and how often such a range holds the truth.
memory: peak while training; relative: over the baseline's. Errors: median over seeds, and their spread.
study total: the study's whole schedule without evaluation; of a projection, where one such training is expected."""
PROVENANCE = columns("commit", "profile", "order_seed", "device", "threads", "options")


def _short(names: Iterable[str]) -> dict[str, str]:
    """Names of saved runs without their folder, where that is the same for all."""
    names = list(names)
    folders = {name.rpartition("/")[0] for name in names}
    return {name: name.rpartition("/")[2] if len(folders) == 1 else name for name in names}


def _cells(row: Row, title: str, printed: PrintedSpeedUp | None) -> list[str]:
    failed = ", ".join(f"{name} {count}" for name, count in row.outcomes.items() if name != "ok")
    verdict = row.verdict + (f": {row.reason}" if row.verdict == "not comparable" else "")
    cells = [
        title,
        fmt.middle(row.epoch),
        "1" if row.verdict == "baseline" else fmt.ratio(row.speed_up),
        failed if row.verdict == "no result" else verdict,
        fmt.significant(row.peak_memory_mib),
        fmt.ratio(row.memory),
        fmt.error(row.train_error),
        fmt.error(row.test_error),
        fmt.total(row.total),
        str(row.outcomes.get("ok", 0)) + (f" (+ {failed})" if failed else ""),
        ", ".join(dict.fromkeys(flag.code for flag in row.flags)),
    ]
    if printed:
        cells.insert(3, fmt.significant(printed(row)))
    return cells


def _headers(by: str, unit: str, printed: PrintedSpeedUp | None) -> list[str]:
    unit = f" [{unit}]" if unit else ""
    headers = [by, "epoch [s]", "speed-up", "verdict", "memory [MiB]", "relative"]
    headers += [f"train err{unit}", f"test err{unit}", "study total [s]", "runs", "flags"]
    if printed:
        headers.insert(3, "the study's")
    return headers


def text(comparison: Comparison, style: str, printed: PrintedSpeedUp | None = None) -> str:
    """All tables. style: one of tabulate's, `simple` or `github`. printed: the study's own speed-up of a row.

    Of saved runs only groups with two of them have a table; the notes name the others.
    """
    common, comparison = causes.hoisted(comparison)
    groups: dict[str, list[Row]] = {}
    for row in comparison.rows:
        groups.setdefault(row.group, []).append(row)
    titles = _short(row.arm for row in comparison.rows)
    mark, heads = ("### ", "## ") if style == MARKDOWN else ("", "")
    parts = ["\n".join(item(text, style) for text in common)] if common else []
    for group, rows in groups.items():
        rows = sorted((row for row in rows if row.records), key=lambda row: row.epoch.value if row.epoch else math.inf)
        if comparison.by == "run" and len(rows) == 1:
            continue
        cells = [_cells(row, titles[row.arm], printed) for row in rows]
        headers = _headers(comparison.by, rows[0].error_unit, printed)
        if any(row.machine_share is not None for row in rows):
            headers.insert(-2, "of the machine")
            for line, row in zip(cells, rows, strict=True):
                line.insert(-2, fmt.NOTHING if row.machine_share is None else fmt.share(row.machine_share))
        headers, *cells = predictions.adapted(headers, cells, rows)
        table = as_text(cells, headers, style)
        parts.append(f"{mark}{escape(_title(group, rows), style)}\n\n{table}")
    if comparison.means:
        parts.append(f"{heads}Geometric means\n\n{_means(comparison, style, titles)}")
    notes = [*_notes(comparison), *_floors(comparison), *provenance(comparison)]
    legend = LEGEND if any(row.trains for row in comparison.rows) else predictions.LEGEND
    return "\n\n".join([*parts, legend, "\n".join(item(note, style) for note in notes)])


def _title(group: str, rows: Sequence[Row]) -> str:
    first = next((each for row in rows for each in row.records if each.ok), None)
    if first is None:
        return group
    size = f"{first.examples:,} examples" if first.examples else "epochs of a size that is not known"
    kinds = " and ".join(values("data", *(row.records for row in rows))) or "unknown"
    steady = "; steady" if first.steady else ""
    return f"{group}: {kinds} data, {size}, mini-batches of {fmt.known(first.batch_size)}{steady}"


def _means(comparison: Comparison, style: str, titles: Mapping[str, str]) -> str:
    rows = [
        [
            mean.what,
            titles[mean.arm],
            titles[mean.baseline],
            fmt.ratio(mean.speed_up),
            mean.verdict,
            f"{fmt.significant(mean.smallest)} to {fmt.significant(mean.largest)}",
            str(mean.speed_up.pairs),
        ]
        for mean in comparison.means
    ]
    headers = ["family", comparison.by, "baseline", "geometric mean of speed-ups", "verdict", "range", "points"]
    return as_text(rows, headers, style)


def _notes(comparison: Comparison) -> Iterable[str]:
    """Results that are lost or new; every flag once for each row, and every reason."""
    yield from (f"Lost: {text}" for text in lost.missing(comparison))
    if comparison.by == "run":
        yield from lost.new(comparison)
    for row in comparison.rows:
        where = f"{row.group}, {row.arm}"
        if row.reason and row.verdict != "lost":
            yield f"{where}: {row.reason}"
        for flag in row.flags:
            if row not in comparison.lost or flag.code != "lost-runs":  # which is reported above
                yield f"{where}: {flag}"
    yield from outlook.sentences(comparison)
    yield from spreads.sentences(comparison)
    methods = {row.speed_up.method for row in comparison.compared if row.speed_up}
    if "paired" in methods:
        yield "Ratios are paired by block: both ran next to each other in the same session."
    if "unpaired" in methods:
        rest = [f"{r.group}, {r.arm}" for r in comparison.compared if r.speed_up and r.speed_up.method == "unpaired"]
        which = "" if len(methods) == 1 else f" of {'; '.join(rest)}"
        yield f"Ratios{which} are unpaired (Welch): from different sessions, so that a machine that changed is in them."
    verdicts = [row for row in comparison.rows if row.verdict in ("faster", "slower")]
    tests = sum(not math.isnan(row.holm_p) for row in comparison.rows)
    if tests > 1:
        standing = sum(row.stands for row in verdicts)
        yield f"{len(verdicts)} of {tests} ratios differ from 1; {standing} still do as one of {tests} verdicts (Holm)."


def _floors(comparison: Comparison) -> Iterable[str]:
    for family, floor in sorted(comparison.floors.items()):
        yield f"Noise floor of this machine, {family}: {fmt.share(math.expm1(floor))} (A/A)."


def provenance(comparison: Comparison) -> Iterable[str]:
    """The origin of the figures: each session's plan, settings, packages and machine."""
    sessions: dict[str, list[Record]] = {}
    for row in comparison.rows:
        for each in row.records:
            if each.ok:
                sessions.setdefault(each.session, []).append(each)
    for session, records in sessions.items():
        plans = sorted({f"{fmt.known(each.warmup)} + {fmt.known(each.rounds)}" for each in records})
        known = [(column.name, column.of(records[0])) for column in PROVENANCE]
        settings = [f"{name} {value}" for name, value in known if value is not None]
        machine = records[0].machine
        started = min(each.started or "" for each in records)
        yield "; ".join(
            filter(
                None,
                [
                    f"{session}: {started}",
                    f"{max(each.run for each in records)} run(s) of {' or '.join(plans)} epochs",
                    *settings,
                    f"machine {machine.get('machine', '?')} ({machine.get('cpu_model', 'unknown')})",
                ],
            )
        )
        for arm, last in {each.arm: each for each in records}.items():
            versions = ", ".join(f"{name} {version}" for name, version in last.versions.items())
            packages = f"packages {str(used)[:12]}" if (used := last.environment) else ""
            if texts := [text for text in (versions, packages) if text]:
                yield f"{session}, {arm}: {'; '.join(texts)}"
