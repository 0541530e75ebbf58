"""What is learned from the training examples and applied to all: the mean image, and ZCA whitening."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from datasets.dataset import Array, Recipe, Transform
from datasets.preprocessing.contrast import global_contrast_normalized

ZCA_BIAS = 0.1


def centred(training: Callable[[], Iterable[Array]]) -> Transform:
    """A recipe: values less the training examples' mean of the same pixel and channel; float32, in the values' unit.

    The study subtracts the mean and says nothing of a scale, so that pixels stay within -255 to 255.
    """
    mean, _ = _mean(training())
    return lambda images: images.astype(np.float32) - mean.astype(np.float32)


def then(recipe: Recipe, last: Transform) -> Recipe:
    """A recipe, and a function of what comes out of it."""

    def both(training: Callable[[], Iterable[Array]]) -> Transform:
        first = recipe(training)
        return lambda x: last(first(x))

    return both


def gcn_zca(training: Callable[[], Iterable[Array]]) -> Transform:
    """A recipe: global contrast normalisation, then ZCA whitening of what comes out."""
    whiten = zca(lambda: map(global_contrast_normalized, training()))
    return lambda images: whiten(global_contrast_normalized(images))


def zca(training: Callable[[], Iterable[Array]], bias: float = ZCA_BIAS) -> Transform:
    """A recipe: (x - mean) P, where P = V diag(1 / sqrt(e)) V' of the training examples' covariance; float32.

    e, V: eigenvalues and eigenvectors of X'X / n + bias * I, where X is centred. The bias of 0.1 is pylearn2's
    (`preprocessing.ZCA`); no component is left out. Whitened training examples have the covariance C (C + bias I)^-1,
    the identity for a bias of 0. Memory grows with the square of an example's values (docs/datasets.md has figures).
    """
    from scipy.linalg import eigh  # late: a warm cache needs no SciPy, which takes longer to import than to answer

    mean, count = _mean(training())
    covariance = np.zeros((mean.size, mean.size))
    for x in training():
        flat = x.reshape(len(x), -1) - mean.ravel()
        covariance += flat.T @ flat
    covariance /= count
    np.fill_diagonal(covariance, covariance.diagonal() + bias)
    values, vectors = eigh(covariance, overwrite_a=True, driver="evd")
    projection = ((vectors / np.sqrt(values)) @ vectors.T).astype(np.float32)
    middle = mean.astype(np.float32).ravel()
    return lambda x: ((x.reshape(len(x), -1) - middle) @ projection).reshape(x.shape)


def _mean(slices: Iterable[Array]) -> tuple[Array, int]:
    """Over all examples, float64; and how many there are."""
    total: Array | float = 0.0
    count = 0
    for x in slices:
        total = total + x.sum(axis=0, dtype=np.float64)
        count += len(x)
    return np.asarray(total) / count, count
