"""Doubts about a comparison, as flags: pure functions of both sides' records. Those about a run: analysis/doubts.py."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis import machines
from analysis.record import Flag, Record

OPTION_OF = {"fix_update_race": "race"}  # by which option it is given, where that has another name
OUTPUT_LIMIT = 1e-4  # of the largest value that is compared: float32 differs by 1e-6, bfloat16 by 1e-3
RATIO_LIMIT = 5.0  # a ratio beyond this, or its inverse, is nearly always a fault of the set-up


def of_ratio(value: float) -> list[Flag]:
    """Whether a ratio of times is plausible: within 0.2 to 5."""
    if 1 / RATIO_LIMIT <= value <= RATIO_LIMIT:
        return []
    times = max(value, 1 / value)
    return [Flag("implausible-ratio", f"a factor of {times:.1f} is rarely a backend's doing: ask the doctor")]


def of_size(batches: int, shown: int) -> Flag:
    """Times of epochs of so many mini-batches are shown as if they had another number of them."""
    return Flag("other-size", f"its epochs have {batches:,} mini-batches: times are per mini-batch, for {shown:,}")


def of_errors(one: Sequence[Record], other: Sequence[Record]) -> list[Flag]:
    """Whether two backends' test errors differ by more than the seeds make them differ.

    Each backend has a spread: the range of its errors over seeds, and at least two standard errors of a share that is
    counted on so many test examples. The errors differ if the gap between their medians exceeds the larger spread. A
    regression's error is no share, so it has its range alone. A single seed and an unknown number of examples give no
    spread, and so no flag.
    """
    samples = [[run.test_error for run in runs if run.test_error is not None] for runs in (one, other)]
    if not all(samples):
        return []
    gap = abs(statistics.median(samples[0]) - statistics.median(samples[1]))
    if len({len(run.losses) for runs in (one, other) for run in runs if run.losses}) > 1:
        return []  # one of them trained for longer: an arm that takes many times as long has fewer rounds
    if any(flag.code == "other-size" for runs in (one, other) for run in runs for flag in run.flags):
        return []  # or on more examples
    counted = [_counting_error(runs, sample) for runs, sample in zip((one, other), samples, strict=True)]
    known = None not in counted or max(map(len, samples)) > 1
    spread = max(*(max(sample) - min(sample) for sample in samples), *(error or 0.0 for error in counted))
    if gap <= spread or not known:
        return []
    unit = " points" if _is_percentage(one) else ""
    return [
        Flag(
            "error-gap",
            f"the test errors differ by {gap:.2g}{unit}, over seeds by {spread:.2g}: it may not be the same work",
        )
    ]


def of_outputs(one: Sequence[Record], other: Sequence[Record]) -> list[Flag]:
    """Whether both sides predict the same from the same weights: the first values of runs with one seed and data."""
    sides = [{(run.seed, run.data_fingerprint): run.outputs for run in runs if run.outputs} for runs in (one, other)]
    worst = 0.0
    for run in sides[0].keys() & sides[1].keys():
        mine, theirs = sides[0][run], sides[1][run]
        largest = max(map(abs, (*mine, *theirs)))
        gap = max((abs(a - b) for a, b in zip(mine, theirs, strict=False)), default=0.0)
        worst = max(worst, math.inf if len(mine) != len(theirs) else gap / largest if largest else 0.0)
    if worst <= OUTPUT_LIMIT:
        return []
    much = "are not as many" if math.isinf(worst) else f"differ by {worst:.2g} of the largest"
    return [Flag("other-outputs", f"the first values that they predict {much}: it is not the same network")]


def _is_percentage(runs: Sequence[Record]) -> bool:
    return all(run.error_unit == "%" for run in runs)


def _counting_error(runs: Sequence[Record], errors: Sequence[float]) -> float | None:
    """Two standard errors, in percentage points; None where they are not known.

    A share that no example or every example counts to is taken half an example from there, so that it is not held to be
    exact.
    """
    examples = runs[0].test_examples
    if not examples or not _is_percentage(runs):
        return None
    half = 0.5 / examples
    share = min(max(statistics.median(errors) / 100, half), 1 - half)
    return 200 * math.sqrt(share * (1 - share) / examples)


def of_losses(one: Sequence[str], other: Sequence[str]) -> list[Flag]:
    """Whether more of the other side's runs failed than of this one's. one, other: outcomes of all their runs."""
    failed, before = (sum(name != "ok" for name in side) for side in (other, one))
    if failed * len(one) <= before * len(other):
        return []
    names = ", ".join(dict.fromkeys(name for name in other if name != "ok"))
    return [
        Flag(
            "lost-runs",
            f"{failed} of its {len(other)} runs failed ({names}), and {before} of the baseline's {len(one)}: what is "
            "left may be the luckier ones",
        )
    ]


def of_counts(one: Sequence[Record], other: Sequence[Record]) -> list[Flag]:
    """Whether all of these runs trained networks of one size."""
    counts = _values("params", one, other)
    if len(counts) < 2:
        return []
    return [Flag("parameter-counts", f"networks of {' and '.join(f'{count:,}' for count in counts)} parameters")]


def of_settings(one: Sequence[Record], other: Sequence[Record], same_backend: bool) -> list[Flag]:
    """Differences of packages (across sides only where the backend is the same), options and machines."""
    flags = []
    environments = [_values("environment", side) for side in (one, other)]
    if same_backend:
        environments = [_values("environment", one, other)]
    if any(len(names) > 1 for names in environments):
        flags.append(Flag("other-environment", f"the packages changed in between: {_changed_versions(one, other)}"))
    flags += _of_options(one, other)
    if len(_values("turns", one, other)) > 1:
        why = ", ".join(_values("alone", one, other))
        flags.append(
            Flag("not-in-turns", "some trained in turns with others, some by themselves" + (f": {why}" if why else ""))
        )
    first, *rest = _values("machine", one, other) or [{}]
    if others := [machine for machine in rest if machines.differences(first, machine)]:
        names = list(dict.fromkeys(str(machine.get("cpu_model", machine)) for machine in (first, *others)))
        what = " and ".join(names) if len(names) > 1 else ", ".join(machines.differences(first, others[0]))
        flags.append(Flag("other-machine", f"measured on different machines: {what}"))
    return flags


def _of_options(one: Sequence[Record], other: Sequence[Record]) -> Iterator[Flag]:
    """Options that differ: those that an arm was given to be compared by, and all others."""
    asked: list[str] = []
    others: list[str] = []
    for name in dict.fromkeys(name for run in (*one, *other) for name in (*run.options, "threads")):
        sides = [[_option(run, name) for run in side] for side in (one, other) if side]
        if len({text for side in sides for text in side}) > 1:
            text = f"{name} {' and '.join(', '.join(dict.fromkeys(side)) for side in sides)}"
            (asked if given(OPTION_OF.get(name, name), one, other) else others).append(text)
    if asked:
        yield Flag("by-choice", f"they differ as was asked for: {'; '.join(asked)}")
    if others:
        yield Flag("other-options", f"not the same options: {'; '.join(others)}")


def given(name: str, *sides: Sequence[Record]) -> bool:
    """Whether an arm among these has this option of its own: then a difference is on purpose."""
    return any(name in run.own_options for side in sides for run in side)


def _option(run: Record, name: str) -> str:
    value = run.threads if name == "threads" else run.options.get(name)
    names = {None: "unset", True: "on", False: "off"}
    return names[value] if value is None or isinstance(value, bool) else str(value)


def _changed_versions(*sides: Sequence[Record]) -> str:
    by_package: dict[str, set[str]] = {}
    for run in (run for side in sides for run in side):
        for package, version in run.versions.items():
            by_package.setdefault(package, set()).add(str(version))
    changed = [
        f"{package} {' and '.join(sorted(each))}" for package, each in sorted(by_package.items()) if len(each) > 1
    ]
    return ", ".join(changed) or "not those whose versions a record names"


def _values(name: str, *sides: Sequence[Record]) -> list[Any]:
    """The different values of a field in order of appearance, without those that are unknown."""
    different: list[Any] = []
    for value in (getattr(run, name) for side in sides for run in side):
        if value is not None and value not in different:
            different.append(value)
    return different


def of_age(runs: Sequence[Record], current: Mapping[str, str]) -> list[Flag]:
    """Whether runs were measured with packages that have been replaced since. current: arm to fingerprint."""
    old = {run.arm for run in runs if run.environment != current.get(run.arm, run.environment)}
    if not old:
        return []
    return [
        Flag("stale-environment", f"the packages of {', '.join(sorted(old))} have been replaced since: measure again")
    ]
