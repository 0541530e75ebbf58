"""What is no file among saved runs, journals and noise floors: a pipe would be waited for, a device may never end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from analysis import noise_floor, saved_runs
from analysis.saved_runs import RunProblem
from reports.commands.common import Exit
from reports.html.origin import FLEXIBILITY, flexibility
from storage import files
from tests.builder import MACHINE, journal, save, session
from tests.reports.commands import Output, run

Make = Callable[[Path], object]


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


NO_FILES: dict[str, Make] = {
    "it is a named pipe, and no file": os.mkfifo,
    "it is a socket, and no file": _socket,
    "it is a folder, and no file": lambda path: path.mkdir(),
    "it is a device, and no file": lambda path: path.symlink_to("/dev/null"),
    "No such file or directory": lambda path: path.symlink_to("nowhere"),
    "Too many levels of symbolic links": lambda path: path.symlink_to(path.name),
}
each_kind = pytest.mark.parametrize(("says", "make"), NO_FILES.items(), ids=[name.split()[-4] for name in NO_FILES])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A short path, as a socket has to have, with one good run in it."""
    monkeypatch.chdir(tmp_path)
    root = Path("r")
    save(root, "0001_a", session({"torch": 1.0, "jax": 2.0}))
    journal(root, "20260101-000000-1", session({"torch": 1.0}, seed=2))
    return root


@each_kind
@pytest.mark.parametrize("name", ["0002_x.json", "journal/20260102-000000-1.jsonl"])
def test_it_is_named_and_the_others_are_listed(folder: Path, name: str, says: str, make: Make, capsys: Output) -> None:
    make(folder / name)
    code, messages = run(folder, "list"), capsys.readouterr()
    assert "0001_a" in messages.out
    if says.startswith("it is a folder") and name.endswith("json"):  # where runs may lie
        assert code == Exit.FINE
        return
    assert (code, messages.err) == (Exit.USAGE, f"! {folder / name} can't be read: {says}\n")
    assert run(folder, "compare", "0001") == Exit.FINE
    with pytest.raises(RunProblem, match=says):
        saved_runs.load(folder / name)


@each_kind
def test_a_noise_floor_that_is_no_file_is_told(folder: Path, says: str, make: Make) -> None:
    path = folder / "noise" / f"{MACHINE['machine']}.json"
    path.parent.mkdir()
    make(path)
    if says.startswith("No such"):
        assert noise_floor.load(MACHINE, folder) == {}
        return
    with pytest.raises(RunProblem, match=rf"{path}, a noise floor, can't be read: {says}"):
        noise_floor.load(MACHINE, folder)


def test_what_backends_can_do_is_read_from_a_file_only(folder: Path) -> None:
    (folder / FLEXIBILITY).parent.mkdir()
    os.mkfifo(folder / FLEXIBILITY)
    assert "it is a named pipe, and no file" in flexibility(folder).notes[0]


@pytest.mark.parametrize("command", ["compare", "show", "recover"])
def test_one_that_is_asked_for_is_told(folder: Path, command: str, capsys: Output) -> None:
    os.mkfifo("x.json")
    assert run(folder, command, "x.json") == Exit.USAGE
    assert capsys.readouterr().err == "reports: x.json can't be read: it is a named pipe, and no file\n"


def test_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff")
    (tmp_path / "b").symlink_to("a")
    assert files.read(tmp_path / "b") == b"\xff"


def test_a_folder_that_cannot_be_read_is_told() -> None:
    """A folder below /tmp, which the user that root becomes in this test can reach."""
    listed = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from reports.__main__ import main\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "sys.exit(main(['--root', sys.argv[2], 'list']))"
    )
    with TemporaryDirectory(dir="/tmp") as name:
        root = Path(name)
        root.chmod(0o755)
        closed = save(root, "0001_a", session({"torch": 1.0})).parent
        journal(root, "20260101-000000-1", session({"torch": 1.0}, seed=2))
        closed.chmod(0o000)
        done = subprocess.run(
            [sys.executable, "-c", listed, str(Path(saved_runs.__file__).parents[1]), name],
            cwd="/", capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        closed.chmod(0o755)
    assert done.stderr == f"! {closed} can't be read: Permission denied\n"
    assert done.returncode == Exit.USAGE
    assert "20260101-000000-1" in done.stdout
