"""Shares of a machine, and locks that hold between real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.hardware import devices
from fixtures.hardware.devices import DeviceBusy, Indivisible, Share

HOLD = """
import functools, sys
from fixtures.hardware import devices
with devices.lock(sys.argv[1:], functools.partial(print, flush=True)):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(devices.VARIABLE, str(tmp_path))
    return tmp_path


@contextmanager
def another_session(*names: str, umask: int = 0o022) -> Iterator[subprocess.Popen[str]]:
    """A process that holds these locks."""
    command = [sys.executable, "-c", HOLD, *names]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, umask=umask) as process:
        assert process.stdout
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


counts = st.integers(1, 9)


@given(counts, counts, st.sets(st.integers(0, 63), min_size=1, max_size=16), st.integers(0, 4))
def test_shares_are_disjoint_or_refused(count: int, threads: int, processors: set[int], gpus: int) -> None:
    names = [str(index) for index in range(gpus)]
    if count * threads > len(processors) or count > gpus > 0:
        with pytest.raises(Indivisible, match="--profile=smoke"):
            devices.shares(count, threads, sorted(processors), names)
        return
    found = devices.shares(count, threads, sorted(processors), names)
    assert len(found) == count
    used = [processor for share in found for processor in share.processors]
    assert len(used) == len(set(used)) == count * threads
    assert set(used) <= processors
    cards = [share.gpu for share in found if share.gpu]
    assert len(cards) == len(set(cards)) == (count if gpus else 0)


def test_what_a_refusal_says() -> None:
    with pytest.raises(Indivisible, match=r"-n 2 .* 2 disjoint sets of 2 processor.* may use 2.* --threads=1, -n 1 or"):
        devices.shares(2, 2, [0, 1], [])
    with pytest.raises(Indivisible, match=r"there are 1 GPU.* -n 1, --device=cpu"):
        devices.shares(2, 1, [0, 1], ["0"])
    with pytest.raises(Indivisible) as error:
        devices.shares(3, 1, [0, 1], [])
    assert "--threads" not in str(error.value)  # none would do


def test_what_is_not_timed_goes_round() -> None:
    found = devices.shares(3, 1, [4, 5], ["0"], disjoint=False)
    assert [share.processors for share in found] == [(4,), (5,), (4,)]
    assert [share.gpu for share in found] == ["0", "0", "0"]


def test_a_share_crosses_to_a_worker_and_names_its_locks() -> None:
    share = Share((2, 3), "1")
    assert share.json == {"processors": [2, 3], "gpu": "1"}
    assert share.names == ["processor-2", "processor-3", "gpu-1"]


def test_a_lock_is_refused_with_its_holder(folder: Path) -> None:
    with another_session("processor-0") as other:
        with pytest.raises(DeviceBusy, match=rf"processor 0 is being timed on by process {other.pid} \(\w+, python"):
            devices.lock(["processor-0"], print, wait=False)
        devices.lock(["processor-1"], print, wait=False).close()  # another device is free


def test_a_lock_is_waited_for_and_ends_with_its_holder(folder: Path) -> None:
    told: list[str] = []
    with another_session("processor-0") as other:

        def tell(text: str) -> None:
            told.append(text)
            other.kill()

        devices.lock(["processor-0", "processor-1"], tell).close()
    assert "waiting until it ends" in told[0]


def test_a_refused_lock_lets_go_of_what_it_had(folder: Path) -> None:
    with another_session("processor-1"), pytest.raises(DeviceBusy):
        devices.lock(["processor-0", "processor-1"], print, wait=False)
    with another_session("processor-0"):
        pass


def test_two_sessions_never_wait_for_each_other(folder: Path) -> None:
    code = """
import sys
from fixtures.hardware import devices
for _ in range(200):
    devices.lock(sys.argv[1:], lambda text: None).close()
"""
    names = ["processor-0", "processor-1"]
    both = [subprocess.Popen([sys.executable, "-c", code, *order]) for order in (names, names[::-1])]
    assert [process.wait(timeout=30) for process in both] == [0, 0]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can act as other users")
def test_every_user_can_take_it_and_no_other_can_remove_it(folder: Path) -> None:
    folder.chmod(0o1777)
    for parent in list(folder.parents)[:-2]:
        parent.chmod(parent.stat().st_mode | 0o055)
    code = """
import os, sys
from fixtures.hardware import devices  # before it can't be read any more
os.umask(0o077)
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
with devices.lock(["processor-0"], print, wait=False):
    print("held")
if sys.argv[2] == "remove":
    (devices.folder() / f"{devices.PREFIX}-processor-0.lock").unlink()
"""
    for user, end in (("12345", "keep"), ("12346", "remove")):
        done = subprocess.run([sys.executable, "-c", code, user, end], capture_output=True, text=True)
        assert done.stdout == "held\n", done.stderr
    assert "PermissionError" in done.stderr


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_what_is_no_file_is_refused(folder: Path, kind: str) -> None:
    path = folder / f"{devices.PREFIX}-processor-0.lock"
    target = folder / "somebody-elses"
    make: dict[str, Callable[[], None]] = {
        "link": lambda: path.symlink_to(target),
        "fifo": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }
    make[kind]()
    with pytest.raises(OSError, match=r"symbolic link|no regular file|Too many levels"):
        devices.lock(["processor-0"], print)
    assert not target.exists()


def test_no_descriptor_is_left_open_and_none_is_inherited(folder: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    with devices.lock(["processor-0"], print):
        child = subprocess.run(["ls", "-l", "/proc/self/fd"], capture_output=True, text=True, close_fds=False)
        assert devices.PREFIX not in child.stdout
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_all_users_look_in_the_same_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(devices.VARIABLE, raising=False)
    monkeypatch.setenv("TMPDIR", "/somewhere/private")
    assert devices.folder() in (Path("/run/lock"), Path("/tmp"))


def test_waiting_costs_no_processor_time(folder: Path) -> None:
    with another_session("processor-0") as other:
        waiting = subprocess.Popen(
            [sys.executable, "-c", HOLD, "processor-0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert waiting.stdout
        assert "waiting" in waiting.stdout.readline()
        fields = Path(f"/proc/{waiting.pid}/stat").read_text().split()[13:15]
        time.sleep(1)
        assert Path(f"/proc/{waiting.pid}/stat").read_text().split()[13:15] == fields
        other.kill()
        assert waiting.stdout.readline() == "held\n"
        waiting.communicate()


def test_the_folder_of_locks_is_a_path_as_a_user_types_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(devices.VARIABLE, "~/locks")
    assert devices.folder() == tmp_path / "locks"
    with pytest.raises(FileNotFoundError):  # nobody else would look into a folder that is made by the way
        devices.lock(["processor-0"], print)
    monkeypatch.setenv(devices.VARIABLE, "~nobody-here/locks")
    with pytest.raises(FileNotFoundError, match="there is no such home folder"):
        devices.folder()
