"""GIST, HOG, hues and the radar's features against slow implementations, published values and their own properties."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from datasets.preprocessing import gist, gradients, radar
from tests.datasets.photographs import PHOTOGRAPHS, Array

FLOAT = np.float32


def grating(degrees: float, period: float = 8) -> Array:
    """uint8 (1, 32, 32, 3): grey waves whose gradient points into this direction."""
    y, x = np.mgrid[:32, :32]
    along = x * np.cos(np.deg2rad(degrees)) + y * np.sin(np.deg2rad(degrees))
    return np.repeat((127.5 + 127 * np.sin(2 * np.pi * along / period)).astype(np.uint8)[None, ..., None], 3, axis=3)


def test_the_154_values() -> None:
    found = gradients.hog_hue(PHOTOGRAPHS[:9])
    assert found.shape == (9, 154)
    assert found.dtype == FLOAT
    assert found.min() >= 0
    assert found.max() <= 1
    np.testing.assert_allclose(found[:, 144:].sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("degrees", range(10, 180, 20))
def test_hog_sees_the_orientation(degrees: float) -> None:
    cells = gradients.hog(grating(degrees)).reshape(4, 4, 9)[1:3, 1:3]
    np.testing.assert_array_equal(cells.argmax(axis=2), degrees // 20)


def test_hog_turns_with_the_image() -> None:
    """By half a turn the cells come in the opposite order, and each keeps its unsigned orientations."""
    images = PHOTOGRAPHS[:50]
    plain = gradients.hog(images).reshape(-1, 4, 4, 9)
    turned = gradients.hog(images[:, ::-1, ::-1]).reshape(-1, 4, 4, 9)
    np.testing.assert_allclose(turned[:, ::-1, ::-1], plain, atol=1e-4)


def test_hog_against_plain_loops() -> None:
    image = PHOTOGRAPHS[3]
    grey = image @ np.array([0.2125, 0.7154, 0.0721]) / 255
    found = np.zeros((4, 4, 9))
    for row in range(32):
        for column in range(32):
            down = grey[row + 1, column] - grey[row - 1, column] if 0 < row < 31 else 0.0
            right = grey[row, column + 1] - grey[row, column - 1] if 0 < column < 31 else 0.0
            angle = np.rad2deg(np.arctan2(down, right)) % 180
            found[row // 8, column // 8, min(int(angle / 20), 8)] += np.hypot(down, right) / 64
    for cell in found.reshape(16, 9):
        for _ in range(2):
            cell /= np.sqrt(np.sum(cell**2) + 1e-5**2)
            if _ == 0:
                np.minimum(cell, 0.2, out=cell)
    np.testing.assert_allclose(gradients.hog(image[None])[0], found.ravel(), atol=1e-5)


def test_hues() -> None:
    colours = np.array([[255, 0, 0], [255, 255, 0], [0, 255, 0], [0, 255, 255], [0, 0, 255], [9, 9, 9]], np.uint8)
    images = np.broadcast_to(colours[:, None, None], (6, 32, 32, 3))
    # 0, 60, 120, 180 and 240 degrees; grey counts as 0
    np.testing.assert_array_equal(gradients.hues(images).argmax(axis=1), [0, 1, 3, 5, 6, 0])
    half = images[0].copy()
    half[:16] = colours[2]
    np.testing.assert_array_equal(gradients.hues(half[None])[0], [0.5, 0, 0, 0.5, 0, 0, 0, 0, 0, 0])


def test_hues_by_the_standard_library() -> None:
    image = PHOTOGRAPHS[5]
    found = np.zeros(10)
    for red, green, blue in image.reshape(-1, 3) / 255:
        found[min(int(colorsys.rgb_to_hsv(red, green, blue)[0] * 10), 9)] += 1 / 1_024
    # a hue on a border may fall on either side
    assert np.abs(gradients.hues(image[None])[0] - found).sum() < 8 / 1_024


def slow_gist(image: Array) -> Array:
    """The published algorithm step by step, for one image, in float64, on whole complex spectra."""
    side, wide = 32, 42
    x = np.log(image.astype(np.float64) + 1)
    x = np.stack([np.pad(x[..., channel], 5, mode="symmetric") for channel in range(3)])
    f = np.arange(-wide // 2, wide // 2)
    low = np.fft.fftshift(np.exp(-(f[:, None] ** 2 + f**2) / (4 / np.sqrt(np.log(2))) ** 2))
    x = x - np.real(np.fft.ifft2(np.fft.fft2(x) * low))
    deviation = np.sqrt(np.abs(np.fft.ifft2(np.fft.fft2(x.mean(axis=0) ** 2) * low)))
    x = (x / (0.2 + deviation))[:, 5:37, 5:37]
    f = np.arange(-side // 2, side // 2)
    radius = np.fft.fftshift(np.sqrt(f[:, None] ** 2 + f**2))
    angle = np.fft.fftshift(np.angle(f + 1j * f[:, None]))
    features = []
    for channel in x:
        spectrum = np.fft.fft2(channel - channel.mean())
        for scale, orientations in enumerate((8, 8, 4)):
            for orientation in range(orientations):
                t = angle + np.pi / orientations * orientation
                t = t + 2 * np.pi * (t < -np.pi) - 2 * np.pi * (t > np.pi)
                peak, narrow = 0.3 / 1.85**scale, 16 * orientations**2 / 32**2
                gabor = np.exp(-10 * 0.35 * (radius / side / peak - 1) ** 2 - 2 * narrow * np.pi * t**2)
                energy = np.abs(np.fft.ifft2(spectrum * gabor))
                features += [energy[r : r + 8, c : c + 8].mean() for r in range(0, side, 8) for c in range(0, side, 8)]
    return np.array(features)


def test_gist_is_what_the_published_steps_give() -> None:
    images = PHOTOGRAPHS[: gist.BATCH + 3]
    found = gist.gist(images)
    assert found.shape == (len(images), 960)
    assert found.dtype == FLOAT
    for place in (0, 1, len(images) - 1):
        np.testing.assert_allclose(found[place], slow_gist(images[place]), rtol=2e-3, atol=2e-5)


def test_gist_of_one_image_does_not_depend_on_the_others() -> None:
    np.testing.assert_allclose(gist.gist(PHOTOGRAPHS[:5])[3], gist.gist(PHOTOGRAPHS[3:4])[0], rtol=1e-5)


def test_gist_sees_the_orientation() -> None:
    """Waves along x answer to the first orientation, waves along y to the middle one; finest scale, any colour."""
    for degrees, strongest in ((0, 0), (90, 4)):
        energies = gist.gist(grating(degrees, period=4)).reshape(3, 20, 16).mean(axis=(0, 2))[:8]
        assert energies.argmax() == strongest


def test_gist_sees_the_scale() -> None:
    fine, coarse = (gist.gist(grating(0, period)).reshape(3, 20, 16).mean(axis=(0, 2)) for period in (3.4, 11.0))
    assert fine[0] > fine[16]
    assert coarse[0] < coarse[16]


def test_gist_sees_the_place_and_nothing_in_nothing() -> None:
    np.testing.assert_allclose(gist.gist(np.full((1, 32, 32, 3), 77, np.uint8)), 0, atol=1e-5)
    image = np.full((1, 32, 32, 3), 127, np.uint8)
    image[:, :8, 24:] = grating(0, 4)[:, :8, 24:]
    grid = gist.gist(image).reshape(60, 4, 4).mean(axis=0)
    assert np.unravel_index(grid.argmax(), (4, 4)) == (0, 3)


@pytest.mark.parametrize(("rate", "dbz"), [(1.0, 23.0), (10.0, 39.0), (50.0, 50.2), (100.0, 55.0)])
def test_marshall_and_palmer(rate: float, dbz: float) -> None:
    """10 log10(200 R ** 1.6): the usual table of rain rates and reflectivities."""
    np.testing.assert_allclose(radar.rain_rate(np.array([dbz])), rate, rtol=0.02)
    np.testing.assert_allclose(10 * np.log10(200 * radar.rain_rate(np.array([dbz])) ** 1.6), dbz)


@given(hnp.arrays(np.float64, 5, elements=st.floats(-30, 70)))
def test_decibels(decibels: Array) -> None:
    np.testing.assert_allclose(10 * np.log10(radar.linear(decibels)), decibels, atol=1e-9)
    np.testing.assert_allclose(radar.linear(decibels + 10), 10 * radar.linear(decibels))
    assert (np.diff(radar.rain_rate(np.sort(decibels))) >= 0).all()
    np.testing.assert_allclose(radar.rain_rate(decibels + 16), 10 * radar.rain_rate(decibels))


def test_the_24_features() -> None:
    assert len(radar.COLUMNS) == 22
    scans = np.full((2, 19, 22), np.nan, FLOAT)
    scans[0, 0] = [3, 10, *[20, 23, 30, 40], *[10, 20, 30, 40], *[0.9] * 4, *[0, 10, -10, 3], *[1.5, -1.5, 0, 2]]
    scans[0, 1, :2] = [9, 10]  # all else is missing there
    scans[1, 0] = 0.0
    found = radar.features(scans)
    assert found.shape == (2, 19, 24)
    assert found.dtype == FLOAT
    rates = [(10 ** (dbz / 10) / 200) ** 0.625 for dbz in (20, 23, 30, 40)]
    first = [3, 10, *rates, 10, 100, 1_000, 10_000, *[0.9] * 4, 1, 10, 0.1, 10**0.3, 1.5, -1.5, 0, 2]
    np.testing.assert_allclose(found[0, 0], [*first, 2, np.mean(first)], rtol=1e-5)
    np.testing.assert_allclose(found[0, 1], [9, 10, *[0] * 20, 2, 19 / 22], rtol=1e-6)
    np.testing.assert_array_equal(found[0, 2:], 0)
    # 0 dB is a value, and not a gap
    np.testing.assert_allclose(found[1, 0, list(radar.DECIBELS)], 1)
    assert found[1, 0, 22] == 1
