"""Where the commands' output goes, and what they read: by every kind of path that a user types."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import journal, saved_runs
from analysis.journal import line
from fixtures.pytest_plugin import choices
from reports.__main__ import main
from reports.commands.common import Exit
from tests import ROOT
from tests.builder import fields, save
from tests.reports.commands import Output, run, swept

SWEEP = tuple(f"imdb-imdb_lstm-cells-{cells}" for cells in (25, 50))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with saved runs in `my runs`; the current folder is another one."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    folder = tmp_path / "home" / "my runs"
    save(folder, "0001_a", swept({"torch": 1.0, "jax": 0.5}))
    (folder / "journal").mkdir()
    (folder / "journal" / "x.jsonl").write_bytes(line("result", {"benchmark": "a", "record": fields()}))
    return tmp_path / "home"


@pytest.mark.parametrize(
    "words",
    [
        ["html", "--output=~/out"],
        ["figures", "--figure=4.9", "--format=svg", "--output=~/out"],
        ["recover", "--output=~/out"],
        ["recover", "~/my runs/journal/x.jsonl", "--output=~/out"],
        ["html", "~/my runs/Linux-CPython-3.11-64bit/0001_a.json", "--output=~/out"],
    ],
)
def test_the_home_folder_is_meant_by_its_short_name(home: Path, words: list[str]) -> None:
    assert main(["--root=~/my runs", *words]) == Exit.FINE
    assert (home / "out").exists()
    assert not any(Path().iterdir())


@pytest.mark.parametrize(
    ("words", "begins", "messages"),
    [
        (["html"], b"<!doctype html>", "-: 33 results"),
        (["figures", "--figure=4.9", "--format=png"], b"\x89PNG", ""),
        (["figures", "--figure=4.9", "--format=svg"], b"<?xml", ""),
        (["recover"], b"{\n", "-: 1 ok\n"),
    ],
)
def test_a_dash_is_standard_output_and_all_else_is_said_elsewhere(
    home: Path, capfdbinary: pytest.CaptureFixture[bytes], words: list[str], begins: bytes, messages: str
) -> None:
    assert main(["--root=~/my runs", *words, "--output=-"]) == Exit.FINE
    out, err = capfdbinary.readouterr()
    assert out.startswith(begins)
    assert err.decode().startswith(messages)
    assert bool(err) == bool(messages)
    assert not any(Path().iterdir())


def test_standard_output_by_its_other_name_is_not_overwritten_by_a_message(home: Path) -> None:
    path = home / "out.json"
    command = [sys.executable, "-W", "error", "-m", "reports", "--root=~/my runs", "recover", "--output=/dev/stdout"]
    with path.open("w") as file:
        done = subprocess.run(command, cwd=ROOT, stdout=file, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (0, "/dev/stdout: 1 ok\n")
    assert json.loads(path.read_text())["recovered_from"] == "x"


def test_several_files_do_not_fit_into_standard_output(home: Path, capsys: Output) -> None:
    assert main(["--root=~/my runs", "figures", "--output=-"]) == Exit.USAGE
    messages = capsys.readouterr().err
    assert "--output=- takes one file, of svg and png" in messages
    assert "--figure=4.9 --format=svg" in messages


def test_an_unknown_home_is_a_usage_error(capsys: Output) -> None:
    for words in (["html", "--output=~nobody-here/a"], ["--root=~nobody-here", "list"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == Exit.USAGE
        assert "there is no such home folder" in capsys.readouterr().err


def _utf16(text: bytes) -> bytes:
    return text.decode().replace("\n", "\r\n").encode("utf-16")  # as PowerShell's `>` writes


def _marked(text: bytes) -> bytes:
    return text.decode().encode("utf-8-sig")


@pytest.mark.parametrize("resave", [_utf16, _marked])
def test_files_that_were_saved_anew_are_read(tmp_path: Path, resave: Callable[[bytes], bytes], capsys: Output) -> None:
    path = save(tmp_path, "0001_a", swept({"torch": 1.0, "jax": 0.5}))
    written = tmp_path / "journal" / "x.jsonl"
    written.parent.mkdir()
    lines = [line("session", {"planned": []}), line("result", {"benchmark": "a", "record": fields()})]
    written.write_bytes(b"".join(lines))
    for each in (path, written):
        each.write_bytes(resave(each.read_bytes()))
    assert len(saved_runs.load(path).records) == 32
    found = journal.read(written)
    assert (len(found.results), found.notes, found.header["planned"]) == (1, [], [])
    floors = tmp_path / "noise" / "abc123def456.json"
    floors.parent.mkdir()
    floors.write_bytes(resave(b'{"version": 1, "floors": {"fnn": 0.05}}'))
    assert run(tmp_path, "compare", "0001") == Exit.FINE
    assert "0.05" not in capsys.readouterr().err


def test_a_torn_line_is_told_also_of_a_journal_in_utf_16() -> None:
    text = line("session", {"planned": []}) + line("result", {"benchmark": "a", "record": fields()})
    assert journal.parse(_utf16(text)[:-41]).torn


def test_commands_in_messages_can_be_copied(tmp_path: Path) -> None:
    path = tmp_path / "my runs" / "journal" / "x.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"rubbish\n")
    with pytest.raises(saved_runs.RunProblem) as problem:
        saved_runs.load(path)
    command = str(problem.value).split("`")[1]
    assert shlex.split(command) == ["python", "-m", "reports", "recover", str(path)]


def _storage(text: str) -> tuple[Path, str]:
    option = argparse.Namespace(benchmark_storage=text)
    return choices.storage(option), option.benchmark_storage


def test_the_storage_of_results_is_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/jana")
    assert _storage("file://./.benchmarks") == (Path(".benchmarks"), "file://./.benchmarks")
    assert _storage("file://~/runs") == _storage("~/runs") == (Path("/home/jana/runs"), "file:///home/jana/runs")
    for wrong in ("elasticsearch+http://host/index", "file://~nobody-here/runs"):
        with pytest.raises(pytest.UsageError, match=f"--benchmark-storage={wrong.split('+')[0]}"):
            _storage(wrong)


def test_a_session_saves_below_the_home_folder_and_says_how_to_go_on(home: Path) -> None:
    command = [sys.executable, "-m", "pytest", "benchmarks/test_fnn.py", "-p", "tests.drawn", "--backend=study"]
    command += ["-k", "mnist-fnn-layers-6", "--benchmark-storage=file://~/new runs"]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environ |= {"DRAWN_INTERRUPT": "cntk-run1", "COLUMNS": "400", "HOME": str(home)}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=600)
    assert done.returncode == 2, done.stdout + done.stderr
    assert len([*(home / "new runs" / "journal").glob("*.jsonl")]) == 1
    assert not (ROOT / "~").exists()
    (messages,) = (each for each in done.stdout.splitlines() if "To go on: " in each)
    words = shlex.split(messages.partition("To go on: ")[2])
    assert words[-2:] == ["--resume", f"--benchmark-storage=file://{home}/new runs"]
