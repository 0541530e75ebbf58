"""`python -m reports recover` makes the same run of a journal as pytest-benchmark would have saved."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.stats import Stats

from analysis import saved_runs
from analysis.journal import line
from analysis.reading import record
from analysis.record import VERSION
from reports.__main__ import main
from tests import ROOT
from tests.backends import slow_but
from tests.builder import fields, journal
from tests.faults.conftest import SMOKE, Run, saved


def recover(root: Path, *arguments: str) -> int:
    return main(["--root", str(root), "recover", *arguments])


def test_an_old_journals_groups_and_statistics_are_those_of_pytest_benchmark(tmp_path: Path) -> None:
    raw = fields(rounds_s=[1.0, 2.0, 9.0], overridden={"examples": 100, "epochs": 3})
    journal(tmp_path, "20260101-010101-5", [raw])
    assert recover(tmp_path) == 0
    (entry,) = json.loads(next(tmp_path.glob("recovered/*.json")).read_text())["benchmarks"]
    assert entry["group"] == record(raw).group == "mnist-fnn-layers-6 epochs=3 examples=100"
    theirs = Stats()
    for seconds in raw["rounds_s"]:
        theirs.update(seconds)
    assert entry["stats"] == {**theirs.as_dict(), "data": raw["rounds_s"], "iterations": 1}


def test_a_journal_of_before_checksums_is_recovered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = [fields(), fields(run=2), fields("jax"), fields("cntk", outcome="oom", reason="no memory")]
    journal(tmp_path, "20260101-010101-5", raw)
    assert recover(tmp_path) == 0
    path = tmp_path / "recovered" / "0001_20260101-010101-5.json"
    assert f"{path}: 3 ok, 1 oom" in capsys.readouterr().out
    again = saved_runs.load(path)
    assert [each.backend for each in again.records] == ["torch", "torch", "jax", "cntk"]
    first = json.loads(path.read_text())["benchmarks"][0]
    assert first["fullname"] == "benchmarks/test_fnn.py::test_fnn[mnist-fnn-layers-6-torch-run1]"
    assert first["stats"]["data"] == raw[0]["rounds_s"]
    assert recover(tmp_path) == 0  # once is enough
    assert capsys.readouterr().out.startswith(f"{path} holds this session already: nothing to do")
    assert list(path.parent.iterdir()) == [path]


def test_a_session_is_saved_where_all_of_its_results_are(tmp_path: Path) -> None:
    raw = [fields(), fields("jax")]
    journal(tmp_path, "20260101-010101-5", raw)
    folder = tmp_path / "recovered"
    folder.mkdir()
    (folder / "0001_20260101-010101-5.json").write_text('{"benchmarks": [')  # the power went while it was saved
    (folder / "0002_20260101-010101-57.json").write_text("another process's, in the same second")
    half = {"benchmarks": [{"extra_info": raw[0]}], "outcomes": []}
    (folder / "0003_20260101-010101-5.json").write_text(json.dumps(half))
    assert recover(tmp_path) == 0
    whole = folder / "0004_20260101-010101-5.json"
    assert len(saved_runs.load(whole).records) == 2
    moved = whole.rename(folder / "0004_by-another-name.json")
    assert recover(tmp_path) == 0
    assert moved.exists()
    assert len(list(folder.iterdir())) == 4


def test_sound_lines_of_a_damaged_journal_are_recovered_and_the_others_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "journal" / "20260101-010101-5.jsonl"
    path.parent.mkdir()
    lines = [
        line("result", {"benchmark": "a", "record": fields()}),
        line("result", {"benchmark": "b", "record": fields("jax")}).replace(b"jax", b"jay"),
        line("started", {"benchmark": "c"}),
        line("progress", {"benchmark": "c", "epochs": [{"wall_s": 2.0}, {"wall_s": 3.0}]}),
        line("result", {"benchmark": "d", "record": fields("cntk")})[:50],
    ]
    path.write_bytes(b"".join(lines))
    with pytest.raises(saved_runs.RunProblem, match=r"damaged in line 2: its checksum.*reports recover"):
        saved_runs.load(path)
    output = tmp_path / "out.json"
    assert recover(tmp_path, str(path), "--output", str(output)) == 0
    printed = capsys.readouterr().out
    assert "line 2 is left out: its checksum is not that of its text" in printed
    assert "its last line is incomplete" in printed
    assert "c was in progress and is not in it: 2 epochs of 5 s are in the journal" in printed
    assert [each.arm for each in saved_runs.load(output).records] == ["torch"]
    assert recover(tmp_path, str(path), "--output", str(output)) == 2
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no complete result"),
        (line("session", {"planned": []}), "no complete result"),
        (line("result", {"record": {"record_version": VERSION}}), "result 1: its field outcome is None"),
        (line("session", {"journal_version": 9}), "version 9"),
    ],
)
def test_what_cannot_be_recovered_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, says: str
) -> None:
    path = tmp_path / "journal" / "x.jsonl"
    path.parent.mkdir()
    path.write_bytes(content)
    assert recover(tmp_path) == 2
    assert says in capsys.readouterr().err
    assert not list(tmp_path.glob("*/*.json"))


@pytest.mark.parametrize(("machine", "folder"), [("../../elsewhere", "elsewhere"), ("..", "unnamed"), ("", "unnamed")])
def test_a_machines_name_in_a_journal_is_never_a_path(tmp_path: Path, machine: str, folder: str) -> None:
    path = tmp_path / "root" / "journal" / "x.jsonl"
    path.parent.mkdir(parents=True)
    header = line("session", {"pytest_benchmark": {"machine_id": machine}})
    path.write_bytes(header + line("result", {"benchmark": "a", "record": fields()}))
    assert recover(tmp_path / "root") == 0
    assert (tmp_path / "root" / folder / "0001_x.json").is_file()
    assert not list(tmp_path.glob("*.json"))
    assert [path.name for path in tmp_path.iterdir()] == ["root"]


@pytest.mark.backend
@slow_but(["cntk"], ["jax", "cntk"], "available")
def test_a_real_session_is_recovered_as_it_was_saved(run: Run, tmp_path: Path, available: str) -> None:
    session = run(*SMOKE, f"--backend={available}", "--rounds=4", "--runs=2")
    assert session.wait() == 0, session.output()
    (wanted,) = saved(tmp_path / "saved")
    output = tmp_path / "recovered" / "0001_again.json"
    assert recover(tmp_path / "saved", "--output", str(output)) == 0
    recovered: dict[str, Any] = json.loads(output.read_text())
    assert recovered.pop("recovered_from")
    assert recovered.keys() == wanted.keys()
    for name in wanted.keys() - {"datetime"}:
        assert recovered[name] == wanted[name], name
    assert len(recovered["benchmarks"]) == 2
    compared = subprocess.run(
        [Path(sys.executable).with_name("pytest-benchmark"), f"--storage=file://{tmp_path}", "compare"],
        cwd=ROOT, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert "benchmark 'mnist-fnn-layers-2': 2 tests" in compared.stdout, compared.stderr
