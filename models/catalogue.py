"""Every point of the study that this suite measures: what it is, where it stands, what is printed of it.

A point is one architecture at one value of one axis on one dataset. Its id reads dataset-architecture-axis-value
and is made of characters that pytest's -k accepts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from models import cnn, fnn, rnn
from models.layers import Network
from models.training import Training

Family = Literal["fnn", "cnn", "rnn"]


@dataclass(frozen=True)
class Point:
    """One benchmark's subject.

    preprocessing: the name of a recipe of the dataset's module.
    value: of the axis; a factor of 1 is the network as published.
    printed_params: the count in the study's `table`.
    headline: it stands for its family in the short comparison.
    """

    family: Family
    dataset: str
    preprocessing: str
    architecture: str
    axis: Literal["layers", "filters", "filter_size"]
    value: float
    network: Network
    training: Training
    table: str
    printed_params: int
    headline: bool = False

    @property
    def id(self) -> str:
        return f"{self.dataset}-{self.architecture}-{self.axis}-{self.value:g}"


def _fnn() -> Iterator[Point]:
    printed = {1: 623_290, 2: 549_426, 3: 478_586, 4: 443_646, 5: 426_277, 6: 418_384}  # table 4.6
    for layers, widths in fnn.MNIST_WIDTHS.items():
        yield Point(
            "fnn", "mnist", "scaled", "fnn", "layers", layers, fnn.fnn(784, widths), fnn.TRAINING, "4.6",
            printed[layers], headline=layers == 6,
        )  # fmt: skip


def _cnn_softmax() -> Iterator[Point]:
    def point(axis: Literal["layers", "filters", "filter_size"], value: float, network: Network, table: str,
              printed: int, headline: bool = False) -> Point:  # fmt: skip
        return Point("cnn", "mnist", "gcn", "cnn_softmax", axis, value, network, cnn.CNN_SOFTMAX_TRAINING, table,
                     printed, headline)  # fmt: skip

    # 4.10 pads its convolutions, 4.11 and 4.12 don't: only so do the printed counts come out
    layers = {1: 1_625_606, 2: 1_753_702, 3: 1_881_798, 4: 2_009_894, 5: 2_137_990}
    for factor, printed in layers.items():
        yield point("layers", factor, cnn.cnn_softmax(padding="same", convolutions=factor), "4.10", printed)
    filters = {0.25: 136_934, 0.5: 274_758, 1: 569_606, 2: 1_236_102, 4: 2_876_294}
    for share, printed in filters.items():
        network = cnn.cnn_softmax(filters=(int(32 * share), int(64 * share)))
        # table 4.8 prints results without a count; its ratios fit this network (valid convolutions) best
        yield point("filters", share, network, "4.11", printed, headline=share == 1)
    sizes = {2: 1_165_926, 3: 824_326, 4: 550_886, 5: 569_606, 6: 368_486, 7: 235_526}
    for kernel, printed in sizes.items():
        yield point("filter_size", kernel, cnn.cnn_softmax(kernel=kernel), "4.12", printed)


def _imdb_lstm() -> Iterator[Point]:
    printed = {1: 213_301, 2: 293_701, 3: 374_101, 4: 454_501, 5: 534_901}  # table 4.31
    for layers, count in printed.items():
        yield Point(
            "rnn", "imdb", "ranks", "imdb_lstm", "layers", layers, rnn.imdb_lstm(layers), rnn.IMDB_LSTM_TRAINING,
            "4.31", count, headline=layers == 1,
        )  # fmt: skip


@cache
def points(family: Family | None = None) -> tuple[Point, ...]:
    """All points in the order of the study's tables, or those of one family."""
    everything = (*_fnn(), *_cnn_softmax(), *_imdb_lstm())
    return tuple(point for point in everything if family in (None, point.family))
