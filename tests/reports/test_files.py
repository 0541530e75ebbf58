"""Files that reports write: complete or not there, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reports.files import put
from tests.datasets.disk import full_beyond


def test_a_text_is_put_in_its_place_and_nothing_beside_it(tmp_path: Path) -> None:
    put(tmp_path / "new" / "a.txt", "one\n")
    put(tmp_path / "new" / "a.txt", "two\n")
    assert [(path.name, path.read_text()) for path in (tmp_path / "new").iterdir()] == [("a.txt", "two\n")]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    put(path, "old")
    with full_beyond(1_000), pytest.raises(OSError, match="File too large"):
        put(path, "new" * 1_000)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.txt", "old")]


def test_ctrl_c_while_it_is_written_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "a.txt"
    put(path, "old")
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        put(path, "new")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.txt", "old")]


def test_half_of_a_surrogate_pair_is_written_as_its_escape(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", "café \ud83d")
    assert (tmp_path / "a.txt").read_text("utf-8") == "café \\ud83d"
