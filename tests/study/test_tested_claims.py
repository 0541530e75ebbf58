"""The study as a saved run, and its claims held against runs."""

from __future__ import annotations

import csv
import io
import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import study
from analysis import saved_runs
from analysis.newest import Newest
from models.catalogue import points
from reports.__main__ import main
from reports.commands.common import Exit
from study import saved_run
from study.printed import Claim
from study.tested_claims import check, expected
from tests import ROOT
from tests.builder import save, session

CLAIMS = study.claims()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("benchmarks")
    assert main(["--root", str(root), "study-run"]) == Exit.FINE
    return root


def test_the_committed_run_is_what_the_command_writes(written: Path) -> None:
    committed = ROOT / saved_runs.ROOT / saved_run.FILE
    assert committed.read_text("utf-8") == (written / saved_run.FILE).read_text("utf-8"), (
        "write it again: python -m reports study-run"
    )


def test_every_printed_result_is_in_it_with_its_printed_total(written: Path) -> None:
    (saved,) = saved_runs.choose(["study-2018"], written)
    records = {(each.table, each.point, each.arm): each for each in saved.records}
    assert len(records) == len(study.results())
    for result in study.results():
        made = records[result.table, result.point, result.backend]
        assert made.total_s == result.time_s
        assert made.epoch_s is not None
        assert made.study_epochs
        assert made.epoch_s * made.study_epochs == pytest.approx(result.time_s)
        assert made.peak_memory_mib == result.memory_mib
        assert made.epoch_s_basis
        assert "derived" in made.epoch_s_basis


def test_names_and_groups_are_those_of_the_benchmarks(written: Path) -> None:
    content = json.loads((written / saved_run.FILE).read_text())
    for entry in content["benchmarks"]:
        info = entry["extra_info"]
        if not info["overridden"]:
            assert entry["group"] == info["point"]
            assert entry["name"] == f"test_{info['family']}[{info['point']}-{info['backend']}]"
    names = [entry["name"] for entry in content["benchmarks"]]
    assert len(set(names)) == len(names)


def test_pytest_benchmark_compares_it(written: Path) -> None:
    command = [sys.executable, "-m", "pytest_benchmark", "--storage", str(written), "compare", "--columns=median"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=written)
    assert done.returncode == 0, done.stderr
    assert "mnist-cnn_softmax-filters-1" in done.stdout
    assert "test_cnn[mnist-cnn_softmax-filters-1-theano]" in done.stdout
    assert "(2.31)" in done.stdout  # theano over cntk


def test_it_is_never_the_latest_run(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(written), "compare", "latest"]) == Exit.USAGE


def test_our_runs_are_not_divided_by_the_studys(written: Path, tmp_path: Path) -> None:
    at = "mnist-cnn_softmax-filters-1"
    save(tmp_path, "0001_a", session({"theano": 1.0, "cntk": 1.0}, at=at))
    study_path, own = written / saved_run.FILE, next(tmp_path.glob("*/0001_a.json"))
    assert main(["--root", str(tmp_path), "compare", str(study_path), str(own)]) == Exit.NOT_COMPARABLE


# --- claims


def claim(**fits: Any) -> Claim:
    """A claim of the study with these fields."""
    return next(each for each in CLAIMS if all(getattr(each, name) == value for name, value in fits.items()))


FNN_DEPTH = claim(figure="4.10", numerator="tensorflow1", denominator="theano")  # 3.4 to 4.1 at six points


def saved(tmp_path: Path, ratio: float, at: tuple[str, ...] = FNN_DEPTH.points, **own: Any) -> list[saved_runs.Saved]:
    """A run in which theano takes a second, and tensorflow1 `ratio` times as long."""
    given = {"runs": 5, "noise": 0.005} | own
    raw = [e for p in at for e in session({"theano": 1.0, "tensorflow1": ratio}, at=p, **given)]
    for each in raw:
        each["projected_total_s"] = 700 * each["epoch_s"]
    return [saved_runs.load(save(tmp_path, f"0001_{len(list(tmp_path.glob('*/*')))}", raw))]


@pytest.mark.parametrize(
    ("ratio", "order", "number"),
    [(3.8, "holds", "holds"), (2.0, "holds", "fails"), (0.5, "fails", "fails"), (1.0, "undecided", "fails")],
)
def test_a_claim_is_held_against_runs_order_first(tmp_path: Path, ratio: float, order: str, number: str) -> None:
    found = check(FNN_DEPTH, Newest(saved(tmp_path, ratio)))
    assert (found.order, found.number, len(found.ratios)) == (order, number, 6)


def test_no_run_says_nothing() -> None:
    found = check(FNN_DEPTH, Newest([]))
    assert (found.order, found.number) == ("not measured", "not measured")


def test_a_part_of_a_sweep_counts_for_what_it_is(tmp_path: Path) -> None:
    found = check(FNN_DEPTH, Newest(saved(tmp_path, 3.8, at=FNN_DEPTH.points[:2])))
    assert (found.order, len(found.ratios)) == ("holds", 2)


def test_one_run_of_each_leaves_it_open(tmp_path: Path) -> None:
    found = check(FNN_DEPTH, Newest(saved(tmp_path, 3.8, runs=1)))
    assert (found.order, found.number) == ("undecided", "undecided")


def test_the_newest_run_counts(tmp_path: Path) -> None:
    old, new = saved(tmp_path, 0.5), saved(tmp_path, 3.8)
    assert check(FNN_DEPTH, Newest([*old, *new])).order == "holds"
    assert check(FNN_DEPTH, Newest([*new, *old])).order == "fails"


def test_replaced_settings_say_nothing_about_the_study(tmp_path: Path) -> None:
    found = check(FNN_DEPTH, Newest(saved(tmp_path, 3.8, overridden={"batch_size": 64})))
    assert found.order == "not measured"


def test_trials_say_nothing_of_times(tmp_path: Path) -> None:
    found = check(FNN_DEPTH, Newest(saved(tmp_path, 3.8, profile="smoke")))
    assert found.order == "not measured"
    assert "profile smoke" in found.note


def test_memory_of_a_cpu_is_not_held_against_a_gpus(tmp_path: Path) -> None:
    memory = replace(FNN_DEPTH, metric="relative_memory")
    found = check(memory, Newest(saved(tmp_path, 3.8)))
    assert found.order == "not measured"
    assert "cpu_resident" in found.note
    on_gpu = saved(tmp_path, 3.8, memory_kind="gpu_process", device="gpu")
    assert check(memory, Newest(on_gpu)).order == "undecided"  # both need 500 MiB


def test_an_absolute_figure_is_of_its_machine() -> None:
    found = check(claim(metric="throughput"), Newest([]))
    assert found.order == "not measured"
    assert "absolute" in found.note


def test_a_claim_whose_order_changes_needs_both_sides(tmp_path: Path) -> None:
    both = replace(FNN_DEPTH, settled_min=0.7, settled_max=1.2)
    assert expected(both) == "both"
    assert check(both, Newest(saved(tmp_path, 1.1))).order == "fails"
    assert check(both, Newest(saved(tmp_path, 1.1, at=FNN_DEPTH.points[:3]))).order == "undecided"
    mixed = saved(tmp_path, 1.1, at=FNN_DEPTH.points[:3]) + saved(tmp_path, 0.8, at=FNN_DEPTH.points[3:])
    assert check(both, Newest(mixed)).order == "holds"


@pytest.mark.parametrize("one", CLAIMS, ids=lambda c: f"{c.figure}-{c.metric}-{c.numerator}-{c.denominator}")
def test_every_claim_can_be_checked(one: Claim) -> None:
    assert one.settled_min <= one.settled_max
    assert expected(one) in ("above", "below", "both")
    assert check(one, Newest([])).order == "not measured"
    assert set(one.points) <= {each.id for each in points()}


def test_a_run_of_the_studys_own_midpoints_fulfils_every_claim_of_a_figure(tmp_path: Path) -> None:
    for one in (each for each in CLAIMS if each.metric == "speedup" and each.denominator and each.status == "ok"):
        middle = math.sqrt(one.settled_min * one.settled_max)
        raw = [
            {**each, "projected_total_s": each["epoch_s"]}
            for at in one.points[:1]
            for each in session({one.numerator: middle, str(one.denominator): 1.0}, at=at, noise=1e-4)
        ]
        found = check(one, Newest([saved_runs.load(save(tmp_path, "0001_x", raw))]))
        assert found.number == "holds", one
        assert found.order in (("holds",) if expected(one) != "both" else ("undecided", "fails")), one


def test_all_claims_are_listed_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved(tmp_path, 3.8)
    assert main(["--root", str(tmp_path), "study", "--format=csv"]) == Exit.FINE
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(lines) == len(CLAIMS) == 132
    assert {line["order"] for line in lines} == {"holds", "not measured"}
    assert main(["--root", str(tmp_path), "study", "--measured", "--format=json"]) == Exit.FINE
    assert [line["figure"] for line in json.loads(capsys.readouterr().out)] == ["4.10"]
    for style in ("text", "markdown"):
        assert main(["--root", str(tmp_path), "study", "--measured", f"--format={style}"]) == Exit.FINE
        assert "3.4 to 4.1" in capsys.readouterr().out


def test_a_study_of_nothing_has_the_exit_code_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path), "study", "--measured", "--format=csv"]) == Exit.NOTHING
    assert "none of the study's claims" in capsys.readouterr().err


def test_the_study_itself_says_nothing_about_the_study(written: Path) -> None:
    assert main(["--root", str(written), "study"]) == Exit.NOTHING


def test_runs_that_are_left_out_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "0001_cut.json").write_text("{")
    assert main(["--root", str(tmp_path), "study"]) == Exit.NOTHING
    messages = capsys.readouterr().err
    assert messages.startswith(f"! left out: {tmp_path / '0001_cut.json'} is cut off or damaged")
