"""`python -m reports` as a user runs it: help, list, show, exit codes, messages."""

from __future__ import annotations

import importlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reports.__main__ import COMMANDS, main
from reports.commands.common import Exit
from tests.builder import fields, save
from tests.reports.commands import Output, run

MAPPED = ("analysis", "reports", "reports.figures", "reports.html", "reports.tables", "storage", "study")


def test_it_runs_as_a_module_and_helps() -> None:
    done = subprocess.run([sys.executable, "-m", "reports", "--help"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", MAPPED)
def test_the_map_of_a_package_names_every_module(name: str) -> None:
    package = importlib.import_module(name)
    modules = {path.stem for path in Path(str(package.__file__)).parent.glob("[a-z]*.py")}
    assert modules <= set(re.findall(r"\w+", str(package.__doc__)))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps(command: str, capsys: Output) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: python -m reports {command}")


def test_list_shows_what_is_saved_and_what_is_damaged(root: Path, capsys: Output) -> None:
    assert run(root, "list") == Exit.FINE
    out = capsys.readouterr().out
    assert "0001_a" in out
    assert "torch, jax" in out
    (root / "0003_c.json").write_text("{")
    assert run(root, "list") == Exit.USAGE
    assert "! " in capsys.readouterr().err


def test_list_of_nothing_says_what_to_do(tmp_path: Path, capsys: Output) -> None:
    assert run(tmp_path, "list") == Exit.FINE
    assert "pytest benchmarks --headline" in capsys.readouterr().out


def test_show_tells_every_reason_and_flag(tmp_path: Path, capsys: Output) -> None:
    raw = [
        fields(flags=[{"code": "unsteady", "text": "so it is"}]),
        {**fields("jax"), "outcome": "oom", "reason": "big"},
    ]
    save(tmp_path, "0001_a", raw)
    assert run(tmp_path, "show", "0001") == Exit.FINE
    out = capsys.readouterr().out
    assert "! mnist-fnn-layers-6, torch, run 1: unsteady: so it is (docs/comparing.md#unsteady)" in out
    assert "! mnist-fnn-layers-6, jax, run 1: big" in out
    assert "projected" in out


def test_show_of_a_folder_shows_each_of_its_runs(root: Path, capsys: Output) -> None:
    assert run(root, "show", "Linux-CPython-3.11-64bit") == Exit.FINE
    out = capsys.readouterr().out
    assert out.index("0001_a: started") < out.index("\n\nLinux-CPython-3.11-64bit/0002_b: started")


def test_show_of_a_record_without_what_a_total_takes(tmp_path: Path, capsys: Output) -> None:
    raw = fields()
    for name in ("first_epoch_s", "warmup_s"):
        del raw[name]
    save(tmp_path, "0001_a", [raw])
    assert run(tmp_path, "show", "0001") == Exit.FINE
    assert "projected" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "0099"],
        ["compare", "--baseline=cntk"],
        ["show", "0099"],
        ["study", "0099"],
    ],
)
def test_a_wrong_name_is_a_usage_error_without_a_traceback(root: Path, arguments: list[str], capsys: Output) -> None:
    assert run(root, *arguments) == Exit.USAGE
    messages = capsys.readouterr().err
    assert messages.startswith("reports: ")
    assert "Traceback" not in messages


REPORTS = [sys.executable, "-W", "error", "-m", "reports"]


def ended(root: Path, *arguments: str, stdout: int) -> tuple[int, str]:
    """The exit code of a real process, and its standard error."""
    command = [*REPORTS, "--root", str(root), *arguments]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=600
    )
    return done.returncode, done.stderr


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "study-2018").write_text("a file where a folder should be")
    assert run(tmp_path, "study-run") == Exit.USAGE
    assert capsys.readouterr().err == f"reports: {tmp_path / 'study-2018'}: File exists\n"


def test_output_that_nobody_reads_is_no_error_and_opens_no_gate(root: Path) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w"):
        assert ended(root, "list", stdout=writes) == (Exit.FINE, "")
        compared = ("compare", "0001", "0002", "--format=json")  # more than fits into a buffer
        assert ended(root, *compared, stdout=writes) == (Exit.FINE, "")
        code, messages = ended(root, *compared, "--fail-above=5%", stdout=writes)
    assert (code, messages.startswith("slower by more than 5.0 %"), messages.count("\n")) == (Exit.REGRESSED, True, 1)


def test_a_full_disk_is_told_in_one_line(root: Path) -> None:
    with Path("/dev/full").open("w") as full:
        assert ended(root, "list", stdout=full.fileno()) == (Exit.USAGE, "reports: No space left on device\n")


def test_ctrl_c_is_no_traceback(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", [fields(reason="long " * 50_000)])  # more than a pipe holds, so that the command waits
    command = [*REPORTS, "--root", str(tmp_path), "show"]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        os.read(process.stdout.fileno(), 1)  # it writes
        process.send_signal(signal.SIGINT)
        messages = process.communicate(timeout=600)[1]
    assert (process.returncode, messages) == (130, b"\ninterrupted\n")
