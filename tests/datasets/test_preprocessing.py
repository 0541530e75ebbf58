"""Value ranges, whitening and sizes against independent implementations and their own properties."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.transform import resize

from datasets.dataset import each
from datasets.preprocessing import contrast, whitening
from datasets.preprocessing.resizing import resized
from tests.datasets.photographs import PHOTOGRAPHS, Array, tiles

FLOAT = np.float32


few_images = hnp.arrays(np.uint8, st.tuples(st.integers(1, 3), st.just(8), st.just(8), st.sampled_from([1, 3])))


@given(few_images)
def test_scaling(images: Array) -> None:
    found = contrast.scaled(images)
    assert found.dtype == FLOAT
    assert found.min() >= 0
    assert found.max() <= 1
    np.testing.assert_array_equal(np.round(found * 255), images)
    np.testing.assert_array_equal(contrast.unaltered(images), images)
    assert contrast.unaltered(images).dtype == FLOAT
    assert contrast.flattened(images).shape == (len(images), images[0].size)


@given(few_images)
def test_gcn_s_images_have_mean_0_and_norm_55(images: Array) -> None:
    found = contrast.global_contrast_normalized(images)
    assert found.dtype == FLOAT
    assert found.shape == images.shape
    for before, after in zip(images, found, strict=True):
        if before.min() == before.max():
            np.testing.assert_array_equal(after, 0)
        else:
            assert abs(after.mean()) < 1e-5
            np.testing.assert_allclose(np.linalg.norm(after), 55, rtol=1e-5)


@given(few_images, st.integers(1, 3))
def test_gcn_does_not_see_brightness_and_contrast(images: Array, factor: int) -> None:
    other = images.astype(np.float64) * factor + 7
    np.testing.assert_allclose(
        contrast.global_contrast_normalized(other), contrast.global_contrast_normalized(images), atol=1e-4
    )


def test_gcn_of_a_worked_example() -> None:
    found = contrast.global_contrast_normalized(np.array([[1, 2, 3, 6]], np.uint8))
    # mean 3; differences -2, -1, 0, 3; norm sqrt(14)
    np.testing.assert_allclose(found[0], 55 / np.sqrt(14) * np.array([-2, -1, 0, 3]), rtol=1e-6)


def slices(images: Array) -> Iterator[Array]:
    return iter(np.array_split(images, 3))


def test_the_mean_image() -> None:
    images = PHOTOGRAPHS[:200]
    transform = whitening.centred(lambda: slices(images))
    found = transform(images)
    assert found.dtype == FLOAT
    np.testing.assert_allclose(found, images - images.astype(np.float64).mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(transform(images[:1]), found[:1])  # of the training examples, not of the slice


def test_the_mean_image_and_then_another_size() -> None:
    images = PHOTOGRAPHS[:200]
    found = whitening.then(whitening.centred, resized(64, 64))(lambda: slices(images))(images[:3])
    for before, after in zip(images[:3] - images.mean(axis=0), found, strict=True):
        np.testing.assert_allclose(after, resize(before, (64, 64), order=1, anti_aliasing=False), atol=1e-2)


def correlated(count: int, size: int = 12) -> Array:
    draw = np.random.default_rng(1)
    return draw.normal(3, 1, (count, size)) @ draw.normal(size=(size, size))


@pytest.mark.parametrize("bias", [0.0, 0.1, 10.0])
def test_zca_whitens_its_training_examples(bias: float) -> None:
    x = correlated(500)
    found = whitening.zca(lambda: slices(x), bias)(x.astype(FLOAT)).astype(np.float64)
    covariance = np.cov(x.T, bias=True)
    expected = covariance @ np.linalg.inv(covariance + bias * np.eye(12))  # the identity without a bias
    np.testing.assert_allclose(np.cov(found.T, bias=True), expected, atol=2e-3)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)


def test_zca_by_another_route() -> None:
    """By singular values of the examples, not by eigenvalues of their covariance; new examples too."""
    x, new = correlated(500), correlated(7)
    _, sizes, directions = np.linalg.svd((x - x.mean(axis=0)) / np.sqrt(500), full_matrices=False)
    expected = (new - x.mean(axis=0)) @ (directions.T / np.sqrt(sizes**2 + 0.1)) @ directions
    np.testing.assert_allclose(whitening.zca(lambda: slices(x))(new.astype(FLOAT)), expected, atol=1e-4)


def test_zca_moves_examples_least() -> None:
    """Of all whitenings, it keeps each value next to what it was: its matrix is symmetric and positive."""
    x = correlated(500)
    transform = whitening.zca(lambda: slices(x), 0.0)
    matrix = transform(np.eye(12, dtype=FLOAT)) - transform(np.zeros((1, 12), FLOAT))
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-4)
    assert np.linalg.eigvalsh(matrix.astype(np.float64)).min() > 0


def test_gcn_and_zca_of_photographs() -> None:
    images = resized(12, 12)(PHOTOGRAPHS)
    found = whitening.gcn_zca(lambda: slices(images))(images).reshape(len(images), -1)
    before = contrast.global_contrast_normalized(images).reshape(len(images), -1)
    neighbours = slice(0, -3), slice(3, None)  # the same colour, a column further

    def correlation(values: Array) -> float:
        return float(np.corrcoef(values[:, neighbours[0]].ravel(), values[:, neighbours[1]].ravel())[0, 1])

    assert correlation(before) > 0.8
    assert abs(correlation(found)) < 0.25  # the bias leaves the finest structures alone
    variances = np.linalg.eigvalsh(np.cov(found.T))
    assert 0.9 < variances.max() < 1.01


@pytest.mark.parametrize(
    ("images", "rows", "columns"),
    [
        (PHOTOGRAPHS[:5], 64, 64),  # CIFAR-10 in table 4.18
        (PHOTOGRAPHS[:5, :28, :28, :1], 28, 20),  # MNIST's DNN-W20
        (tiles("coffee.png", side=108)[:5, ..., :2], 48, 48),  # NORB
        (tiles("coffee.png", side=108)[:5, ..., :2], 96, 96),
    ],
)
def test_sizes_as_scikit_image_has_them(images: Array, rows: int, columns: int) -> None:
    found = resized(rows, columns)(images)
    assert found.dtype == FLOAT
    for before, after in zip(images, found, strict=True):
        expected = resize(before, (rows, columns), order=1, preserve_range=True, anti_aliasing=None)
        np.testing.assert_allclose(after, expected, atol=1e-2)  # of 255


@given(hnp.arrays(np.uint8, (1, 12, 12, 2)), st.sampled_from([7, 12, 20]), st.sampled_from([6, 12, 17]))
def test_sizes_keep_the_range_and_what_is_constant(images: Array, rows: int, columns: int) -> None:
    found = resized(rows, columns)(images)
    assert found.shape == (1, rows, columns, 2)
    assert found.min() >= images.min() - 1e-3
    assert found.max() <= images.max() + 1e-3
    flat = np.full_like(images, images[0, 0, 0, 0])
    np.testing.assert_allclose(resized(rows, columns)(flat), flat[0, 0, 0, 0], rtol=1e-5)
    mirrored = resized(rows, columns)(images[:, ::-1, ::-1])
    np.testing.assert_allclose(mirrored, found[:, ::-1, ::-1], atol=1e-3)
    if (rows, columns) == (12, 12):
        np.testing.assert_allclose(found, images, atol=1e-4)


def test_recipes_of_several_functions() -> None:
    transform = each(contrast.scaled, contrast.flattened)(lambda: iter(()))
    assert transform(PHOTOGRAPHS[:2]).shape == (2, 3_072)
    both = whitening.then(whitening.centred, resized(64, 64))(lambda: slices(PHOTOGRAPHS))
    expected = resized(64, 64)(PHOTOGRAPHS[:3] - PHOTOGRAPHS.astype(np.float64).mean(axis=0))
    np.testing.assert_allclose(both(PHOTOGRAPHS[:3]), expected, atol=1e-3)
