"""Histograms of oriented gradients and of hues: the 154 values of SVHN's feedforward networks."""

from __future__ import annotations

import numpy as np

from datasets.dataset import Array

ORIENTATIONS, CELL, HUES = 9, 8, 10


def hog_hue(images: Array) -> Array:
    """From RGB images (n, 32, 32, 3) of 0 to 255 to (n, 154): 144 values of HOG, then 10 of hue; float32.

    The study prints 154, nine orientations over 0 to 180 degrees and "a histogram of hues"; 4 x 4 cells of 8 x 8 pixels
    and 10 hues make that number. Its constants are not printed: HOG is scikit-image's.
    """
    return np.concatenate([hog(images), hues(images)], axis=1)


def hog(images: Array) -> Array:
    """Of the grey image: 9 orientations (unsigned) in each cell of 8 x 8 pixels, each cell normalised by itself
    (L2, cut at 0.2, L2 again); row by row of cells; float32 of 0 to 1.
    """
    from skimage.color import rgb2gray
    from skimage.feature import hog as histogram  # late, as they take most of a second

    return np.stack(
        [histogram(grey, ORIENTATIONS, (CELL, CELL), (1, 1), block_norm="L2-Hys") for grey in rgb2gray(images)]
    ).astype(np.float32)


def hues(images: Array) -> Array:
    """Shares of the image's pixels with a hue in each tenth of the circle, from red on; float32 that adds up to 1.

    Grey has no hue, and counts as red, as in HSV it does.
    """
    from skimage.color import rgb2hsv

    hue = rgb2hsv(images)[..., 0].reshape(len(images), -1)
    numbers = np.minimum((hue * HUES).astype(np.int64), HUES - 1) + HUES * np.arange(len(images))[:, None]
    counts = np.bincount(numbers.ravel(), minlength=HUES * len(images)).reshape(len(images), HUES)
    return np.asarray(counts / hue.shape[1], np.float32)
