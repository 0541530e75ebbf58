"""GIST: the energies of 20 Gabor filters on a grid of 4 x 4, for each colour."""

from __future__ import annotations

from functools import cache

import numpy as np

from datasets.dataset import Array

ORIENTATIONS = (8, 8, 4)  # of each scale, finest first
GRID = 4
MARGIN = 5  # pixels
CYCLES = 4.0  # per image: where the low pass of the prefilter falls to a half
BATCH = 32  # images whose responses fit into a processor's cache


def gist(images: Array) -> Array:
    """From images (n, side, side, channels) of 0 to 255 to (n, channels * 20 * 16): 960 for RGB; float32.

    Per channel, then per filter, then row by row of the grid: the mean magnitude of the filter's response in a cell.
    After Oliva and Torralba, "Modeling the shape of the scene" (IJCV 42, 2001), in the variant of their first published
    code (`prefilt`, `createGabor`, `gistGabor`): logarithm, high pass, local contrast over all channels together,
    then filters on the image less its mean, without a margin. The later LMgist reflects 32 pixels on each side and
    takes grey images only. Values were not compared with either's, so call it GIST-type.
    """
    from scipy import fft

    side = images.shape[1]
    bank = _gabor(side)
    cells = np.repeat(np.eye(GRID, dtype=np.float32), side // GRID, axis=1) / np.float32(side // GRID)
    found = np.empty((len(images), images.shape[3], len(bank), GRID, GRID), np.float32)
    for first in range(0, len(images), BATCH):
        x = np.moveaxis(prefiltered(images[first : first + BATCH]), 3, 1)
        spectrum = fft.fft2(x - x.mean(axis=(2, 3), keepdims=True))
        for number, gabor in enumerate(bank):
            energy = np.abs(fft.ifft2(spectrum * gabor, overwrite_x=True))
            found[first : first + BATCH, :, number] = cells @ energy @ cells.T
    return found.reshape(len(images), -1)


def prefiltered(images: Array) -> Array:
    """Local contrast of images (n, side, side, channels) of 0 to 255; float32 without a unit.

    log(1 + x) less its low pass, divided by 0.2 and the local deviation of the channels' mean.
    """
    from scipy import fft

    side = images.shape[1]
    x = np.log1p(np.moveaxis(images, 3, 1).astype(np.float32))
    x = np.pad(x, ((0, 0), (0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)), mode="symmetric")
    low = _low_pass(x.shape[2])
    x -= fft.irfft2(fft.rfft2(x) * low, s=x.shape[2:])
    deviation = np.sqrt(np.abs(fft.irfft2(fft.rfft2(np.square(x.mean(axis=1))) * low, s=x.shape[2:])))
    x /= np.float32(0.2) + deviation[:, None]
    inside = slice(MARGIN, MARGIN + side)
    return np.moveaxis(x[:, :, inside, inside], 1, 3)


@cache
def _gabor(side: int) -> Array:
    """(20, side, side): transfer functions, the frequency 0 in the corner; float32."""
    y, x = np.meshgrid(*2 * [np.fft.fftfreq(side, 1 / side)], indexing="ij")
    radius, angle = np.hypot(x, y) / side, np.arctan2(y, x)
    found = []
    for scale, count in enumerate(ORIENTATIONS):
        for orientation in range(count):
            turned = angle + np.pi * orientation / count
            turned -= 2 * np.pi * (turned > np.pi)
            along = radius / (0.3 / 1.85**scale) - 1
            found.append(np.exp(-3.5 * along**2 - 2 * np.pi * (count / 8) ** 2 * turned**2))
    return np.stack(found).astype(np.float32)


@cache
def _low_pass(side: int) -> Array:
    """(side, side // 2 + 1): a Gaussian over a real image's spectrum; float32."""
    y, x = np.fft.fftfreq(side, 1 / side)[:, None], np.fft.rfftfreq(side, 1 / side)
    return np.asarray(np.exp(-(x**2 + y**2) * np.log(2) / CYCLES**2), np.float32)
