"""Files that reports write: complete or not there, whatever happens while they are written."""

from __future__ import annotations

import argparse
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from storage import files
from storage.files import put
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


def test_a_link_stays_and_what_it_names_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "elsewhere" / "a.txt", tmp_path / "a.txt"
    link.symlink_to(target)
    for text in ("one", "two"):  # of a link to nothing the target is made
        put(link, text)
        assert (link.is_symlink(), target.read_text()) == (True, text)
    assert [path.name for path in target.parent.iterdir()] == ["a.txt"]


def test_a_file_keeps_who_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    put(path, "one")
    path.chmod(0o600)
    put(path, "two")
    assert (stat.S_IMODE(path.stat().st_mode), path.read_text()) == (0o600, "two")


def test_a_pipe_is_written_into_and_stays(tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()), daemon=True)  # ends when somebody writes
    reader.start()
    put(pipe, "text")
    assert pipe.is_fifo()
    reader.join(10)
    assert got == ["text"]


def test_a_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as error:
        put(tmp_path, "text")
    assert error.value.filename == str(tmp_path)


MOUNTED = """
mount --bind "$1/host.txt" "$1/folder/a.txt" || exit 77
"$2" -W error -c 'from pathlib import Path; from storage.files import put; put(Path("'$1'/folder/a.txt"), "new")'
"""


def test_a_file_on_a_mount_of_its_own_is_written_into(tmp_path: Path) -> None:
    """As a container has it that was given a single file: the kernel lets nobody replace it."""
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "host.txt", tmp_path / "folder" / "a.txt"):
        path.write_text("old and longer")
    command = ["unshare", "-rm", "sh", "-c", MOUNTED, "sh", str(tmp_path), sys.executable]
    try:
        done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no unshare, which gives the test a mount of its own")
    if done.returncode == 77 or "unshare:" in done.stderr:
        pytest.skip(f"this user can't mount a file: {done.stderr.strip()}")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "host.txt").read_text() == "new"
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["a.txt"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_an_editor_or_a_shell_saved_anew_is_read(encoding: str) -> None:
    assert files.decoded("café ±\n".encode(encoding)) == "café ±\n"


def test_the_home_folder_is_found_without_a_shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert files.path("~/a") == files.home_expanded("~/a") == tmp_path / "a"
    assert files.path("./~/a") == files.home_expanded("./~/a") == Path("./~/a")
    assert files.home_expanded("~nobody-here/a") == Path("~nobody-here/a")  # a name may begin so
    with pytest.raises(argparse.ArgumentTypeError, match="'~nobody-here/a': there is no such home folder"):
        files.path("~nobody-here/a")
