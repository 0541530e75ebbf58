"""The 2018 study's printed results, figures, claims and conclusions, and how its contradictions are settled.

Its curves exist as pictures only; of a figure we have the statements of the text about it. Times are total training
times on a GPU in seconds, memory is the GPU's in MiB, errors are percent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from models.point import Axis, Family

StudyBackend = Literal["theano", "tensorflow1", "cntk"]
FigureKind = Literal["time", "speedup", "memory", "relative_memory", "throughput", "diagram"]
Metric = Literal["speedup", "relative_memory", "throughput", "memory_difference"]
Status = Literal[
    "ok", "misreferenced", "unit_note", "self_contradictory", "swapped", "text_conflict", "conflicts_with_table"
]

# the study's title, a figure's section in it, and the course of a ratio in its words
FOR_PEOPLE = ("source", "section", "trend")


@dataclass(frozen=True)
class Result:
    """One backend's row of a results table.

    candidates: the points that the row may be of, the likeliest first; one where there is no doubt. A field is None
    where the table doesn't print it: table 4.3 has the mean time of five runs and its spread, the others one run's
    time, memory and errors.
    """

    table: str
    point: str
    backend: StudyBackend
    time_s: float
    spread_s: float | None = None
    runs: int = 1
    memory_mib: float | None = None
    train_error: float | None = None
    test_error: float | None = None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure of chapter 4. summary: the text's statement about it, empty where it gives only ratios (its claims)."""

    figure: str
    kind: FigureKind
    dataset: str
    architecture: str
    axis: Axis | None
    points: tuple[str, ...]
    summary: str = ""


@dataclass(frozen=True)
class Claim:
    """A range that the text gives for a figure.

    speedup: time of `numerator` over that of `denominator`, above 1 where the denominator is faster; relative_memory
    likewise. throughput: examples over the time of all epochs, in 1/s. memory_difference: in MiB.

    min, max: as printed, rounded by the study to one or two digits. settled_min, settled_max: the range that results
    are compared with. points: those that the range is about, without those where a backend ran out of memory or that
    a table of the study contradicts. min_at, max_at: the points of the extremes, empty where the text names none, or
    none that is possible.
    """

    figure: str
    metric: Metric
    numerator: StudyBackend
    denominator: StudyBackend | None
    min: float
    max: float
    settled_min: float
    settled_max: float
    status: Status
    points: tuple[str, ...]
    min_at: tuple[str, ...] = ()
    max_at: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Conclusion:
    """A range of the study's conclusions over the datasets of a family.

    min: None for "up to max". figures_min, figures_max, agrees: the union of the claims of `figures`, as printed, and
    whether it is the range; None where the figures state the ratio only the other way round.
    """

    family: Family
    axis: Axis
    metric: Metric
    numerator: StudyBackend
    denominator: StudyBackend
    max: float
    figures: tuple[str, ...]
    min: float | None = None
    figures_min: float | None = None
    figures_max: float | None = None
    agrees: bool | None = None


@dataclass(frozen=True)
class Contradiction:
    """A statement that the study makes in two ways, or ('choice') not at all; how it is settled here, and by what."""

    kind: Literal["contradiction", "choice"]
    where: str
    problem: str
    settled: str
    evidence: str


@dataclass(frozen=True)
class Platform:
    """The software and the machine that the study measured on."""

    stack: str
    machine: str


@cache
def _read() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Path(__file__).with_name("study.json").read_bytes(), object_hook=_frozen)
    return content


def _frozen(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with lists of texts as tuples, so that it can be hashed, and without members for people only."""
    return {
        key: tuple(value) if isinstance(value, list) and value and isinstance(value[0], str) else value
        for key, value in entry.items()
        if key not in FOR_PEOPLE
    }


def platform() -> Platform:
    return Platform(**{name: _read()[name] for name in ("stack", "machine")})


@cache
def results() -> tuple[Result, ...]:
    """Tables 4.3, 4.7, 4.8, 4.13, 4.14, 4.19, 4.20, 4.25 and 4.26, a row for each backend."""
    return tuple(Result(**{"candidates": (entry["point"],), **entry}) for entry in _read()["results"])


@cache
def out_of_memory() -> frozenset[tuple[str, StudyBackend]]:
    """(point, backend) where the study's GPU of 12 GB was too small."""
    return frozenset((entry["point"], entry["backend"]) for entry in _read()["out_of_memory"])


@cache
def figures() -> tuple[Figure, ...]:
    """Figures 4.1 to 4.89."""
    return tuple(Figure(**entry) for entry in _read()["figures"])


@cache
def claims() -> tuple[Claim, ...]:
    """The ranges printed for figures, in the figures' order."""
    points = {figure.figure: figure.points for figure in figures()}
    return tuple(_claim(entry, points[entry["figure"]]) for entry in _read()["claims"])


def _claim(entry: dict[str, Any], points: tuple[str, ...]) -> Claim:
    fields = {key: value for key, value in entry.items() if key != "left_out"}
    left_out = entry.get("left_out", ())
    settled = {"settled_min": entry["min"], "settled_max": entry["max"]}
    return Claim(**{**settled, **fields, "points": tuple(point for point in points if point not in left_out)})


@cache
def conclusions() -> tuple[Conclusion, ...]:
    """The ranges that the study's conclusions state."""
    return tuple(Conclusion(**entry) for entry in _read()["conclusions"])


@cache
def contradictions() -> tuple[Contradiction, ...]:
    """The contradictions and gaps of the study, and how they are settled."""
    return tuple(Contradiction(**entry) for entry in _read()["contradictions"])
