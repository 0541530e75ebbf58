"""Stand-ins for datasets that are not on this machine: right in shape, type, values and class balance, and learnable.

Errors on such data say nothing about the real dataset.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from datasets.dataset import ROWS, Array, Part, Slice
from datasets.preprocessing.radar import COLUMNS, RATES, SCANS, rain_rate

SEED = 0
GREY = 127.5
# grey levels: how far a class's pattern (in three channels) and an example's own one go from the middle, and the
# pixels' noise. The first two decide how hard it is: a linear model should err, and still be far from guessing.
PATTERN, OWN, NOISE = 17.0, 40.0, 6
KNOTS = 6  # of a pattern, along each axis
SHIFT = 2  # pixels, in each direction


def _parts(sizes: tuple[int, int]) -> Iterator[tuple[Part, int, np.random.Generator]]:
    parts: tuple[Part, Part] = ("train", "test")
    for number, part in enumerate(parts):
        yield part, sizes[number], np.random.default_rng([SEED, number])


def labels(count: int, shares: Sequence[float], draw: np.random.Generator) -> Array:
    """`count` labels int64 in random order, each class as often as its share of all `shares` wants, to within one."""
    ends = np.round(np.cumsum(shares) / np.sum(shares) * count).astype(np.int64)
    return draw.permutation(np.searchsorted(ends, np.arange(count), side="right").astype(np.int64))


def images(shape: tuple[int, int, int], shares: Sequence[float], sizes: tuple[int, int]) -> Iterator[Slice]:
    """x uint8 of `shape` (rows, columns, channels): the class's smooth pattern, shifted by up to two pixels, under a
    smooth pattern of the example's own, and noise.
    """
    rows, columns, channels = shape
    knots = (KNOTS, KNOTS, channels)
    down, across = (_hats(size + 2 * SHIFT, count) for size, count in ((rows, KNOTS), (columns, KNOTS)))

    def smooth(at_knots: Array) -> Array:
        return np.moveaxis(np.tensordot(down, across @ at_knots, axes=(1, 1)), 0, 1)

    strength = PATTERN * (3 / channels) ** 0.5  # about as hard for any number of channels
    patterns = smooth(np.random.default_rng(SEED).normal(size=(len(shares), *knots)).astype(np.float32))
    for part, count, draw in _parts(sizes):
        y = labels(count, shares, draw)
        for first in range(0, count, ROWS):
            mine = y[first : first + ROWS]
            x = strength * patterns[mine] + OWN * smooth(draw.standard_normal((len(mine), *knots), dtype=np.float32))
            shifts = draw.integers(0, 2 * SHIFT + 1, (len(mine), 2))
            x = np.stack([one[i : i + rows, j : j + columns] for one, (i, j) in zip(x, shifts, strict=True)])
            x += draw.integers(-NOISE, NOISE + 1, x.shape, dtype=np.int8)
            yield part, np.clip(GREY + x, 0, 255).astype(np.uint8), mine


def _hats(size: int, knots: int) -> Array:
    """(size, knots): linear interpolation from knots at equal distances."""
    places = np.linspace(0, knots - 1, size)[:, None]
    return np.asarray(np.maximum(0, 1 - np.abs(places - np.arange(knots))), np.float32)


def reviews(words: int, length: int, sizes: tuple[int, int]) -> Iterator[Slice]:
    """x int32 (n, length): 0s, a 1, then word numbers from 4 to words - 1 by Zipf's law, 2 for rarer ones.

    One word in ten is of the kind that its class prefers. y int64: two classes of the same size.
    """
    frequency = 1 / np.arange(1, 10 * words)
    cumulated = np.cumsum(frequency / frequency.sum())
    for part, count, draw in _parts(sizes):
        y = labels(count, (1, 1), draw)
        for first in range(0, count, ROWS):
            mine = y[first : first + ROWS]
            x = 4 + np.searchsorted(cumulated, draw.random((len(mine), length)))
            telling = draw.random(x.shape) < 0.1
            x[telling] = (100 + 50 * mine[:, None] + draw.integers(0, 50, x.shape))[telling]
            x[x >= words] = 2
            starts = length - draw.integers(length // 10, length + 1, len(mine))[:, None]
            x[np.arange(length) == starts] = 1
            x[np.arange(length) < starts] = 0
            yield part, x.astype(np.int32), mine


def radar_hours(sizes: tuple[int, int]) -> Iterator[Slice]:
    """x float32 (n, 19, 22): scans of radar, with the gaps that `radar.features` knows; y float32: mm of rain.

    The rain is that of the scans' mean rate by Marshall and Palmer, and some noise.
    """
    minutes, distance = COLUMNS.index("minutes_past"), COLUMNS.index("radardist_km")
    for part, count, draw in _parts(sizes):
        for first in range(0, count, ROWS):
            shape = (min(ROWS, count - first), SCANS, len(COLUMNS))
            x = draw.standard_normal(shape, dtype=np.float32)
            dbz = slice(RATES[0], COLUMNS.index("RhoHV"))
            x[:, :, dbz] = 20 + 8 * draw.standard_normal((shape[0], 1, 1)) + 4 * x[:, :, dbz]
            rate = rain_rate(x[:, :, RATES[0]])
            x[:, :, COLUMNS.index("RhoHV") : COLUMNS.index("Zdr")] /= 20
            x[:, :, COLUMNS.index("RhoHV") : COLUMNS.index("Zdr")] += 0.95
            x[draw.random(shape) < 0.1] = np.nan
            x[:, :, minutes] = np.sort(draw.integers(0, 60, shape[:2]), axis=1)
            x[:, :, distance] = draw.integers(0, 20, (shape[0], 1))
            there = np.arange(SCANS) < draw.integers(1, SCANS + 1, (shape[0], 1))
            x[~there] = np.nan
            y = np.nanmean(np.where(there, rate, np.nan), axis=1) * np.exp(0.3 * draw.normal(size=shape[0]))
            yield part, x, y.astype(np.float32)
