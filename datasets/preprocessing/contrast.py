"""Value ranges and contrast."""

from __future__ import annotations

import numpy as np

from datasets.dataset import Array

GCN_NORM = 55.0


def unaltered(images: Array) -> Array:
    """Pixels of 0 to 255 as float32 of 0 to 255."""
    return images.astype(np.float32)


def scaled(images: Array) -> Array:
    """Pixels of 0 to 255 as float32 of 0 to 1."""
    return images.astype(np.float32) / np.float32(255)


def flattened(images: Array) -> Array:
    """Each example as a vector: rows, then columns, then channels."""
    return images.reshape(len(images), -1)


def global_contrast_normalized(images: Array) -> Array:
    """Each image less its own mean over all values, then stretched to a Euclidean norm of 55; float32.

    A constant image becomes 0. The constants are those of pylearn2's recipe for CIFAR-10 (`global_contrast_normalize`
    with scale 55, no bias, norms rather than deviations). The study says "GCN" and prints none.
    """
    flat = images.reshape(len(images), -1).astype(np.float64)
    flat -= flat.mean(axis=1, keepdims=True)
    norms = np.sqrt(np.square(flat).sum(axis=1, keepdims=True))
    norms[norms < 1e-8] = 1
    return np.asarray(GCN_NORM / norms * flat, np.float32).reshape(images.shape)
