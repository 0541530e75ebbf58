"""Caches: whole or not at all; what is damaged is found; one process builds, the others wait."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from datasets import DATASETS, holdings
from storage import files, folders
from tests.datasets.disk import full_beyond

Array = np.ndarray[Any, Any]


def make(folder: Path) -> None:
    (folder / "a").write_bytes(b"first")
    (folder / "b").write_bytes(b"second")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folders.built(tmp_path / "data" / "toy", make)
    return tmp_path / "data" / "toy"


def refuse(folder: Path) -> None:
    raise AssertionError("it was built again")


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


def test_a_folder_is_built_once(folder: Path) -> None:
    folders.built(folder, refuse)
    assert visible(folder) == ["a", "b", "complete.json"]
    assert visible(folder.parent) == ["toy"]


def rewrite(path: Path, contents: bytes, *, same_time: bool = False) -> None:
    before = path.stat()
    path.write_bytes(contents)
    time = before.st_mtime_ns + (0 if same_time else 1_000_000)
    os.utime(path, ns=(time, time))


def test_other_contents_of_the_same_size(folder: Path) -> None:
    rewrite(folder / "a", b"fIrst")
    assert not folders.intact(folder)
    folders.built(folder, make)
    assert (folder / "a").read_bytes() == b"first"


def test_a_rotten_byte_is_found_by_looking_thoroughly(folder: Path) -> None:
    rewrite(folder / "a", b"fIrst", same_time=True)
    assert folders.intact(folder)
    assert not folders.intact(folder, thorough=True)


def test_a_copy_is_as_good(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite(folder / "a", b"first")
    assert folders.intact(folder)
    monkeypatch.setattr(folders, "digest", refuse)  # its contents were compared once, and the new time is known
    assert folders.intact(folder)


def test_a_copy_that_can_only_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(path: Path, contents: bytes) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    rewrite(folder / "a", b"first")
    monkeypatch.setattr(files, "put", read_only)
    assert folders.intact(folder)


def test_a_folder_is_replaced_when_it_is_built_and_not_before(tmp_path: Path) -> None:
    folder = tmp_path / "jax-1"
    for name in ("jax-1", ".building-jax-0-99", ".building-jax-1-99", ".building-theano-1-99"):
        (tmp_path / name).mkdir()
    (folder / "old").touch()
    with folders.building(folder, "jax") as unfinished:
        assert {path.name for path in tmp_path.iterdir()} == {"jax-1", unfinished.name, ".building-theano-1-99"}
        assert [*unfinished.iterdir()] == []
        assert (folder / "old").exists()
        (unfinished / "new").touch()
    assert [path.name for path in folder.iterdir()] == ["new"]
    with pytest.raises(OSError, match="refused"), folders.building(folder):
        raise OSError("refused")
    assert [path.name for path in folder.iterdir()] == ["new"]
    assert {path.name for path in tmp_path.iterdir()} == {"jax-1", ".building-theano-1-99"}


@pytest.mark.parametrize("contents", [b"", b"firs", b"first and more"])
def test_other_sizes(folder: Path, contents: bytes) -> None:
    rewrite(folder / "a", contents, same_time=True)
    assert not folders.intact(folder)


@pytest.mark.parametrize("seal", ["", "{", "[]", "{}", "null", '{"a": 1}', '{"a": {"bytes": 5}}', "\xff"])
def test_seals_that_say_nothing(folder: Path, seal: str) -> None:
    (folder / folders.SEAL).write_text(seal, "latin-1")
    assert not folders.intact(folder)
    folders.built(folder, make)
    assert folders.intact(folder, thorough=True)


@pytest.mark.parametrize("missing", ["a", folders.SEAL])
def test_a_missing_file(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    assert not folders.intact(folder)
    folders.built(folder, make)
    assert visible(folder) == ["a", "b", "complete.json"]


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    half = tmp_path / ".building-toy-12345"
    half.mkdir()
    (half / "a").write_bytes(b"fi")
    folders.built(tmp_path / "toy", make)
    assert visible(tmp_path) == ["toy"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
def test_nothing_is_left_where_building_fails(tmp_path: Path, error: type[BaseException]) -> None:
    def fail(folder: Path) -> None:
        make(folder)
        raise error

    with pytest.raises(error):
        folders.built(tmp_path / "toy", fail)
    assert visible(tmp_path) == []
    folders.built(tmp_path / "toy", make)
    assert folders.intact(tmp_path / "toy")


def test_a_full_disk(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        with folders.Rows(folder / "x.npy", np.dtype(np.int64), (1_000,)) as rows:
            for _ in range(1_000):
                rows.append(np.zeros((10, 1_000), np.int64))

    with full_beyond(1_000_000), pytest.raises(OSError, match="File too large"):
        folders.built(tmp_path / "toy", fill)
    assert visible(tmp_path) == []


@pytest.mark.parametrize("size", [0, 1_000])
def test_a_disk_that_fills_up_at_a_small_file(tmp_path: Path, size: int) -> None:
    (tmp_path / "kept").write_bytes(b"old")
    with full_beyond(size), pytest.raises(OSError, match="File too large"):
        files.put(tmp_path / "kept", bytes(size + 1))
    assert visible(tmp_path) == ["kept"]
    assert (tmp_path / "kept").read_bytes() == b"old"
    files.put(tmp_path / "kept", b"new")
    assert (tmp_path / "kept").read_bytes() == b"new"


def build_in_a_process(folder: Path) -> str:
    said = []

    def slowly(building: Path) -> None:
        with (folder.parent / "built.txt").open("a") as file:
            file.write("once\n")
        with folders.Rows(building / "x.npy", np.dtype(np.float64), (1_000,)) as rows:
            for _ in range(100):
                rows.append(np.random.default_rng(0).normal(size=(100, 1_000)))

    folders.built(folder, slowly, lambda: said.append("waiting"))
    return folders.sealed(folder)["x.npy"]["sha256"]  # type: ignore[no-any-return]


def test_processes_that_build_at_once_build_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        seals = list(pool.map(build_in_a_process, [tmp_path / "toy"] * 3))
    assert len(set(seals)) == 1
    assert (tmp_path / "built.txt").read_text() == "once\n"


def test_who_waits_is_told(tmp_path: Path) -> None:
    toy = tmp_path / "toy"
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool, folders.locked(toy):
        other = pool.submit(waits, toy)
        while not (tmp_path / "waiting").exists():
            assert not other.done(), other.result()
        toy.mkdir()
        make(toy)
        folders.seal(toy, ["a", "b"])
    assert other.result() == b"first"


def waits(folder: Path) -> bytes:
    folders.built(folder, refuse, (folder.parent / "waiting").touch)
    return (folder / "a").read_bytes()


def test_removing_waits_for_whoever_is_building(tmp_path: Path) -> None:
    toy = tmp_path / "data" / "imdb-ranks-synthetic-0123"
    toy.parent.mkdir()
    with (
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as others,
        ThreadPoolExecutor(1) as threads,
    ):
        builder = others.submit(builds_when_told, toy, tmp_path)
        while not (tmp_path / "building").exists():
            assert not builder.done(), builder.result()
        remover = threads.submit(holdings.remove, DATASETS["imdb"], tmp_path)
        try:
            with pytest.raises(TimeoutError):
                remover.result(timeout=0.5)
        finally:
            (tmp_path / "go on").touch()
        builder.result()
        assert remover.result() > 0
    assert visible(toy.parent) == []


def builds_when_told(folder: Path, cache: Path) -> None:
    def slowly(building: Path) -> None:
        make(building)
        (cache / "building").touch()
        while not (cache / "go on").exists():
            time.sleep(0.01)

    folders.built(folder, slowly)


# .npy files


@given(
    array=hnp.arrays(
        st.sampled_from([np.float32, np.int32, np.int64, np.uint8]),
        hnp.array_shapes(min_dims=1, max_dims=4, max_side=6),
    ),
    cuts=st.lists(st.integers(0, 6), max_size=4),
)
def test_rows_are_what_numpy_reads(tmp_path_factory: pytest.TempPathFactory, array: Array, cuts: list[int]) -> None:
    path = tmp_path_factory.mktemp("rows") / "x.npy"
    with folders.Rows(path, array.dtype, array.shape[1:]) as rows:
        for piece in np.split(array, sorted(min(cut, len(array)) for cut in cuts)):
            rows.append(piece)
    np.testing.assert_array_equal(np.load(path, allow_pickle=False), array)
    assert path.read_bytes()[:8] == b"\x93NUMPY\x01\x00"  # format 1.0
    assert np.load(path, mmap_mode="r").flags.c_contiguous


def test_many_rows_fit_into_the_header(tmp_path: Path) -> None:
    with folders.Rows(tmp_path / "x.npy", np.dtype(np.uint8), ()) as rows:
        for _ in range(12):
            rows.append(np.zeros(10**6, np.uint8))
    assert np.load(tmp_path / "x.npy", mmap_mode="r").shape == (12_000_000,)


def test_rows_of_another_kind_are_refused(tmp_path: Path) -> None:
    with folders.Rows(tmp_path / "x.npy", np.dtype(np.float32), (2,)) as rows:
        for other in (np.zeros((1, 2)), np.zeros((1, 3), np.float32), np.zeros(2, np.float32)):
            with pytest.raises(ValueError, match="among rows of float32"):
                rows.append(other)


def test_the_cache_folder_is_private_and_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(folders.VARIABLE, str(tmp_path / "mine"))
    assert folders.cache_folder() == tmp_path / "mine"
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o700
    monkeypatch.delenv(folders.VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert folders.cache_folder() == tmp_path / "xdg" / "keras-backend-benchmarks"


def test_what_others_may_write_of_the_cache_is_taken_from_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(folders.VARIABLE, str(tmp_path))
    tmp_path.chmod(0o775)
    assert folders.cache_folder() == tmp_path
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_cache_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(folders.VARIABLE, str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(PermissionError, match="it belongs to another user, who could change the code in it"):
        folders.cache_folder()


def test_the_seal_is_json_for_people(folder: Path) -> None:
    entry = json.loads((folder / folders.SEAL).read_text())["a"]
    assert entry["bytes"] == 5
    assert entry["sha256"] == "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e"
