"""Orders whose every prefix is stratified, and the study's fractions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from datasets.subsets import order
from datasets.svhn import COUNTS
from models.catalogue import points

Array = np.ndarray[Any, Any]


def farthest_off(labels: Array, places: Array) -> float:
    """How far any class is off its share in any prefix, in examples."""
    sizes = np.arange(1, len(labels) + 1)
    return max(
        float(np.abs(np.cumsum(labels[places] == label) - sizes * np.mean(labels == label)).max())
        for label in np.unique(labels)
    )


@given(labels=hnp.arrays(np.int64, st.integers(1, 200), elements=st.integers(0, 7)), seed=st.integers(0, 2**32))
def test_every_prefix_is_stratified(labels: Array, seed: int) -> None:
    places = order(labels, seed)
    assert places.dtype == np.int64
    np.testing.assert_array_equal(np.sort(places), np.arange(len(labels)))
    assert farthest_off(labels, places) < 1
    np.testing.assert_array_equal(places, order(labels, seed))


@given(st.lists(st.integers(1, 60), min_size=2, max_size=8))
def test_skewed_classes_too(counts: list[int]) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    assert farthest_off(labels, order(labels, 0)) < 1


def test_svhn_s_own_classes() -> None:
    labels = np.repeat(np.arange(10), COUNTS)
    assert farthest_off(labels, order(labels, 1)) < 1


def test_seeds_differ_in_classes_and_examples() -> None:
    labels = np.arange(1_000) % 10
    first, second = order(labels, 1), order(labels, 2)
    assert (first != second).mean() > 0.9
    assert (labels[first] != labels[second]).mean() > 0.5
    assert (np.diff(labels[first][:10]) != 1).any()


def test_the_position_of_an_example_is_uniform() -> None:
    labels = np.arange(40) % 4
    positions = np.array([np.flatnonzero(order(labels, seed) == 0)[0] for seed in range(400)])
    assert abs(positions.mean() - 19.5) < 4 * np.sqrt(40**2 / 12 / 400)


def test_targets_of_a_regression_are_just_shuffled() -> None:
    targets = np.linspace(0, 1, 100, dtype=np.float32)
    places = order(targets, 3)
    np.testing.assert_array_equal(np.sort(places), np.arange(100))
    assert abs(np.corrcoef(places, np.arange(100))[0, 1]) < 0.4


# the study's tables 4.9, 4.15 (whose 60,000 is a misprint for 50,000), 4.21 and 4.27
PRINTED = {
    "mnist": (19_800, 24_000, 34_200, 38_400, 49_800, 60_000),
    "cifar10": (16_500, 20_000, 28_500, 32_000, 41_500, 50_000),
    "svhn": (24_174, 29_302, 41_756, 46_884, 60_803, 73_257),
    "norb": (19_245, 23_328, 33_242, 37_324, 48_405, 58_320),
}


@pytest.mark.parametrize("dataset", PRINTED)
def test_the_study_s_fractions(dataset: str) -> None:
    sizes = [p.training.examples for p in points() if p.dataset == dataset and p.axis == "examples"]
    assert tuple(sizes) == PRINTED[dataset]
    classes = 6 if dataset == "norb" else 10
    counts = COUNTS if dataset == "svhn" else [sizes[-1] // classes] * classes
    labels = np.repeat(np.arange(classes), counts)
    places = order(labels, 1)
    for size in sizes:  # each a prefix of the next, so that a larger fraction only adds examples
        found = np.bincount(labels[places[:size]], minlength=classes)
        assert found.sum() == size
        assert (np.abs(found - np.bincount(labels) * size / len(labels)) < 1).all()
