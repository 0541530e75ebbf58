"""A user's .npz file is held against the network that it is for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datasets import own_file
from datasets.dataset import Array
from datasets.errors import Unfit
from datasets.own import Input, Output, OwnData, Wanted

ONE = Wanted((Input("in", (3,)),), (Output("out", (), "label", 4),))
TWO = Wanted(
    (Input("words", (5,), "int32", 11), Input("numbers", (3,))),
    (Output("kind", (), "label", 4), Output("amount", (1,), "number")),
)
X, Y = np.arange(60.0).reshape(20, 3), np.arange(20) % 4


def read(folder: Path, wanted: Wanted, **arrays: Any) -> OwnData:
    np.savez(folder / "data.npz", **arrays)
    return own_file.read(folder / "data.npz", wanted, "mine", folder / "cache", print)


def loaded(made: OwnData) -> dict[str, Array]:
    return {name: np.load(path) for name, path in made.arrays.items()}


def test_without_test_arrays_a_fifth_is_held_out_by_lot(tmp_path: Path) -> None:
    made = read(tmp_path, ONE, x=X, y=Y)
    arrays = loaded(made)
    assert {name: len(array) for name, array in arrays.items()} == {
        "x_train": 16, "y_train": 16, "x_test": 4, "y_test": 4
    }  # fmt: skip
    assert (made.data, made.source) == ("real", "data.npz: 16 examples to train, 4 to test, a seeded 5th of it")
    both = np.concatenate([arrays["x_train"], arrays["x_test"]])
    assert sorted(both[:, 0]) == X[:, 0].tolist()
    assert all(int(x[0]) // 3 % 4 == y for x, y in zip(arrays["x_test"], arrays["y_test"], strict=True))


def test_several_inputs_and_outputs_with_tests(tmp_path: Path) -> None:
    words, amount = np.full((20, 5), 10), np.linspace(0, 1, 20)
    train = {"x_words": words, "x_numbers": X, "y_kind": Y, "y_amount": amount}
    made = read(tmp_path, TWO, **train, **{f"{name}_test": array[:3] for name, array in train.items()})
    arrays = loaded(made)
    assert {name: array.shape for name, array in arrays.items() if "test" in name} == {
        "x_words_test": (3, 5), "x_numbers_test": (3, 3), "y_kind_test": (3,), "y_amount_test": (3, 1)
    }  # fmt: skip
    assert arrays["x_words_train"].dtype == np.int32
    assert "seeded" not in made.source


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"x": X}, "it has no y, but x"),
        ({"x": X, "y": Y, "z": Y}, "it has z, which the network has no use for"),
        ({"x": X, "y": Y, "x_test": X}, "it has x_test without the others"),
        ({"x": X, "y": Y[:3]}, "its arrays have .* examples"),
        ({"x": X[:0], "y": Y[:0]}, "its arrays have .* examples"),
        ({"x": X[:, :2], "y": Y}, r"x has examples of \(2,\), and the network takes \(3,\)"),
        ({"x": X, "y": np.eye(4)[Y]}, "y has examples of .*sparse_categorical_crossentropy takes labels"),
        ({"x": X, "y": Y + 1}, "y goes from 1 to 4; the network takes 0 to 3"),
        ({"x": np.full((20, 3), np.nan), "y": Y}, "x has values that are not finite"),
        ({"x": np.full((20, 3), "a"), "y": Y}, "x holds <U1"),
        ({"x": np.array([{}]), "y": Y}, "can't be used: .*pickle"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, arrays: dict[str, Array], reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        read(tmp_path, ONE, **arrays)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04N."])
def test_what_is_no_npz_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "data.npz").write_bytes(content)
    with pytest.raises(Unfit, match=r"data.npz can't be used"):
        own_file.read(tmp_path / "data.npz", ONE, "mine", tmp_path / "cache", print)


def test_a_single_array_is_told(tmp_path: Path) -> None:
    with (tmp_path / "data.npz").open("wb") as file:
        np.save(file, X)
    with pytest.raises(Unfit, match=r"it is a single array; save it by numpy.savez, with x, y"):
        own_file.read(tmp_path / "data.npz", ONE, "mine", tmp_path / "cache", print)
