"""A point of the study, and the sweeps that make one point out of another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from models.layers import Network
from models.schedules import Training

Family = Literal["fnn", "cnn", "rnn"]
Axis = Literal["layers", "filters", "filter_size", "batch_size", "examples", "cells"]
CountKind = Literal["trainable", "total"]
Value = TypeVar("Value", int, float)

PERCENTAGES = (33, 40, 57, 64, 83, 100)
BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True)
class Point:
    """One architecture at one value of one axis on one dataset.

    preprocessing: the name of a recipe of the dataset's module.
    table: the study's table that prints the point's count of parameters or examples. A network without a sweep has
        its count in the text, and names the table of its results.
    printed_params: the study's count of the network; trainable parameters or all of them, as count_kind says. Points
        that differ in examples or mini-batch only repeat the count of their network. None for a network that isn't
        the study's.
    figures: of the study, those that draw the point's sweep, or (4.43) its structure.
    axis, value: None for a network without a sweep. layers: the depth, or how often each convolution is repeated;
        filters: a factor of the published number; filter_size: the side of the first convolution's kernel;
        batch_size: examples; examples: percent of the training set; cells: of each LSTM layer.
    variant: another reading of the same words of the study.
    headline: it stands for its family in the short comparison.
    """

    family: str  # a Family, or the name of a network of a user's own
    dataset: str
    preprocessing: str
    architecture: str
    network: Network
    training: Training
    table: str
    printed_params: int | None
    count_kind: CountKind = "total"
    figures: tuple[str, ...] = ()
    axis: str | None = None  # an Axis, or an argument of a user's own
    value: float | None = None
    variant: str = ""
    headline: bool = False

    @property
    def id(self) -> str:
        """dataset-architecture[-axis-value][-variant], in characters that pytest's -k accepts."""
        swept = () if self.axis is None or self.value is None else (self.axis, f"{self.value:g}")
        return "-".join(filter(None, (self.dataset, self.architecture, *swept, self.variant)))


def numbered(first: int, last: int) -> tuple[str, ...]:
    """The names of the study's figures from one to another."""
    return tuple(f"4.{number}" for number in range(first, last + 1))


def networks(
    base: Point, axis: Axis, network: Callable[[Value], Network], printed: Mapping[Value, int]
) -> Iterator[Point]:
    """One point for each value with a printed count."""
    for value, count in printed.items():
        yield dataclasses.replace(base, axis=axis, value=value, network=network(value), printed_params=count)


def examples(base: Point) -> Iterator[Point]:
    """The same network on a growing part of its training set."""
    for percent in PERCENTAGES:
        part = base.training.examples * percent // 100  # rounds down, as the printed numbers do
        training = dataclasses.replace(base.training, examples=part)
        yield dataclasses.replace(base, axis="examples", value=percent, training=training)


def batch_sizes(base: Point) -> Iterator[Point]:
    """The same network with mini-batches of another size."""
    for size in BATCH_SIZES:
        training = dataclasses.replace(base.training, batch_size=size)
        yield dataclasses.replace(base, axis="batch_size", value=size, training=training)
