"""Saved runs as users name them: what the commands make of names that fit several files, or one file twice."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from analysis import saved_runs
from analysis.pairs import ratio
from analysis.saved_runs import RunProblem
from reports.commands.common import Exit
from tests.builder import save, session
from tests.reports.commands import Output, run


@pytest.fixture
def artefacts(tmp_path: Path) -> tuple[str, str]:
    """The same path in two folders, as a CI unpacks them."""
    made = []
    for number, (side, epoch) in enumerate({"base": 1.0, "head": 1.5}.items()):
        path = save(tmp_path / side, "0001_ci", session({"torch": epoch, "jax": epoch / 2}, seed=number))
        made.append(str(path))
    return made[0], made[1]


def test_two_files_with_one_name_are_two_runs(artefacts: tuple[str, str], tmp_path: Path, capsys: Output) -> None:
    assert run(tmp_path, "compare", *artefacts, "--format=csv") == Exit.FINE
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    machine = "Linux-CPython-3.11-64bit"
    assert [row["arm"] for row in rows] == [f"base/{machine}/0001_ci", f"head/{machine}/0001_ci"] * 2
    assert [row["baseline"] for row in rows] == [f"base/{machine}/0001_ci"] * 4
    assert run(tmp_path, "compare", *artefacts, "--by=backend", "--format=csv") == Exit.FINE
    (torch, jax) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (torch["runs"], jax["runs"]) == ("6", "6")
    assert torch["sessions"] == f"base/{machine}/0001_ci head/{machine}/0001_ci"
    (row,) = [row for row in saved_runs.choose(artefacts) if row.path == Path(artefacts[1])]
    assert {each.session for each in row.records} == {row.name}


def test_blocks_of_two_files_with_one_name_are_not_mixed(artefacts: tuple[str, str]) -> None:
    records = [each for saved in saved_runs.choose(artefacts) for each in saved.records]
    torch, jax = ([each for each in records if each.arm == arm] for arm in ("torch", "jax"))
    found = ratio(torch, jax, "epoch_s")
    assert found
    assert (found.method, found.pairs) == ("paired", 6)


def test_the_baseline_is_one_of_them(artefacts: tuple[str, str], tmp_path: Path, capsys: Output) -> None:
    machine = "Linux-CPython-3.11-64bit"
    assert run(tmp_path, "compare", *artefacts, "--baseline=0001") == Exit.USAGE
    assert (
        f"several such runs in what is compared: base/{machine}/0001_ci, head/{machine}/0001_ci"
        in capsys.readouterr().err
    )
    assert run(tmp_path, "compare", *artefacts, f"--baseline=head/{machine}/0001", "--format=csv") == Exit.FINE
    assert {row["baseline"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))} == {
        f"head/{machine}/0001_ci"
    }


def test_the_same_file_twice_is_said_to_be_that(root: Path, capsys: Output) -> None:
    (path,) = root.glob("*/0002_b.json")
    link = root / "elsewhere.json"
    link.symlink_to(path)
    for names in (["0002", "latest"], [str(path), str(link)], ["0002", "0002"], [path.parent.name, "0002"]):
        assert run(root, "compare", *names) == Exit.USAGE
        assert "the same file twice, " in capsys.readouterr().err


def test_a_link_among_saved_runs_is_no_second_run(root: Path) -> None:
    (path,) = root.glob("*/0002_b.json")
    (root / "0000_link.json").symlink_to(path)
    os.link(path, root / "0009_hard.json")
    first, _ = saved_runs.everything(root)[0]
    assert first.path.stem == "0001_a"


def test_a_pilot_is_one_run(root: Path, capsys: Output) -> None:
    assert run(root, "plan", "0001") == Exit.FINE
    assert run(root, "plan", "Linux-CPython-3.11-64bit") == Exit.USAGE
    assert "names several saved runs, and one is wanted" in capsys.readouterr().err
    with pytest.raises(RunProblem, match="one is wanted"):
        saved_runs.only("Linux-CPython-3.11-64bit", root)
