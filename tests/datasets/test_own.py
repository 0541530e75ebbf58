"""Stand-ins for a user's own network: their shapes, types and ranges, and that they can be learned."""

from pathlib import Path

import numpy as np

from datasets import own
from datasets.dataset import Array
from models.layers import LSTM, Dense, Embedding, Flatten, Network

IMAGES = Network((6, 6, 3), (Flatten(), Dense(4, "softmax")), "categorical_crossentropy", classes=4)
WORDS = Network((7,), (Embedding(11, 3), LSTM(2), Dense(1, "sigmoid")), "binary_crossentropy", 1, "int32")
NUMBERS = Network((5,), (Dense(3),), "mean_absolute_error", classes=1)


def arrays(network: Network, cache: Path) -> dict[str, Array]:
    made, again = (own.stand_in(own.of_network(network), name, 600, cache, print) for name in ("mine", "again"))
    assert (made.data, made.fingerprint) == ("synthetic", again.fingerprint)
    return {name: np.load(getattr(made, name)) for name in ("x_train", "y_train", "x_test", "y_test")}


def test_images_have_shape_type_and_every_class(tmp_path: Path) -> None:
    made = arrays(IMAGES, tmp_path)
    assert made["x_train"].shape == (600, 6, 6, 3)
    assert made["x_train"].dtype == np.float32
    assert made["y_train"].dtype == np.int64
    assert np.bincount(made["y_train"]).tolist() == [150] * 4
    centres = np.array([made["x_train"][made["y_train"] == kind].mean(axis=0).ravel() for kind in range(4)])
    guessed = np.square(made["x_test"].reshape(-1, 1, 108) - centres).sum(axis=2).argmin(axis=1)
    assert (guessed == made["y_test"]).mean() > 0.8


def test_words_are_in_the_range_of_the_embedding(tmp_path: Path) -> None:
    made = arrays(WORDS, tmp_path)
    assert made["x_train"].dtype == np.int32
    assert (made["x_train"].min(), made["x_train"].max()) == (0, 10)
    assert {*made["y_train"]} == {0, 1}


def test_a_regression_has_targets_of_its_outputs_shape(tmp_path: Path) -> None:
    made = arrays(NUMBERS, tmp_path)
    assert made["y_train"].shape == (600, 3)
    assert made["y_train"].dtype == np.float32


def test_large_examples_are_fewer(tmp_path: Path) -> None:
    made = own.stand_in(own.of_network(NUMBERS), "mine", 600, tmp_path, print, largest=32 * 100)
    assert len(np.load(made.x_train)) == 100  # of 5 + 3 numbers of 4 bytes
