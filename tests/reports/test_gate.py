"""`python -m reports compare --fail-above` as CI runs it: exit codes, and what the log is told."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from reports import noise
from reports.compare import check
from reports.comparison import compare
from reports.exits import Exit
from tests.reports.builder import MACHINE, fields, save, session, typed
from tests.reports.commands import Output, run, swept


def test_a_slowdown_above_the_limit_fails(root: Path, capsys: Output) -> None:
    assert run(root, "compare", "0001", "0002", "--fail-above=5%") == Exit.REGRESSED
    told = capsys.readouterr().err
    assert "slower by more than 5.0 %" in told
    assert "mnist-fnn-layers-1 torch" in told
    assert "jax" not in told


def test_a_slowdown_within_the_limit_passes(root: Path) -> None:
    assert run(root, "compare", "0001", "0002", "--fail-above=80%") == Exit.FINE


def test_faster_is_no_regression(root: Path) -> None:
    assert run(root, "compare", "0002", "0001", "--fail-above=5%") == Exit.FINE


def test_the_gate_knows_the_noise_floor(root: Path) -> None:
    aa = session({"torch": 1.0, "again": 1.7}, noise=0.001)
    for each in aa:
        if each["backend"] == "again":
            each |= {"backend": "torch", "backend_alias": "again", "aa_of": "torch"}
    noise.store(typed(aa), root)
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
    told = capsys.readouterr().err
    assert (
        told
        == "passed, but some rows would only have shown a slowdown of 20 %: that is the noise floor of this machine\n"
    )
    assert run(tmp_path, "compare", "0001", "0002", "--fail-above=25%") == Exit.FINE
    assert capsys.readouterr().err == ""


def test_the_gate_rarely_fails_for_nothing() -> None:
    failed, tables = 0, 200
    for draw in range(tables):
        before, after = swept({"torch": 1.0}, seed=draw), swept({"torch": 1.0}, seed=tables + draw)
        found = compare(typed(before, "before") + typed(after, "after"), by="run")
        failed += bool(check(found, limit=0.01).regressed)
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


@pytest.mark.parametrize("limit", ["5", "0%", "-5%", "nan%", "inf%", "much"])
def test_a_limit_must_be_a_percentage(root: Path, limit: str, capsys: Output) -> None:
    with pytest.raises(SystemExit) as ended:
        run(root, "compare", f"--fail-above={limit}")
    assert ended.value.code == Exit.USAGE
    assert "give a percentage such as 5%" in capsys.readouterr().err


# --- noise
