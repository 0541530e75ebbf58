"""Downloads from real servers that break in every way that servers do."""

from __future__ import annotations

import dataclasses
import hashlib
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from datasets import DATASETS, holdings
from datasets.dataset import Dataset, File, Slice, each
from datasets.errors import DatasetUnavailable
from datasets.fetch import MIRROR, fetch, mirrors
from datasets.transfer import BLOCK, Patience
from storage import folders
from tests.datasets.conftest import Server
from tests.datasets.disk import full_beyond, left_behind

DATA = np.random.default_rng(0).bytes(300_000)


Serve = Callable[..., Server]


QUICK = Patience(connect_s=60, read_s=60, attempts=3, sleep=lambda seconds: None)  # but not in a hurry


def dataset(*bases: str, data: bytes = DATA, name: str = "toy") -> Dataset:
    file = File("data.bin", "sha256:" + hashlib.sha256(data).hexdigest(), len(data))
    nothing: Iterator[Slice] = iter(())
    return Dataset(
        name, "a toy", "few", (file,), bases, "none", {"all": each()}, lambda _: nothing, lambda _: nothing, (1, 1)
    )


def get(toy: Dataset, cache: Path, patience: Patience = QUICK, given: Path | None = None) -> Path:
    fetch(toy, cache, lambda line: None, given, patience)
    return cache / "downloads" / toy.name / "data.bin"


def test_a_file_is_fetched_once_and_verified(serve: Serve, cache: Path) -> None:
    server = serve({"data.bin": DATA})
    toy = dataset(server.base)
    assert not holdings.fetched(toy, cache)
    assert get(toy, cache).read_bytes() == DATA
    holdings.verified(toy, cache, thorough=True)
    get(toy, cache)
    assert server.requests == [("/data/data.bin", None)]
    assert left_behind(cache) == ["complete.json", "data.bin"]


@pytest.mark.parametrize("how", ["truncate", "stall"])
def test_what_broke_is_resumed_where_it_broke(serve: Serve, cache: Path, how: str) -> None:
    server = serve({"data.bin": DATA}, how, how)
    patience = QUICK if how == "truncate" else dataclasses.replace(QUICK, read_s=1)
    assert get(dataset(server.base), cache, patience).read_bytes() == DATA
    first, *resumed = [range_ for _, range_ in server.requests]
    places = [int((range_ or "").removeprefix("bytes=").rstrip("-")) for range_ in resumed]
    assert first is None
    half, quarter = len(DATA) // 2, len(DATA) // 4
    assert half - BLOCK < places[0] <= half  # less than a block of what came may be lost
    assert places[0] + quarter - 2 * BLOCK < places[1] <= places[0] + (len(DATA) - places[0]) // 2


def test_progress_renews_the_attempts(serve: Serve, cache: Path) -> None:
    server = serve({"data.bin": DATA}, *["truncate"] * 8)
    assert get(dataset(server.base), cache).read_bytes() == DATA


def test_a_server_without_progress_is_given_up(serve: Serve, cache: Path) -> None:
    dead, good = serve({"data.bin": DATA}, *["503"] * 9), serve({"data.bin": DATA})
    assert get(dataset(dead.base, good.base), cache).read_bytes() == DATA
    assert len(dead.requests) == QUICK.attempts


@pytest.mark.parametrize("how", ["corrupt", "404", "endless"])
def test_a_bad_mirror_is_asked_once_and_the_next_one_used(serve: Serve, cache: Path, how: str) -> None:
    bad, good = serve({"data.bin": DATA}, *[how] * 9), serve({"data.bin": DATA})
    assert get(dataset(bad.base, good.base), cache).read_bytes() == DATA
    assert len(bad.requests) == 1


@pytest.mark.parametrize(
    ("how", "reported"), [("corrupt", "another checksum"), ("endless", "more bytes"), ("404", "404")]
)
def test_a_bad_file_is_never_kept(serve: Serve, cache: Path, how: str, reported: str) -> None:
    server = serve({"data.bin": DATA}, *[how] * 9)
    with pytest.raises(DatasetUnavailable, match=reported):
        get(dataset(server.base), cache)
    kept = [path for path in cache.rglob("*") if path.is_file() and path.stat().st_size]
    assert kept == []
    assert not holdings.fetched(dataset(server.base), cache)


def test_redirects_are_followed(serve: Serve, cache: Path) -> None:
    server = serve({"data.bin": DATA}, "redirect")
    assert get(dataset(server.base), cache).read_bytes() == DATA
    assert [path for path, _ in server.requests] == ["/data/data.bin", "/elsewhere/data.bin"]


def test_a_server_that_knows_no_ranges_starts_again(serve: Serve, cache: Path) -> None:
    server = serve({"data.bin": DATA}, "truncate", "whole")
    assert get(dataset(server.base), cache).read_bytes() == DATA


def test_a_part_that_was_not_asked_for_is_refused(serve: Serve, cache: Path) -> None:
    bad, good = serve({"data.bin": DATA}, "truncate", "misplaced"), serve({"data.bin": DATA})
    assert get(dataset(bad.base, good.base), cache).read_bytes() == DATA


@pytest.mark.parametrize("rubbish", [b"\0" * 1_000, DATA + b"more", b"\0" * len(DATA)])
def test_a_part_that_was_wrong_before_is_fetched_anew(serve: Serve, cache: Path, rubbish: bytes) -> None:
    server = serve({"data.bin": DATA})
    part = cache / "downloads" / "toy" / ".data.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(rubbish)
    assert get(dataset(server.base), cache).read_bytes() == DATA


def test_an_interrupted_download_goes_on_at_the_next_call(serve: Serve, cache: Path) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    server = serve({"data.bin": DATA}, "truncate")
    with pytest.raises(KeyboardInterrupt):
        get(dataset(server.base), cache, dataclasses.replace(QUICK, sleep=interrupt))
    assert left_behind(cache) == [".data.bin.part"]
    assert get(dataset(server.base), cache).read_bytes() == DATA
    assert server.requests[-1][1] == f"bytes={len(DATA) // 2}-"


def test_nobody_answers(cache: Path, serve: Serve) -> None:
    with pytest.raises(DatasetUnavailable, match=r"(?s)no connection.*Connect to the network"):
        get(dataset("http://127.0.0.1:9/"), cache)


def test_the_pauses_grow(serve: Serve, cache: Path) -> None:
    pauses: list[float] = []
    server = serve({"data.bin": DATA}, *["500"] * 9)
    with pytest.raises(DatasetUnavailable, match="500"):
        get(dataset(server.base), cache, Patience(attempts=4, pause_s=1, sleep=pauses.append))
    assert pauses == [1, 2, 4]


def test_the_user_s_mirror_comes_first(serve: Serve, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = serve({"data.bin": DATA}), serve({"data.bin": DATA})
    monkeypatch.setenv(f"{MIRROR}TOY", mine.base.rstrip("/"))
    assert mirrors(dataset(other.base)) == (mine.base, other.base)
    get(dataset(other.base), cache)
    assert (len(mine.requests), len(other.requests)) == (1, 0)


def test_a_full_disk_leaves_nothing(serve: Serve, cache: Path) -> None:
    server = serve({"data.bin": DATA})
    with (
        full_beyond(100_000),
        pytest.raises(DatasetUnavailable, match=rf"File too large.*make room.*{folders.VARIABLE}"),
    ):
        get(dataset(server.base), cache)
    assert left_behind(cache) == []


def fetch_in_a_process(base: str, cache: Path) -> bytes:
    return get(dataset(base), cache).read_bytes()


def test_processes_that_fetch_at_once_download_once(serve: Serve, cache: Path) -> None:
    server = serve({"data.bin": DATA})
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(fetch_in_a_process, [server.base] * 3, [cache] * 3))
    assert found == [DATA] * 3
    assert len(server.requests) == 1


def test_a_damaged_file_is_fetched_again(serve: Serve, cache: Path) -> None:
    server = serve({"data.bin": DATA})
    path = get(dataset(server.base), cache)
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + DATA[1:])
    assert not holdings.fetched(dataset(server.base), cache)
    assert get(dataset(server.base), cache).read_bytes() == DATA


@pytest.mark.parametrize("as_folder", [True, False])
def test_a_file_that_the_user_has(cache: Path, tmp_path: Path, as_folder: bool) -> None:
    (tmp_path / "data.bin").write_bytes(DATA)
    toy = dataset("http://127.0.0.1:9/")
    assert get(toy, cache, given=tmp_path if as_folder else tmp_path / "data.bin").read_bytes() == DATA


def test_another_file_than_the_right_one(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "data.bin").write_bytes(DATA[:-1])
    with pytest.raises(DatasetUnavailable, match="its checksum is not sha256:"):
        get(dataset(), cache, given=tmp_path)
    with pytest.raises(DatasetUnavailable, match=r"no data\.bin at"):
        get(dataset(), cache, given=tmp_path / "nowhere")
    assert left_behind(cache) == []


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("cifar10", "cifar-10-python.tar.gz"),
        ("imdb", "aclImdb_v1.tar.gz"),
        ("mnist", "mnist.npz"),
        ("svhn", "train.tar.gz"),
        ("norb", "smallnorb-5x46789x9x18x6x2x96x96-training-dat.mat.gz"),
        ("hmdir", "test.zip"),
    ],
)
@pytest.mark.parametrize("as_folder", [True, False])
def test_what_is_wanted_and_from_where_is_reported(
    cache: Path, tmp_path: Path, name: str, given: str, as_folder: bool
) -> None:
    wrong = tmp_path / given
    wrong.write_bytes(b"another archive")
    wanted = DATASETS[name]
    with pytest.raises(DatasetUnavailable) as error:
        get(wanted, cache, given=tmp_path if as_folder else wrong)
    assert wanted.files[0].name in str(error.value) or "train.zip" in error.value.remedy
    assert (wanted.mirrors[0] if wanted.mirrors else wanted.page) in error.value.remedy


def test_a_file_of_the_user_that_cannot_be_read_is_no_full_disk(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data.bin").write_bytes(DATA)
    monkeypatch.setattr("os.access", lambda path, mode: False)  # for root everything can be read
    with pytest.raises(DatasetUnavailable, match=r"data\.bin can't be read: permission denied; make it readable"):
        get(dataset(), cache, given=tmp_path)


def test_what_can_be_fetched_from_a_mirror_has_checksums() -> None:
    without = {each.name for each in DATASETS.values() if not all(file.checksum for file in each.files)}
    assert {each.name for each in DATASETS.values() if not each.mirrors} == without == {"hmdir"}
    page = (Path(__file__).parents[2] / "docs" / "datasets.md").read_text("utf-8")
    (reported,) = (part for part in page.split("\n\n") if MIRROR in part)
    assert all(f"names but `{name}`" in reported for name in without)
