"""Every point of the study, with its place in the study's tables and its printed counts."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from models import fnn, rnn
from models.cnn import (
    all_cnn_c,
    ap_relu,
    basic_svhn,
    cifar10,
    cnn_relu,
    cnn_softmax,
    dnn_w20,
    mnist,
    mp_relu,
    mp_relu_96,
    norb,
    svhn,
    wrn_16_8,
)
from models.point import Axis, CountKind, Family, Point, batch_sizes, examples, networks, numbered

__all__ = ["Axis", "CountKind", "Family", "Point", "point", "points"]

HEADLINES = ("mnist-fnn-layers-6", "mnist-cnn_softmax-filters-1", "imdb-imdb_lstm-layers-1")


def _fnn() -> Iterator[Point]:
    yield from _fnn_sweeps(
        "cifar10", "gist", 960, fnn.CIFAR10_WIDTHS, 50_000, "4.4", numbered(1, 4),
        {1: 932_170, 2: 823_370, 3: 717_344, 4: 665_162, 5: 639_602, 6: 626_466},
    )  # fmt: skip
    yield from _fnn_sweeps(
        "svhn", "hog_hue", 154, fnn.SVHN_WIDTHS, 73_257, "4.5", numbered(5, 8),
        {1: 25_420, 2: 21_696, 3: 18_776, 4: 17_304, 5: 16_590, 6: 16_244},
    )  # fmt: skip
    # The text feeds MNIST's raw pixels, 0 to 255. With the printed settings such networks don't train: from three
    # layers on the loss overflows within ten steps, and of a single layer nine units in ten die. So they are scaled.
    yield from _fnn_sweeps(
        "mnist", "scaled", 784, fnn.MNIST_WIDTHS, 60_000, "4.6", numbered(9, 12),
        {1: 623_290, 2: 549_426, 3: 478_586, 4: 443_646, 5: 426_277, 6: 418_384},
    )  # fmt: skip


def _fnn_sweeps(
    dataset: str,
    preprocessing: str,
    inputs: int,
    widths: Mapping[int, tuple[int, ...]],
    size: int,
    table: str,
    figures: tuple[str, ...],
    printed: Mapping[int, int],
) -> Iterator[Point]:
    """Depth, and the mini-batch of the deepest one; two figures for each."""
    deepest = fnn.fnn(inputs, widths[6])
    base = Point("fnn", dataset, preprocessing, "fnn", deepest, fnn.training(size), table, printed[6])
    by_depth = replace(base, figures=figures[:2])
    yield from networks(by_depth, "layers", lambda depth: fnn.fnn(inputs, widths[depth]), printed)
    yield from batch_sizes(replace(base, figures=figures[2:]))


def _cnn() -> Iterator[Point]:
    yield Point("cnn", "mnist", "w20", "dnn_w20", dnn_w20(), mnist.DNN_W20_TRAINING, "4.7", 34_040)
    yield from _cnn_softmax()
    yield Point("cnn", "cifar10", "gcn_zca", "all_cnn_c", all_cnn_c(), cifar10.ALL_CNN_C_TRAINING, "4.13", 1_369_738)
    yield from _cnn_relu()
    for variant in ("", "literal"):
        yield Point(
            "cnn", "svhn", "scaled", "wrn_16_8", wrn_16_8(variant == "literal"), svhn.WRN_16_8_TRAINING, "4.19",
            10_961_370, "trainable", figures=("4.43",), variant=variant,
        )  # fmt: skip
    yield from _basic_svhn()
    yield Point("cnn", "norb", "rescaled48", "ap_relu", ap_relu(), norb.TRAINING, "4.25", 243_698)
    yield from _mp_relu()


def _cnn_softmax() -> Iterator[Point]:
    base = Point("cnn", "mnist", "gcn", "cnn_softmax", cnn_softmax(), mnist.CNN_SOFTMAX_TRAINING, "4.9", 569_606)
    yield from examples(replace(base, figures=numbered(13, 15)))
    yield from networks(
        replace(base, table="4.10", figures=numbered(16, 19)),
        "layers",
        lambda factor: cnn_softmax(padding="same", convolutions=factor),
        {1: 1_625_606, 2: 1_753_702, 3: 1_881_798, 4: 2_009_894, 5: 2_137_990},
    )
    yield from networks(
        replace(base, table="4.11", figures=numbered(20, 23)),
        "filters",
        lambda factor: cnn_softmax((int(32 * factor), int(64 * factor))),
        {0.25: 136_934, 0.5: 274_758, 1.0: 569_606, 2.0: 1_236_102, 4.0: 2_876_294},
    )
    yield from networks(
        replace(base, table="4.12", figures=numbered(24, 27)),
        "filter_size",
        lambda kernel: cnn_softmax(kernel=kernel),
        {2: 1_165_926, 3: 824_326, 4: 550_886, 5: 569_606, 6: 368_486, 7: 235_526},
    )


def _cnn_relu() -> Iterator[Point]:
    base = Point("cnn", "cifar10", "centred", "cnn_relu", cnn_relu(), cifar10.CNN_RELU_TRAINING, "4.15", 5_877_258)
    # table 4.15 prints 60,000 examples at 100 %, where CIFAR-10 has 50,000
    yield from examples(replace(base, figures=numbered(28, 30)))
    yield from networks(
        replace(base, table="4.16", figures=numbered(31, 34)),
        "layers",
        lambda factor: cnn_relu(convolutions=factor, pool_stride=2),
        {1: 10_071_562, 2: 12_350_442, 3: 14_629_322, 4: 16_908_202, 5: 19_187_082},
    )
    yield from networks(
        replace(base, table="4.17", figures=numbered(35, 38)),
        "filters",
        lambda factor: cnn_relu((int(96 * factor), int(128 * factor), int(256 * factor))),
        {0.25: 4_422_282, 0.5: 4_766_474, 1.0: 5_877_258, 2.0: 9_788_426, 4.0: 24_369_162},
    )
    yield from networks(
        replace(base, preprocessing="centred64", table="4.18", figures=numbered(39, 42)),
        "filter_size",
        lambda kernel: cnn_relu(kernel=kernel, side=64),
        {2: 9_119_338, 3: 9_346_058, 4: 7_042_026, 5: 7_450_122, 6: 6_376_042, 7: 6_965_514},
    )


def _basic_svhn() -> Iterator[Point]:
    base = Point(
        "cnn", "svhn", "scaled", "basic_svhn", basic_svhn(), svhn.BASIC_SVHN_TRAINING, "4.21", 35_023_594, "trainable"
    )
    yield from examples(replace(base, figures=numbered(44, 46)))
    yield from networks(
        replace(base, table="4.22", figures=numbered(47, 50)),
        "layers",
        lambda factor: basic_svhn(convolutions=factor),
        {1: 35_023_594, 2: 47_876_634, 3: 60_729_674, 4: 73_582_714, 5: 86_435_754},
    )
    for point in networks(
        replace(base, table="4.23", figures=numbered(51, 54)),
        "filters",
        lambda factor: basic_svhn((int(16 * factor), int(512 * factor))),
        {0.25: 9_479_362, 0.5: 17_943_930, 1.0: 35_023_594, 2.0: 69_785_034, 4.0: 141_724_682},
    ):
        # the last row alone counts the moving statistics too
        yield replace(point, count_kind="total") if point.value == 4 else point
    yield from networks(
        replace(base, table="4.24", figures=numbered(55, 58)),
        "filter_size",
        lambda kernel: basic_svhn(kernel=kernel, padding="valid"),
        {2: 20_072_186, 3: 14_378_986, 4: 9_750_842, 5: 9_857_770, 6: 6_311_162, 7: 3_829_610},
    )


def _mp_relu() -> Iterator[Point]:
    base = Point("cnn", "norb", "rescaled48", "mp_relu", mp_relu(), norb.TRAINING, "4.27", 243_698)
    yield from examples(replace(base, figures=numbered(59, 61)))
    yield from networks(
        replace(base, table="4.28", figures=numbered(62, 65)),
        "layers",
        lambda factor: mp_relu(convolutions=factor),
        {1: 243_698, 2: 551_090, 3: 858_482, 4: 1_165_874, 5: 1_473_266},
    )
    yield from networks(
        replace(base, table="4.29", figures=numbered(66, 69)),
        "filters",
        lambda factor: mp_relu(int(64 * factor)),
        {0.25: 25_154, 0.5: 72_402, 1.0: 243_698, 2.0: 893_490, 4.0: 3_421_874},
    )
    yield from networks(
        replace(base, preprocessing="rescaled96", table="4.30", figures=numbered(70, 73)),
        "filter_size",
        mp_relu_96,
        {2: 1_604_978, 3: 1_230_578, 4: 936_818, 5: 723_698, 6: 591_218, 7: 699_378},
    )


def _rnn() -> Iterator[Point]:
    imdb = Point("rnn", "imdb", "ranks", "imdb_lstm", rnn.imdb_lstm(), rnn.IMDB_LSTM_TRAINING, "4.31", 213_301)
    yield from networks(
        replace(imdb, figures=numbered(74, 77)),
        "layers",
        lambda layers: rnn.imdb_lstm(layers=layers),
        {1: 213_301, 2: 293_701, 3: 374_101, 4: 454_501, 5: 534_901},
    )
    yield from networks(
        replace(imdb, table="4.32", figures=numbered(78, 81)),
        "cells",
        lambda cells: rnn.imdb_lstm(cells=cells),
        {25: 165_826, 50: 176_651, 100: 213_301, 200: 346_601, 400: 853_201, 800: 2_826_401},
    )
    hmdir = Point("rnn", "hmdir", "sequences", "hmdir_lstm", rnn.hmdir_lstm(), rnn.HMDIR_LSTM_TRAINING, "4.33", 8_436)
    yield from networks(
        replace(hmdir, figures=numbered(82, 85)),
        "layers",
        lambda layers: rnn.hmdir_lstm(layers=layers),
        {1: 8_436, 2: 18_376, 3: 28_316, 4: 38_256, 5: 48_196},
    )
    yield from networks(
        replace(hmdir, table="4.34", figures=numbered(86, 89)),
        "cells",
        lambda cells: rnn.hmdir_lstm(cells=cells),
        {9: 1_234, 18: 3_115, 35: 8_436, 70: 26_671, 140: 92_541, 280: 341_881},
    )


@cache
def points(family: Family | None = None) -> tuple[Point, ...]:
    """All points in the order of the study's tables, or those of one family."""
    if family is not None:
        return tuple(point for point in points() if point.family == family)
    return tuple(replace(point, headline=point.id in HEADLINES) for point in (*_fnn(), *_cnn(), *_rnn()))


@cache
def _by_id() -> dict[str, Point]:
    return {point.id: point for point in points()}


def point(id: str) -> Point:
    """The point with this id; raises KeyError, with the nearest ids, where there is none."""
    try:
        return _by_id()[id]
    except KeyError:
        near = difflib.get_close_matches(id, _by_id(), n=3, cutoff=0)
        raise KeyError(f"there is no point '{id}'; the nearest are {', '.join(near)}") from None
