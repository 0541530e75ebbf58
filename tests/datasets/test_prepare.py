"""prepare(): from what there is to the four files that workers read."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import datasets
from datasets import DATASETS, DatasetUnavailable, Prepared, building, prepare, synthetic
from datasets.dataset import Part, Raw, Slice, each, sliced
from models.catalogue import points
from storage import folders
from tests.datasets.disk import full_beyond
from tests.datasets.preparing import arrays, quietly, replaced

pytestmark = pytest.mark.usefixtures("small_stand_ins")


RECIPES = [(name, recipe) for name, dataset in DATASETS.items() for recipe in dataset.recipes]


SLOW = ("cifar10", "gcn_zca")  # some 10 s for images of its size


@pytest.mark.parametrize(("name", "recipe"), [pair for pair in RECIPES if pair != SLOW])
def test_every_recipe_makes_what_its_networks_want(cache: Path, name: str, recipe: str) -> None:
    prepared = prepare(name, recipe, cache, quietly, "synthetic")
    found = arrays(prepared)
    assert (prepared.data, len(prepared.fingerprint)) == ("synthetic", 64)
    assert "90 examples to train, 60 to test" in prepared.source
    assert [len(values) for values in found.values()] == [90, 90, 60, 60]
    assert found["y_train"].dtype == (np.float32 if name == "hmdir" else np.int64)
    networks = [p.network for p in points() if (p.dataset, p.preprocessing) == (name, recipe)]
    assert networks or recipe == "raw"
    for network in networks:
        assert found["x_train"].shape[1:] == found["x_test"].shape[1:] == network.input_shape
        assert found["x_train"].dtype == found["x_test"].dtype == network.input_dtype
        if network.loss == "categorical_crossentropy":
            assert found["y_train"].max() == network.classes - 1
    for path in prepared.x_train.parent.glob("*.npy"):
        assert path.read_bytes()[:8] == b"\x93NUMPY\x01\x00"
    assert np.isfinite(found["x_train"]).all()


def test_the_catalogue_wants_nothing_else() -> None:
    assert {(p.dataset, p.preprocessing) for p in points()} <= set(RECIPES)


def test_whitening_of_smaller_images(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, "cifar10", stand_in=lambda sizes: synthetic.images((8, 8, 3), [1] * 10, (900, 60)))
    found = arrays(prepare(*SLOW, cache, quietly, "synthetic"))
    assert found["x_train"].shape == (900, 8, 8, 3)
    assert found["x_train"].dtype == found["x_test"].dtype == np.float32
    covariance = np.cov(found["x_train"].reshape(900, -1).T)
    assert abs(covariance - np.diag(np.diag(covariance))).max() < 0.3
    assert 0.9 < np.linalg.eigvalsh(covariance).max() < 1.01


def test_a_second_call_finds_the_first_one_s_files(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = prepare("svhn", "scaled", cache, quietly, "synthetic")
    monkeypatch.setattr(building, "build", None)
    assert prepare("svhn", "scaled", cache, quietly, "synthetic") == first


def test_the_same_files_on_every_machine(tmp_path: Path) -> None:
    found = [prepare("svhn", "hog_hue", tmp_path / name, quietly, "synthetic") for name in ("one", "other")]
    for name in building.ARRAYS:
        one, other = (getattr(prepared, name).read_bytes() for prepared in found)
        assert one == other
    assert found[0].fingerprint == found[1].fingerprint


def test_a_damaged_cache_is_built_again(cache: Path) -> None:
    prepared = prepare("norb", "rescaled48", cache, quietly, "synthetic")
    good = prepared.x_test.read_bytes()
    prepared.x_test.write_bytes(good[:-4] + b"\0\0\0\0")
    assert prepare("norb", "rescaled48", cache, quietly, "synthetic") == prepared
    assert prepared.x_test.read_bytes() == good


def test_other_code_other_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = prepare("svhn", "scaled", cache, quietly, "synthetic")
    text = datasets._text

    def edited(module: str) -> str:
        return text(module) + ("# edited" if module == "datasets.preprocessing.contrast" else "")

    monkeypatch.setattr(datasets, "_text", edited)
    second = prepare("svhn", "scaled", cache, quietly, "synthetic")
    assert first.fingerprint != second.fingerprint
    assert first.x_train != second.x_train


def test_test_examples_are_a_fair_sample_from_the_start(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorted by class, as some sources are; x and y stay together."""
    labels = np.repeat(np.arange(3), 40)

    def in_order(sizes: tuple[int, int]) -> Iterator[Slice]:
        images = np.broadcast_to(labels[:, None, None, None], (120, 32, 32, 3)).astype(np.uint8)
        yield from sliced("train", images, labels, 50)
        yield from sliced("test", images, labels, 50)

    replaced(monkeypatch, "svhn", stand_in=in_order)
    monkeypatch.setattr(building, "ROWS", 50)
    found = arrays(prepare("svhn", "scaled", cache, quietly, "synthetic"))
    np.testing.assert_array_equal(found["y_train"], labels)
    np.testing.assert_array_equal(found["x_train"][:, 0, 0, 0], labels.astype(np.float32) / 255)
    np.testing.assert_array_equal(found["x_test"][:, 5, 5, 2], found["y_test"].astype(np.float32) / 255)
    assert np.bincount(found["y_test"][:30]).tolist() == [10, 10, 10]


def test_progress_is_reported_by_the_clock(tmp_path: Path) -> None:
    def slices() -> Iterator[Slice]:
        parts: tuple[Part, Part] = ("train", "test")
        for part in parts:
            yield from sliced(part, np.zeros((40, 2)), np.zeros(40, np.int64), 10)

    lines: list[str] = []
    ticks = iter(range(0, 1_000, 6))
    building.build(tmp_path, Raw("real", "", "", slices), each(), lines.append, lambda: next(ticks))
    # a tick of 6 s for each slice and one more for each line: said at every second slice
    assert lines[:2] == ["20 train examples so far", "40 train examples so far"]


def test_a_source_without_test_examples(tmp_path: Path) -> None:
    raw = Raw("real", "", "", lambda: sliced("train", np.zeros((4, 2)), np.zeros(4, np.int64)))
    with pytest.raises(ValueError, match="no examples for x_test, y_test"):
        building.build(tmp_path, raw, each(), quietly)


@pytest.mark.parametrize("pair", [("mnist", "none"), ("nothing", "scaled")])
def test_names_that_are_not_known(cache: Path, pair: tuple[str, str]) -> None:
    with pytest.raises(KeyError, match=r"there are mnist/raw, mnist/scaled"):
        prepare(*pair, cache, quietly)


def test_a_full_disk(cache: Path) -> None:
    reported = rf"svhn/scaled could not be written.*File too large.*make room.*{folders.VARIABLE}"
    with full_beyond(100_000), pytest.raises(DatasetUnavailable, match=reported):
        prepare("svhn", "scaled", cache, quietly, "synthetic")
    assert [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def prepare_in_a_process(cache: Path) -> Prepared:
    return prepare("svhn", "hog_hue", cache, quietly, "synthetic")


def test_processes_that_prepare_at_once_agree(cache: Path) -> None:
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        first, second = pool.map(prepare_in_a_process, [cache] * 2)
    assert first == second
    assert folders.intact(first.x_train.parent, thorough=True)
    assert len([path for path in (cache / "data").iterdir() if path.is_dir()]) == 1


def test_nothing_heavy_is_imported() -> None:
    code = "import sys, datasets; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    forbidden = {"pytest", "fixtures", "keras", "tensorflow", "torch", "jax", "theano", "cntk"}
    late = {"scipy", "skimage", "pyarrow", "requests"}  # so that what is prepared is ready at once
    assert not loaded & (forbidden | late)
