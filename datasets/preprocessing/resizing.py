"""Images in another size."""

from __future__ import annotations

from functools import cache

import numpy as np

from datasets.dataset import Array, Transform


def resized(rows: int, columns: int) -> Transform:
    """A function from images (n, any, any, channels) to (n, rows, columns, channels); float32 in the pixels' unit.

    Linear interpolation behind a Gaussian against aliasing, as scikit-image's `resize` has it. That is linear and
    works on rows and columns apart, so it is done as two products of matrices, hundreds of times as fast.
    """

    def resize(images: Array) -> Array:
        down, across = _matrix(images.shape[1], rows), _matrix(images.shape[2], columns)
        narrow = across @ images.astype(np.float32)  # (columns, any) times (any, channels)
        return np.ascontiguousarray(np.moveaxis(np.tensordot(down, narrow, axes=(1, 1)), 0, 1), dtype=np.float32)

    return resize


@cache
def _matrix(old: int, new: int) -> Array:
    """(new, old): what resizing does along one axis, read off an identity matrix."""
    from skimage.transform import resize  # late, as it takes most of a second

    return np.asarray(resize(np.eye(old), (new, old), order=1, anti_aliasing=new < old), dtype=np.float32)
