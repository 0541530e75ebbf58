"""A chart as plain data: reports/figures/sweeps.py makes it, and drawing.py and reports/html/ draw it."""

from __future__ import annotations

from dataclasses import dataclass

from analysis import format as fmt

AXES = {
    "layers": "layers",
    "filters": "filters [factor of the published number]",
    "filter_size": "side of the first filters [pixels]",
    "batch_size": "mini-batch [examples]",
    "examples": "training examples [% of the training set]",
    "cells": "LSTM cells of a layer",
}
CONVOLUTIONS = "layers [repetitions of each convolution]"
DOUBLING = 1.6  # on average from one value to the next, or more
KINDS = {
    "time": ("Training time", "total training time", "s"),
    "speedup": ("Speed-up", "ratio of total training times", ""),
    "memory": ("Memory", "peak memory while training", "MiB"),
    "relative_memory": ("Relative memory", "ratio of peak memory", ""),
    "epoch": ("Epoch time", "time of an epoch", "s"),
    "throughput": ("Throughput", "training examples per second", "1/s"),
    "share": ("Share of the machine", "rate of the products over the fastest product", "%"),
}


@dataclass(frozen=True)
class Spot:
    """A series at one value of its axis.

    value, low, high: in the chart's unit; None where there is no value, or no interval. outcome: `ok`, or why there
    is no value. note: the kind of value or interval, or more about the outcome. failed: the backend that has it.
    """

    x: float
    value: float | None
    low: float | None
    high: float | None
    runs: int
    outcome: str = "ok"
    note: str = ""
    failed: str = ""


@dataclass(frozen=True)
class Series:
    """A line. arms: one backend, or numerator and denominator. main: it is drawn also where all would be too many."""

    arms: tuple[str, ...]
    spots: tuple[Spot, ...]
    main: bool = True

    @property
    def name(self) -> str:
        return " / ".join(self.arms)


@dataclass(frozen=True)
class Band:
    """The range that the study states for a pair, or a backend. first, last: the axis' values that it speaks of."""

    arms: tuple[str, ...]
    low: float
    high: float
    first: float
    last: float
    text: str
    contradictory: bool

    @property
    def name(self) -> str:
        return " / ".join(self.arms)


@dataclass(frozen=True)
class Chart:
    """A figure of the study with what was measured, or the sweep of a user's own network.

    number: the study's (4.12), or the network, what it is swept over, and what is drawn. kind: one of KINDS.
    settings: those of the study's settings that the user replaced, and other arguments, else empty. labels: what
    the reader must know first: synthetic, partial or projected. notes: the study's own statements, its
    contradictions, and what couldn't be drawn. own: whether it is of a network of the user's own.
    """

    number: str
    kind: str
    family: str
    dataset: str
    architecture: str
    axis: str
    settings: str
    ticks: tuple[float, ...]
    series: tuple[Series, ...]
    bands: tuple[Band, ...]
    labels: tuple[str, ...]
    notes: tuple[str, ...]
    own: bool = False

    @property
    def id(self) -> str:
        """The number, and the replaced settings where there are some: unique in a report."""
        return " ".join(filter(None, (self.number, self.settings)))

    @property
    def title(self) -> str:
        if self.own:
            return f"{KINDS[self.kind][0]}: {self.architecture}, over {self.axis}"
        return f"{KINDS[self.kind][0]}: {self.architecture} on {self.dataset}, over {AXES[self.axis].split(' [')[0]}"

    @property
    def x_label(self) -> str:
        if self.own:
            return self.axis
        return CONVOLUTIONS if (self.family, self.axis) == ("cnn", "layers") else AXES[self.axis]

    @property
    def y_label(self) -> str:
        _, quantity, unit = KINDS[self.kind]
        projected = "projected " if any(label.startswith("projected") for label in self.labels) else ""
        return f"{projected}{quantity}" + (f" [{unit}]" if unit else "")

    @property
    def unit(self) -> str:
        return KINDS[self.kind][2]

    @property
    def is_ratio(self) -> bool:
        return self.kind in ("speedup", "relative_memory")

    @property
    def measured(self) -> bool:
        return bool(self.series)

    @property
    def has_values(self) -> bool:
        """Whether anything is drawn besides failures."""
        return any(spot.value is not None for each in self.series for spot in each.spots)

    @property
    def printed(self) -> bool:
        """Whether the study has this figure."""
        return not self.own and self.kind != "share"

    @property
    def heading(self) -> str:
        """What its title stands under in the page: the study's number of it. One's own have their titles alone."""
        if self.printed:
            return f"Figure {self.id}"
        return self.settings or "Not in the study"

    @property
    def runs(self) -> str:
        """How many runs a drawn value rests on."""
        counts = [spot.runs for each in self.series for spot in each.spots if spot.value is not None]
        return fmt.printed(min(counts), max(counts)) if counts else "0"

    @property
    def failures(self) -> dict[float, list[str]]:
        """The backends that failed, each with its outcome, by the value of the axis."""
        failures: dict[float, list[str]] = {}
        for spot in (spot for each in self.series for spot in each.spots if spot.failed):
            text = f"{spot.failed}: {spot.outcome}"
            if text not in failures.setdefault(spot.x, []):
                failures[spot.x].append(text)
        return failures

    @property
    def logarithmic(self) -> bool:
        """Whether the axis' values double from one to the next, or nearly."""
        if self.own:
            return (
                self.ticks[0] > 0
                and len(self.ticks) > 2
                and self.ticks[-1] >= self.ticks[0] * DOUBLING ** (len(self.ticks) - 1)
            )
        return self.axis in ("batch_size", "cells", "filters")

    def aside(self, x: float, index: int, count: int) -> float:
        """Where the index-th of so many series is drawn: a little beside its value, so that intervals don't hide."""
        part = (index - (count - 1) / 2) * 0.008
        first, last = self.ticks[0], self.ticks[-1]
        return x * (last / first) ** part if self.logarithmic else x + part * (last - first)
