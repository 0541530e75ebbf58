"""`python -m reports compare --fail-above` as CI runs it: exit codes, and its messages in the log."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

from analysis import noise_floor
from analysis.comparison import compare
from analysis.slowdowns import slowdowns
from reports.commands.common import Exit
from tests.builder import MACHINE, fields, save, session, typed
from tests.reports.commands import Output, run, swept


def test_a_slowdown_above_the_limit_fails(root: Path, capsys: Output) -> None:
    assert run(root, "compare", "0001", "0002", "--fail-above=5%") == Exit.REGRESSED
    messages = capsys.readouterr().err
    assert "slower by more than 5.0 %" in messages
    assert "mnist-fnn-layers-1 torch" in messages
    assert "jax" not in messages


def test_a_slowdown_within_the_limit_passes(root: Path) -> None:
    assert run(root, "compare", "0001", "0002", "--fail-above=80%") == Exit.FINE


def test_faster_is_no_regression(root: Path) -> None:
    assert run(root, "compare", "0002", "0001", "--fail-above=5%") == Exit.FINE


def test_the_gate_knows_the_noise_floor(root: Path) -> None:
    aa = session({"torch": 1.0, "again": 1.7}, noise=0.001)
    for each in aa:
        if each["backend"] == "again":
            each |= {"backend": "torch", "backend_alias": "again", "aa_of": "torch"}
    noise_floor.store(typed(aa), root)
    assert run(root, "compare", "0001", "0002", "--fail-above=5%") == Exit.FINE


def test_a_gate_that_sees_too_little_says_so(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", session({"torch": 1.0}, runs=3))
    save(tmp_path, "0002_b", session({"torch": 1.0}, runs=3, seed=2))
    assert run(tmp_path, "compare", "0001", "0002", "--fail-above=5%") == Exit.FINE
    assert "would only have shown a slowdown of" in capsys.readouterr().err


def test_a_gate_below_the_noise_floor_says_so(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "noise").mkdir()
    floor = {"version": 1, "floors": {"fnn": math.log(1.2)}}
    (tmp_path / "noise" / f"{MACHINE['machine']}.json").write_text(json.dumps(floor))
    for number, epoch in enumerate((1.0, 1.1), 1):  # a slowdown that is certain, and within the floor
        runs = [fields(run=run, rounds_s=[epoch * (1 + run / 1e4)] * 5) for run in range(1, 6)]
        save(tmp_path, f"000{number}_a", runs, f"2026-01-0{number}")
    assert run(tmp_path, "compare", "0001", "0002", "--fail-above=5%") == Exit.FINE
    messages = capsys.readouterr().err
    assert (
        messages
        == "passed, but some rows would only have shown a slowdown of 20 %: that is the noise floor of this machine\n"
    )
    assert run(tmp_path, "compare", "0001", "0002", "--fail-above=25%") == Exit.FINE
    assert capsys.readouterr().err == ""


def test_the_gate_rarely_fails_for_nothing() -> None:
    failed, tables = 0, 200
    for draw in range(tables):
        before, after = swept({"torch": 1.0}, seed=draw), swept({"torch": 1.0}, seed=tables + draw)
        found = compare(typed(before, "before") + typed(after, "after"), by="run")
        failed += bool(slowdowns(found, limit=0.01).beyond)
    assert failed / tables <= 0.05


def test_nothing_to_compare_has_a_code_of_its_own(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", session({"torch": 1.0}))
    assert run(tmp_path, "compare") == Exit.NOTHING
    assert "nothing to compare" in capsys.readouterr().err


def test_not_comparable_has_a_code_of_its_own_and_a_reason(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", session({"torch": 1.0}) + session({"jax": 1.0}, data="synthetic"))
    assert run(tmp_path, "compare") == Exit.NOT_COMPARABLE
    said = capsys.readouterr()
    assert "data: synthetic and real-subset" in said.err
    assert "real-subset and synthetic data, 4,000 examples" in said.out


def test_a_gate_fails_where_only_a_part_can_be_compared(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", session({"torch": 1.0, "cntk": 1.0}) + session({"jax": 1.0}, data="synthetic"))
    assert run(tmp_path, "compare") == Exit.FINE
    assert run(tmp_path, "compare", "--fail-above=50%") == Exit.NOT_COMPARABLE


# --- what is gone

CRASH = {"outcome": "crash", "reason": "CUDA error:\nno device"}
ABOUT = "mnist-fnn-layers-1 torch, mnist-fnn-layers-2 torch, mnist-fnn-layers-3 torch, mnist-fnn-layers-4 torch"


def lacking(raw: list[dict[str, Any]], **own: Any) -> list[dict[str, Any]]:
    """The same without PyTorch's results; what became of them, where that is given."""
    return [each | own if each["backend"] == "torch" else each for each in raw if own or each["backend"] != "torch"]


@pytest.mark.parametrize(
    ("own", "why"), [(CRASH, "crash: CUDA error: no device"), ({}, "not in this run")], ids=["crashed", "missing"]
)
def test_what_had_a_result_and_has_none_is_lost(root: Path, own: dict[str, Any], why: str, capsys: Output) -> None:
    save(root, "0003_c", lacking(swept({"torch": 1.0, "jax": 0.5}), **own), "2026-01-04")
    lost = f"Linux-CPython-3.11-64bit/0003_c has no result of {ABOUT}: {why}\n"
    assert run(root, "compare", "0001", "0003", "--fail-above=50%") == Exit.REGRESSED
    messages = capsys.readouterr()
    assert messages.err == f"lost: {lost}"
    assert f"\n* Lost: {lost}" in messages.out
    assert run(root, "compare", "0001", "0003") == Exit.FINE  # no gate was asked for
    capsys.readouterr()
    assert run(root, "compare", "0003", "0001", "--fail-above=50%") == Exit.FINE  # it is new
    if not own:
        assert f"\n* only Linux-CPython-3.11-64bit/0001_a has {ABOUT}\n" in capsys.readouterr().out
    assert run(root, "compare", "0003", "0001", "--baseline=0001", "--fail-above=50%") == Exit.REGRESSED


@pytest.mark.parametrize("own", [CRASH, {}], ids=["crashed", "missing"])
def test_exports_have_a_row_for_what_is_lost(root: Path, own: dict[str, Any], capsys: Output) -> None:
    save(root, "0003_c", lacking(swept({"torch": 1.0, "jax": 0.5}), **own), "2026-01-04")
    run(root, "compare", "0001", "0003", "--format=csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    lost = [(row["group"], row["speed_up"], row["runs"]) for row in rows if row["verdict"] == "lost"]
    assert lost == [(group, "", "0") for group in ABOUT.split(", ")]
    run(root, "compare", "0001", "0003", "--format=json")
    assert [row["verdict"] for row in json.loads(capsys.readouterr().out)["rows"]].count("lost") == 4


def test_a_run_between_others_has_lost_what_was_there_before_it(root: Path, capsys: Output) -> None:
    both = swept({"torch": 1.0, "jax": 0.5})
    save(root, "0003_c", lacking(both), "2026-01-04")
    save(root, "0004_d", both, "2026-01-05")
    assert run(root, "compare", "0003", "0001", "0004", "--fail-above=80%") == Exit.FINE
    assert run(root, "compare", "0001", "0003", "0004", "--fail-above=80%") == Exit.REGRESSED
    assert "0003_c has no result of" in capsys.readouterr().err


def test_where_all_is_lost_the_gate_fails_too(tmp_path: Path, capsys: Output) -> None:
    for number, own in enumerate(({}, CRASH), 1):
        save(tmp_path, f"000{number}_a", lacking(session({"torch": 1.0}), **own) or session({"torch": 1.0}))
    assert run(tmp_path, "compare", "0001", "0002", "--fail-above=5%") == Exit.REGRESSED
    assert capsys.readouterr().err.startswith("lost: ")
    assert run(tmp_path, "compare", "0001", "0002") == Exit.NOTHING


def test_more_failing_runs_than_before_are_lost(root: Path, capsys: Output) -> None:
    raw = swept({"torch": 1.0, "jax": 0.5})
    part = [each | CRASH if each["backend"] == "torch" and each["run"] == 2 else each for each in raw]
    save(root, "0003_c", part, "2026-01-04")
    assert run(root, "compare", "0001", "0003", "--fail-above=50%") == Exit.REGRESSED
    says = f"lost runs of {ABOUT}: 1 of its 4 runs failed (crash), and 0 of the baseline's 4"
    messages = capsys.readouterr()
    assert says in messages.err
    assert messages.out.count("1 of its 4 runs failed") == 1
    save(root, "0004_d", part, "2026-01-05")
    assert run(root, "compare", "0003", "0004", "--fail-above=50%") == Exit.FINE  # no more than before


def test_fewer_runs_are_no_loss(root: Path) -> None:
    save(root, "0003_c", swept({"torch": 1.0, "jax": 0.5}, runs=3), "2026-01-04")
    assert run(root, "compare", "0001", "0003", "--fail-above=80%") == Exit.FINE


def test_a_gate_on_backends_says_whom_it_could_not_judge(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", lacking(session({"torch": 1.0, "jax": 1.0, "cntk": 1.0}), **CRASH))
    assert run(tmp_path, "compare", "--fail-above=80%") == Exit.FINE
    assert capsys.readouterr().err == (
        "not judged: torch has no result of mnist-fnn-layers-6: crash: CUDA error: no device\n"
    )


def test_before_nothing_to_compare_there_are_no_tables(root: Path, capsys: Output) -> None:
    raw = swept({"torch": 1.0, "jax": 0.5})
    save(root, "0003_c", lacking(raw), "2026-01-04")
    assert run(root, "compare", "0003") == Exit.NOTHING
    assert capsys.readouterr() == (
        "",
        "nothing to compare: no group has complete results of two sides\n"
        f"    only jax has {ABOUT.replace(' torch', '')}\n"
        "`python -m reports show RUN` tells what a run holds\n",
    )
    save(root, "0004_d", [each for each in raw if each not in lacking(raw)], "2026-01-05")
    assert run(root, "compare", "0003", "0004", "--format=markdown") == Exit.NOTHING
    assert capsys.readouterr().out == ""
    assert run(root, "compare", "0003", "0004", "--format=json") == Exit.NOTHING  # a program reads on
    assert len(json.loads(capsys.readouterr().out)["rows"]) == 12


@pytest.mark.parametrize("limit", ["5", "0%", "-5%", "nan%", "inf%", "much"])
def test_a_limit_must_be_a_percentage(root: Path, limit: str, capsys: Output) -> None:
    with pytest.raises(SystemExit) as ended:
        run(root, "compare", f"--fail-above={limit}")
    assert ended.value.code == Exit.USAGE
    assert "give a percentage such as 5%" in capsys.readouterr().err


# --- noise
