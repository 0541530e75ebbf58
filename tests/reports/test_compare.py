"""`python -m reports compare` as a user runs it: tables, exports, baselines."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from reports.commands.common import Exit
from study.printed import results
from tests.builder import fields, save, session
from tests.reports.commands import SWEEP, Output, run


def test_compare_of_one_run_compares_its_backends(root: Path, capsys: Output) -> None:
    assert run(root, "compare", "0001") == Exit.FINE
    out = capsys.readouterr().out
    assert "faster" in out
    assert "paired by block" in out
    assert "Geometric means" in out
    assert "verdicts (Holm)" in out


def test_compare_of_two_runs_compares_each_backend_with_itself(root: Path, capsys: Output) -> None:
    assert run(root, "compare", "0001", "0002") == Exit.FINE
    out = capsys.readouterr().out
    assert "mnist-fnn-layers-1 torch" in out
    assert "unpaired (Welch)" in out
    assert "slower" in out


def test_without_a_run_it_is_the_latest(root: Path, capsys: Output) -> None:
    run(root, "compare")
    latest = capsys.readouterr().out
    run(root, "compare", "0002")
    assert capsys.readouterr().out == latest


@pytest.mark.parametrize(("baseline", "first"), [("jax", "jax"), ("torch", "torch")])
def test_the_baseline_is_chosen(root: Path, baseline: str, first: str, capsys: Output) -> None:
    assert run(root, "compare", "0001", f"--baseline={baseline}", "--format=csv") == Exit.FINE
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["baseline"] for row in rows} == {first}


def test_a_baseline_is_an_arm_by_name_or_as_it_was_given(tmp_path: Path, capsys: Output) -> None:
    older = {"backend_alias": "jax-0.9.1", "asked": "jax==0.9.1"}
    save(tmp_path, "0001_a", [fields("jax", each) | extra for each in (1, 2, 3) for extra in ({}, older)])
    told = []
    for name in ("jax-0.9.1", "jax==0.9.1"):
        assert run(tmp_path, "compare", f"--baseline={name}") == Exit.FINE
        told.append(capsys.readouterr().out)
        assert run(tmp_path, "html", f"--baseline={name}", f"--output={tmp_path / 'page.html'}") == Exit.FINE
        told.append((tmp_path / "page.html").read_text())
        capsys.readouterr()
    assert told[:2] == told[2:]
    assert "jax-0.9.1" in told[0]


def test_left_out_one_backend_is_the_baseline_of_all_tables(tmp_path: Path, capsys: Output) -> None:
    first, second, third = SWEEP[:3]
    measured = [  # as blocks in random order save them
        *session({"jax": 1.0, "theano": 2.0, "torch": 1.0}, at=first),
        *session({"torch": 1.0, "theano": 2.0, "jax": 1.0}, at=second),
        *session({"torch": 1.0, "cntk": 2.0}, at=third),
    ]
    save(tmp_path, "0001_a", measured, "2026-01-02")
    run(tmp_path, "compare", "--format=csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {(row["group"], row["baseline"]) for row in rows} == {(at, "torch") for at in (first, second, third)}
    kept = [each for each in measured if each["point"] != third]
    save(tmp_path, "0002_b", kept, "2026-01-03")
    run(tmp_path, "compare", "0002", "--format=csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["baseline"] for row in rows} == {"theano"}


def test_the_baseline_of_runs_is_chosen_by_number(root: Path, capsys: Output) -> None:
    assert run(root, "compare", "0001", "0002", "--baseline=0002", "--format=json") == Exit.FINE
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {row["baseline"] for row in rows} == {"Linux-CPython-3.11-64bit/0002_b"}


def test_markdown_is_a_table_of_github(root: Path, capsys: Output) -> None:
    run(root, "compare", "0001", "--format=markdown")
    out = capsys.readouterr().out
    assert "### mnist-fnn-layers-1" in out
    assert "|:" in out or "|--" in out


def test_csv_and_json_carry_the_same_figures_flags_and_units(root: Path, capsys: Output) -> None:
    (path,) = root.glob("*/0001_a.json")
    content = json.loads(path.read_text())
    content["benchmarks"][1]["extra_info"]["flags"] = [{"code": "unsteady", "text": "so it is"}]
    path.write_text(json.dumps(content))
    run(root, "compare", "0001", "--format=csv")
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    run(root, "compare", "0001", "--format=json")
    made = json.loads(capsys.readouterr().out)
    assert len(lines) == len(made["rows"]) == 8
    for line in lines:  # what each export has to say of where it comes from
        assert (line["warmup"], line["rounds"], line["order_seed"], line["runs"]) == ("2", "5", "1", "4")
        assert line["environment"] == f"environment of {line['arm']}"
        assert json.loads(line["versions"])[line["arm"]] == "1.0.0"
        assert (line["commit"], line["sessions"]) == ("0123456789ab", "Linux-CPython-3.11-64bit/0001_a")
        assert (line["error_unit"], line["study_total_basis"]) == ("%", "runs")
        assert line["stands"] == str(line["verdict"] in ("faster", "slower"))
    for line, row in zip(lines, made["rows"], strict=True):
        assert line["speed_up"] == ("" if row["speed_up"] is None else str(row["speed_up"]))
        assert row["plan"]["environment"] == f"environment of {row['arm']}"
        assert {"warmup", "rounds", "order_seed", "versions", "commit", "sessions"} <= row["plan"].keys()
        assert len(row["epochs_s"]) == 4
        assert row["study_total_basis"] == "runs"
    flagged = [row for row in made["rows"] if row["flags"]]
    assert flagged[0]["flags"][0] == {"code": "unsteady", "text": "so it is", "link": "docs/comparing.md#unsteady"}
    assert made["geometric_means"][0]["speed_up"]["pairs"] == 4


def test_json_has_no_nan(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", session({"torch": 1.0, "jax": 2.0}, runs=1))
    assert run(tmp_path, "compare", "--format=json") == Exit.FINE

    def refuse(name: str) -> None:
        raise AssertionError(name)

    json.loads(capsys.readouterr().out, parse_constant=refuse)


def test_the_studys_ratio_stands_beside_ours(tmp_path: Path, capsys: Output) -> None:
    at = "mnist-cnn_softmax-filters-1"
    save(tmp_path, "0001_a", session({"theano": 2.0, "cntk": 1.0, "torch": 1.0}, at=at))
    run(tmp_path, "compare", "--study", "--format=csv")
    rows = {row["arm"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    times = {each.backend: each.time_s for each in results() if each.point == at}
    assert float(rows["cntk"]["study_speed_up"]) == pytest.approx(times["theano"] / times["cntk"])
    assert rows["torch"]["study_speed_up"] == ""
    run(tmp_path, "compare", "--study")
    assert "2.31" in capsys.readouterr().out


# --- exit codes
