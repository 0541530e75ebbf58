"""Saved runs: old and new formats, damaged files, and how the command line names them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis import saved_runs
from analysis.comparison import compare
from analysis.reading import BadRecord, NewerRecord, record
from analysis.record import VERSION, Flag
from analysis.saved_runs import RunProblem
from tests.builder import fields, journal, save, session


def test_a_record_keeps_every_field_that_it_came_with() -> None:
    flag = {"code": "unsteady", "text": "so", "link": "docs/comparing.md#unsteady"}
    raw = fields(flags=[flag], something_new=[1])
    made = record(raw, "one")
    assert made.json() == {**raw, "error_unit": "%", "measure": "train"}
    assert (made.arm, made.backend, made.run, made.epoch_s) == ("torch", "torch", 1, 1.0)
    assert made.flags == [Flag("unsteady", "so")]


def test_a_second_name_is_an_arm_of_its_own() -> None:
    made = record(fields("torch", backend_alias="torch-again", aa_of="torch"))
    assert (made.arm, made.backend) == ("torch-again", "torch")


def test_what_was_overridden_is_a_part_of_the_group() -> None:
    made = record(fields(overridden={"examples": 100, "batch_size": 16}))
    assert made.group == "mnist-fnn-layers-6 batch_size=16 examples=100"


def test_version_1_is_read_as_if_it_were_written_today() -> None:
    old = fields(record_version=1, flags=["unsteady: the first round took 2 s", "something else"])
    for name in ("study_epochs", "study_examples", "machine", "options", "commit"):
        del old[name]
    made = record(old)
    assert made.record_version == VERSION
    assert (made.study_epochs, made.study_examples) == (50, 60_000)
    assert [flag.code for flag in made.flags] == ["unsteady", "something else"]
    assert old["record_version"] == 1


def test_a_newer_version_asks_for_an_update() -> None:
    with pytest.raises(NewerRecord, match=f"version {VERSION + 1}, and this suite knows those up to {VERSION}"):
        record(fields(record_version=VERSION + 1))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"record_version": None}, "record_version"),
        ({"outcome": "great"}, "outcome is 'great'"),
        ({"point": ""}, "point is ''"),
        ({"run": 0}, "run is 0"),
        ({"epoch_s": 0.0}, "epoch_s is 0.0"),
        ({"epoch_s": "fast"}, "epoch_s is 'fast'"),
        ({"test_error": float("nan")}, "test_error is nan"),
        ({"flags": "many"}, "flags is 'many'"),
        ({"flags": [{"code": ["a"], "text": "b"}]}, "flags is"),
        ({"record_version": 1, "flags": 7}, "flags is 7"),
        ({"record_version": 1, "point": ["a"]}, r"point is \['a'\]"),
        ({"commit": 7}, "commit is 7"),
        ({"backend": ""}, "backend is ''"),
        ({"backend_alias": ["again"]}, r"backend_alias is \['again'\]"),
        ({"backend_alias": "again", "backend": None}, "backend is None"),
        ({"aa_of": 7}, "aa_of is 7"),
        ({"reason": ["why"]}, "reason is"),
        ({"started": []}, r"started is \[\]"),
        ({"data": {}}, "data is {}"),
        ({"params": "many"}, "params is 'many'"),
        ({"test_examples": -1}, "test_examples is -1"),
        ({"versions": {"keras": [3]}}, "versions is"),
        ({"measured_total_s": "long"}, "measured_total_s is 'long'"),
        ({"study_epochs": 0}, "study_epochs is 0"),
        ({"study_examples": None}, "study_examples is None"),
        ({"batches": 0}, "batches is 0"),
        ({"batch_size": None}, "batch_size is None"),
        ({"first_epoch_s": None}, "first_epoch_s is None"),
        ({"rounds_s": []}, r"rounds_s is \[\]"),
        ({"rounds_s": [1.0, 0.0]}, "rounds_s is"),
        ({"rounds_s": [1.0, None]}, "rounds_s is"),
        ({"short_batches": 3}, "short_rounds_s is None"),
        ({"short_batches": 3, "short_rounds_s": []}, r"short_rounds_s is \[\]"),
        ({"epoch_s": 10**400}, "epoch_s is 1000"),
    ],
)
def test_a_field_that_cannot_be_is_named(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(BadRecord, match=says):
        record({**fields(), **wrong})


def test_what_is_no_record_is_told_so() -> None:
    with pytest.raises(BadRecord, match="no record of this suite"):
        record(["a", "list"])


def test_a_result_that_never_came_has_no_figures() -> None:
    unmeasured: dict[str, Any] = {"epoch_s": None, "rounds_s": [], "first_epoch_s": None}
    made = record({**fields(), **unmeasured, "outcome": "oom", "reason": "too large"})
    assert not made.ok
    assert made.epoch_s is made.total_s is None
    (row,) = compare([made]).rows
    assert (row.epoch, row.test_error, row.peak_memory_mib, row.memory_kind, row.total) == (None,) * 5


# --- files


def test_a_session_has_its_complete_results_and_its_outcomes(tmp_path: Path) -> None:
    path = save(tmp_path, "0001_first", [fields(), {**fields("jax"), "outcome": "oom"}])
    saved = saved_runs.load(path)
    assert saved.name == "Linux-CPython-3.11-64bit/0001_first"
    assert [(each.arm, each.outcome, each.session) for each in saved.records] == [
        ("torch", "ok", saved.name),
        ("jax", "oom", saved.name),
    ]
    assert saved.commit == "0123456789ab"


@pytest.mark.parametrize("keep", [0, 1, 200, -1])
def test_a_file_that_is_cut_off_says_so_and_where_else_to_look(tmp_path: Path, keep: int) -> None:
    path = save(tmp_path, "0001_first", [fields()])
    path.write_text(path.read_text()[:keep])
    with pytest.raises(RunProblem, match=rf"cut off or damaged.*: look into {tmp_path}/journal$"):
        saved_runs.load(path)
    (path.parent / "journal").mkdir()
    with pytest.raises(RunProblem, match=rf": look into {path.parent}/journal$"):
        saved_runs.load(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([], "no saved run"),
        ({"benchmarks": 1}, "no saved run"),
        ({"benchmarks": []}, "holds no results of this suite"),
        ({"benchmarks": [{"extra_info": {"other": 1}}]}, "holds no results of this suite"),
        ({"benchmarks": [], "outcomes": 7}, "its outcomes are 7, and no list"),
        ({"benchmarks": [], "outcomes": {"a": 1}}, "and no list"),
        ({"benchmarks": [{"extra_info": {"record_version": 99}}]}, "result 1.*version 99.*update"),
        ({"benchmarks": [{"extra_info": {"record_version": 2}}]}, "result 1.*outcome is None"),
    ],
)
def test_what_a_file_lacks_is_named(tmp_path: Path, content: object, says: str) -> None:
    path = tmp_path / "0001_x.json"
    path.write_text(json.dumps(content))
    with pytest.raises(RunProblem, match=says):
        saved_runs.load(path)


@pytest.mark.parametrize("content", ["[" * 100_000, "[" + "1" * 5_000 + "]"], ids=["deep", "long"])
def test_what_json_refuses_in_other_ways_is_damaged_too(tmp_path: Path, content: str) -> None:
    path = tmp_path / "0001_x.json"
    path.write_text(content)
    with pytest.raises(RunProblem, match="cut off or damaged"):
        saved_runs.load(path)
    assert len(saved_runs.everything(tmp_path)[1]) == 1


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(RunProblem, match=r"nowhere.json can't be read: No such file or directory$"):
        saved_runs.load(tmp_path / "nowhere.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RunProblem, match=r"binary.json can't be read"):
        saved_runs.load(tmp_path / "binary.json")


def test_a_journal_of_a_killed_session_gives_what_was_complete(tmp_path: Path) -> None:
    path = journal(tmp_path, "20260102-030405-7", [fields(), fields("jax")])
    path.write_text(path.read_text()[:-30])
    saved = saved_runs.load(path)
    assert [each.arm for each in saved.records] == ["torch"]
    assert "last line is incomplete" in saved.notes[0]


def test_a_journal_damaged_in_its_middle_is_refused(tmp_path: Path) -> None:
    path = journal(tmp_path, "20260102-030405-7", [fields(), fields("jax")])
    path.write_text("{" + path.read_text())
    with pytest.raises(RunProblem, match="damaged in line 1"):
        saved_runs.load(path)
    path.write_text("")
    with pytest.raises(RunProblem, match="no complete result"):
        saved_runs.load(path)


# --- all of them, and by name


@pytest.fixture
def root(tmp_path: Path) -> Path:
    first, second = session({"torch": 1.0, "jax": 2.0}), session({"torch": 1.0})
    save(tmp_path, "0001_20260102-030405", first, "2026-01-02")
    save(tmp_path, "0002_20260103-030405", second, "2026-01-03")
    journal(tmp_path, "20260101-010101-5", session({"cntk": 1.0}, started="2026-01-01T01:01:01+0000"))
    (tmp_path / "noise").mkdir()
    (tmp_path / "noise" / "abc.json").write_text("{}")
    return tmp_path


def test_everything_comes_in_the_order_of_its_start(root: Path) -> None:
    found, problems = saved_runs.everything(root)
    assert [saved.path.stem for saved in found][-2:] == ["0001_20260102-030405", "0002_20260103-030405"]
    assert not problems


def test_a_journal_whose_results_were_saved_is_left_out(tmp_path: Path) -> None:
    raw = session({"torch": 1.0})
    path = save(tmp_path, "0001_x", raw)
    same = [each["extra_info"] for each in json.loads(path.read_text())["benchmarks"]]
    journal(tmp_path, "j", same)
    assert len(saved_runs.everything(tmp_path)[0]) == 1
    journal(tmp_path, "j", [*same, fields("jax")])
    assert len(saved_runs.everything(tmp_path)[0]) == 2


def test_runs_of_other_tests_are_nobodys_business_but_damaged_ones_are(root: Path) -> None:
    (root / "0009_other.json").write_text('{"benchmarks": []}')
    (root / "0010_damaged.json").write_text("{")
    found, (problem,) = saved_runs.everything(root)
    assert len(found) == 3
    assert "0010_damaged" in str(problem)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("0001", "0001_20260102-030405"),
        ("0002_20260103-030405", "0002_20260103-030405"),
        ("latest", "0002_20260103-030405"),
        ("journal", "20260101-010101-5"),
        ("journal/20260101-010101-5", "20260101-010101-5"),
    ],
)
def test_a_run_is_found_by_what_a_user_types(root: Path, name: str, stem: str) -> None:
    assert [saved.path.stem for saved in saved_runs.choose([name], root)] == [stem]


def test_a_folder_names_all_of_its_runs(root: Path) -> None:
    assert len(saved_runs.choose(["Linux-CPython-3.11-64bit"], root)) == 2


def test_a_path_is_a_name_from_anywhere(root: Path, tmp_path: Path) -> None:
    path = next((root / "Linux-CPython-3.11-64bit").glob("0001*"))
    assert saved_runs.choose([str(path), "0002"], root)[0].path == path


def test_names_of_none_or_several_are_refused_with_what_there_is(root: Path) -> None:
    with pytest.raises(RunProblem, match=r"'0007' names no saved run; there are: .*0001_"):
        saved_runs.choose(["0007"], root)
    save(root / "more", "0001_again", session({"torch": 1.0}))
    with pytest.raises(RunProblem, match="'0001' names several"):
        saved_runs.choose(["0001"], root)
    with pytest.raises(RunProblem, match="run `pytest benchmarks --headline` first"):
        saved_runs.choose(["latest"], root / "nowhere")


def test_the_name_of_a_damaged_run_says_what_is_wrong_with_it(root: Path) -> None:
    (root / "0010_damaged.json").write_text("{")
    with pytest.raises(RunProblem, match="cut off or damaged"):
        saved_runs.choose(["0010"], root)
