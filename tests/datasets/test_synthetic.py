"""Stand-ins: deterministic, balanced, in the right range, and learnable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets import DATASETS, synthetic
from datasets.preprocessing import radar
from datasets.preprocessing.gist import gist
from datasets.preprocessing.gradients import hog_hue
from tests.datasets.preparing import gathered

Array = np.ndarray[Any, Any]
SIZES = (2_000, 500)


def stand_in(name: str, sizes: tuple[int, int] = SIZES) -> dict[str, Array]:
    return gathered(DATASETS[name].stand_in(sizes))


@pytest.mark.parametrize("name", DATASETS)
def test_the_same_every_time_and_of_the_size_asked_for(name: str) -> None:
    first, second = stand_in(name, (700, 300)), stand_in(name, (700, 300))
    for key, values in first.items():
        np.testing.assert_array_equal(values, second[key])
    assert [len(first[key]) for key in ("x_train", "y_train", "x_test", "y_test")] == [700, 700, 300, 300]
    assert not np.array_equal(first["x_train"][:300], first["x_test"])


@given(count=st.integers(0, 500), shares=st.lists(st.integers(1, 100), min_size=1, max_size=10))
def test_class_balance(count: int, shares: list[int]) -> None:
    found = np.bincount(synthetic.labels(count, shares, np.random.default_rng(0)), minlength=len(shares))
    assert found.sum() == count
    assert (np.abs(found - np.array(shares) / sum(shares) * count) <= 1).all()


@pytest.mark.parametrize(("name", "classes"), [("mnist", 10), ("cifar10", 10), ("svhn", 10), ("norb", 6)])
def test_images_use_the_range_of_pixels(name: str, classes: int) -> None:
    found = stand_in(name)
    x = found["x_train"]
    assert x.dtype == np.uint8
    assert x.min() < 20
    assert x.max() > 235
    assert 100 < x.mean() < 155
    assert set(found["y_train"]) == set(found["y_test"]) == set(range(classes))
    assert found["y_train"].dtype == np.int64


def errors(found: dict[str, Array], epochs: int = 1, rate: float = 0.1) -> float:
    """Share of wrong answers of a softmax on standardised inputs, after plain gradient descent in mini-batches."""
    x, test = (found[key].reshape(len(found[key]), -1).astype(np.float32) for key in ("x_train", "x_test"))
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-6
    x, test = (x - mean) / deviation, (test - mean) / deviation
    y = np.eye(found["y_train"].max() + 1, dtype=np.float32)[found["y_train"]]
    weights = np.zeros((x.shape[1], y.shape[1]), np.float32)
    for _ in range(epochs):
        for first in range(0, len(x), 32):
            batch = x[first : first + 32]
            scores = np.exp(batch @ weights)
            wrong = scores / scores.sum(axis=1, keepdims=True) - y[first : first + 32]
            weights -= rate / np.sqrt(x.shape[1]) / len(batch) * batch.T @ wrong
    return float(((test @ weights).argmax(axis=1) != found["y_test"]).mean())


@pytest.mark.parametrize("name", ["mnist", "cifar10", "svhn", "norb"])
def test_a_model_beats_chance_in_an_epoch(name: str) -> None:
    assert errors(stand_in(name)) < 0.6


def test_and_is_not_perfect() -> None:
    assert errors(stand_in("mnist"), epochs=5) > 0.02


def test_nothing_is_learned_from_labels_that_were_dealt_out_anew() -> None:
    found = stand_in("mnist")
    found["y_train"] = np.random.default_rng(0).permutation(found["y_train"])
    assert errors(found) > 0.8


def test_the_study_s_features_carry_it_too() -> None:
    for name, features, guessing in (("cifar10", gist, 0.9), ("svhn", hog_hue, 0.81)):
        found = {key: features(v) if key[0] == "x" else v for key, v in stand_in(name).items()}
        assert errors(found, epochs=2) < guessing - 0.05


def test_reviews() -> None:
    found = stand_in("imdb")
    x = found["x_train"]
    assert x.dtype == np.int32
    assert (x.min(), x.max()) == (0, 4_999)
    assert not (x == 3).any()
    for row in x[:50]:
        words = row[np.argmax(row > 0) :]
        assert (words > 0).all()  # zeros only in front
        assert (words[0] == 1) or len(words) == 500
    bags = {key: np.stack([np.bincount(r, minlength=5_000) for r in found[key]]) for key in ("x_train", "x_test")}
    assert errors({**found, **bags}) < 0.2


def test_hours_of_rain_have_gaps_and_rain() -> None:
    found = stand_in("hmdir")
    x, y = found["x_train"], found["y_train"]
    assert x.shape[1:] == (19, 22)
    assert x.dtype == y.dtype == np.float32
    minutes = x[:, :, 0]
    scans = (~np.isnan(minutes)).sum(axis=1)
    assert set(scans) == set(range(1, 20))
    assert all((np.diff(row[:n]) >= 0).all() and np.isnan(row[n:]).all() for row, n in zip(minutes, scans, strict=True))
    assert 0.05 < np.isnan(x[:, 0, 2:]).mean() < 0.2
    assert (y > 0).all()
    features = radar.features(x)
    mean_rate = features[:, :, 2].sum(axis=1) / scans
    assert np.corrcoef(np.log1p(mean_rate), np.log1p(y))[0, 1] > 0.8
