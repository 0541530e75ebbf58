"""Saved runs are told apart by their files, whatever those are called."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from analysis import naming, saved_runs
from analysis.pairs import ratio
from analysis.saved_runs import RunProblem
from reports.commands.common import Exit
from tests.builder import fields, save, session, typed
from tests.reports.commands import Output, run


@pytest.fixture
def artefacts(tmp_path: Path) -> tuple[str, str]:
    """The same path in two folders, as a CI unpacks them."""
    made = []
    for number, (side, epoch) in enumerate({"base": 1.0, "head": 1.5}.items()):
        path = save(tmp_path / side, "0001_ci", session({"torch": epoch, "jax": epoch / 2}, seed=number))
        made.append(str(path))
    return made[0], made[1]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/x/M/0001_ci.json"], ["M/0001_ci"]),
        (["/x/base/M/0001.json", "/x/head/M/0001.json"], ["base/M/0001", "head/M/0001"]),
        (
            ["/x/base/M/0001.json", "/x/head/M/0001.json", "/x/head/M/0002.json"],
            ["base/M/0001", "head/M/0001", "M/0002"],
        ),
        (["/a/x/M/1.json", "/b/x/M/1.json", "/b/y/M/1.json"], ["a/x/M/1", "b/x/M/1", "y/M/1"]),
        (["/M/1.json", "/x/M/1.json"], ["M/1", "x/M/1"]),
        (["/M/1.json", "/M/1.jsonl"], ["M/1.json", "M/1.jsonl"]),
        (["/x/y/../M/1.json", "/z/M/1.json"], ["x/M/1", "z/M/1"]),
        (["/1.json"], ["1"]),
    ],
)
def test_names_are_as_long_as_it_takes(paths: list[str], names: list[str]) -> None:
    assert naming.names([Path(path) for path in paths]) == names


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("0003", True), ("0003_ci", True), ("0003_ci.json", True), ("M/0003", True), ("./base/M/0003_ci", True),
        ("/x/base/M/0003_ci.json", True), ("003", False), ("head/M/0003", False), ("ci", False), ("", False),
    ],
)  # fmt: skip
def test_a_name_is_the_end_of_a_path(name: str, fits: bool) -> None:
    assert naming.goes_by(Path("/x/base/M/0003_ci.json"), name) is fits


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


def test_what_was_measured_twice_under_one_number_counts_twice() -> None:
    torch, jax = (typed([fields(name, epoch_s=each) for each in (1.0, 4.0)]) for name in ("torch", "jax"))
    found = ratio(torch, jax, "epoch_s")
    assert found
    assert (found.method, found.pairs, found.value) == ("paired", 2, 1.0)


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
