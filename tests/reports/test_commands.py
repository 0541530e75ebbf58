"""`python -m reports` as a user runs it: output, exit codes, messages."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import reports
from models.study import results
from reports import noise
from reports.__main__ import COMMANDS, main
from reports.compare import check
from reports.comparison import compare
from reports.exits import Exit
from tests.reports.builder import MACHINE, fields, save, session, typed

SWEEP = tuple(f"mnist-fnn-layers-{depth}" for depth in range(1, 5))
Output = pytest.CaptureFixture[str]


def swept(epochs: dict[str, float], **own: Any) -> list[dict[str, Any]]:
    return [each for at in SWEEP for each in session(epochs, at=at, runs=own.pop("runs", 4), **own)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    save(tmp_path, "0001_a", swept({"torch": 1.0, "jax": 0.5}), "2026-01-02")
    save(tmp_path, "0002_b", swept({"torch": 1.5, "jax": 0.5}, seed=2), "2026-01-03")
    return tmp_path


def run(root: Path, *arguments: str) -> int:
    return main(["--root", str(root), *arguments])


def test_it_runs_as_a_module_and_helps() -> None:
    done = subprocess.run([sys.executable, "-m", "reports", "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)


def test_the_map_of_the_package_names_every_module() -> None:
    modules = {path.stem for path in Path(reports.__file__).parent.glob("[a-z]*.py")}
    assert modules <= set(re.findall(r"\w+", str(reports.__doc__)))


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
    assert "data: real-subset and synthetic" in said.err
    assert "real-subset and synthetic data, 4,000 examples" in said.out


def test_a_gate_fails_where_only_a_part_can_be_compared(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", session({"torch": 1.0, "cntk": 1.0}) + session({"jax": 1.0}, data="synthetic"))
    assert run(tmp_path, "compare") == Exit.FINE
    assert run(tmp_path, "compare", "--fail-above=50%") == Exit.NOT_COMPARABLE


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
    told = capsys.readouterr().err
    assert told.startswith("reports: ")
    assert "Traceback" not in told


REPORTS = [sys.executable, "-W", "error", "-m", "reports"]


def ended(root: Path, *arguments: str, stdout: int) -> tuple[int, str]:
    """The exit code of a real process, and its standard error."""
    command = [*REPORTS, "--root", str(root), *arguments]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=60
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
        code, told = ended(root, *compared, "--fail-above=5%", stdout=writes)
    assert (code, told.startswith("slower by more than 5.0 %"), told.count("\n")) == (Exit.REGRESSED, True, 1)


def test_a_full_disk_is_told_in_one_line(root: Path) -> None:
    with Path("/dev/full").open("w") as full:
        assert ended(root, "list", stdout=full.fileno()) == (Exit.USAGE, "reports: No space left on device\n")


def test_ctrl_c_is_no_traceback(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "0001_x.json")  # whoever reads it waits for ever
    command = [*REPORTS, "--root", str(tmp_path), "list"]
    with (
        subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE, text=True) as process,
        (tmp_path / "0001_x.json").open("w"),  # opens when the other side does
    ):
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=30)[1]
    assert (process.returncode, told) == (130, "\ninterrupted\n")


@pytest.mark.parametrize("limit", ["5", "0%", "-5%", "nan%", "inf%", "much"])
def test_a_limit_must_be_a_percentage(root: Path, limit: str, capsys: Output) -> None:
    with pytest.raises(SystemExit) as ended:
        run(root, "compare", f"--fail-above={limit}")
    assert ended.value.code == Exit.USAGE
    assert "give a percentage such as 5%" in capsys.readouterr().err


# --- noise


def aa(ratio: float, **own: Any) -> list[dict[str, Any]]:
    raw = session({"torch": 1.0, "again": ratio}, noise=0.01, **own)
    for each in raw:
        if each["backend"] == "again":
            each |= {"backend": "torch", "backend_alias": "torch-again", "aa_of": "torch"}
    return raw


def test_the_floor_is_what_an_aa_ratio_cannot_rule_out(tmp_path: Path) -> None:
    same, off = noise.floors(typed(aa(1.0)))["fnn"], noise.floors(typed(aa(1.1)))["fnn"]
    assert 0 < same < 0.1
    assert off >= math.log(1.1) - 0.02
    assert noise.floors(typed(aa(1 / 1.1)))["fnn"] == pytest.approx(off, abs=0.03)
    both = noise.floors(typed(aa(1.0) + aa(1.1, at=SWEEP[0])))
    assert both["fnn"] >= max(same, math.log(1.1) - 0.02)


def test_the_floor_is_stored_for_its_machine_and_family(tmp_path: Path) -> None:
    (path,) = noise.store(typed(aa(1.0)), tmp_path)
    assert path == tmp_path / "noise" / f"{MACHINE['machine']}.json"
    floors = noise.load(str(MACHINE["machine"]), tmp_path)
    assert list(floors) == ["fnn"]
    noise.store(typed(aa(1.0, at="mnist-cnn_softmax-filters-1")), tmp_path)
    assert noise.load(str(MACHINE["machine"]), tmp_path) == floors | {
        "cnn": noise.load(str(MACHINE["machine"]), tmp_path)["cnn"]
    }
    assert noise.load("another", tmp_path) == {}
    assert noise.of_records(typed(aa(1.0)), tmp_path).keys() == {"fnn", "cnn"}


def test_a_machine_s_name_is_never_a_path(tmp_path: Path) -> None:
    root = tmp_path / "a" / "b"
    raw = aa(1.0, machine=MACHINE | {"machine": "../../x"})
    assert noise.store(typed(raw), root) == [root / "noise" / "x.json"]
    assert noise.of_records(typed(raw), root).keys() == {"fnn"}
    assert not (tmp_path / "a" / "x.json").exists()


def test_without_blocks_there_is_no_floor(tmp_path: Path, capsys: Output) -> None:
    assert noise.floors(typed(aa(1.0, runs=1))) == {}
    assert noise.store(typed(session({"torch": 1.0, "jax": 1.0})), tmp_path) == []
    save(tmp_path, "0001_a", session({"torch": 1.0}))
    assert run(tmp_path, "noise") == Exit.NOTHING
    assert "--aa" in capsys.readouterr().err


def test_every_export_carries_flags_marks_and_the_floor(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", aa(1.3, at=SWEEP[0]))
    assert run(tmp_path, "noise") == Exit.FINE
    path = save(tmp_path, "0003_c", session({"torch": 1.0, "jax": 1.15}, noise=0.001, at=SWEEP[0]))
    content = json.loads(path.read_text())
    content["benchmarks"][1]["extra_info"]["flags"] = [{"code": "unsteady", "text": "so it is"}]
    path.write_text(json.dumps(content))
    out = {}
    for style in ("text", "markdown", "csv", "json"):
        capsys.readouterr()
        assert run(tmp_path, "compare", "0003", f"--format={style}", "--fail-above=5%") == Exit.FINE
        out[style] = capsys.readouterr().out
        assert "unsteady" in out[style]
        assert "~" in out[style]  # 15 % is much for such steady runs, and nothing for this machine
    (line,) = [row for row in csv.DictReader(io.StringIO(out["csv"])) if row["arm"] == "jax"]
    assert float(line["noise_floor"]) > 0.15
    assert (line["verdict"], line["stands"], line["flags"]) == ("~", "False", "unsteady")


def test_the_command_stores_and_tells(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", aa(1.0))
    assert run(tmp_path, "noise") == Exit.FINE
    assert "fnn: differences below" in capsys.readouterr().out
    assert run(tmp_path, "compare") == Exit.FINE
    assert "Noise floor of this machine, fnn" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "no noise floor"),
        ("[]", "no noise floor"),
        pytest.param("[" * 100_000, "no noise floor", id="deep"),
        ('{"version": "2", "floors": {}}', "no noise floor"),
        pytest.param('{"version": 1, "floors": {"fnn": 1' + 400 * "0" + "}}", "no noise floor", id="huge"),
        ('{"version": 1, "floors": {"fnn": NaN}}', "no noise floor"),
        ('{"version": 9, "floors": {}}', "version 9"),
    ],
)
def test_a_damaged_floor_is_refused(tmp_path: Path, content: str, says: str, capsys: Output) -> None:
    save(tmp_path, "0001_a", aa(1.0))
    (tmp_path / "noise").mkdir()
    (tmp_path / "noise" / f"{MACHINE['machine']}.json").write_text(content)
    assert run(tmp_path, "compare") == Exit.USAGE
    assert says in capsys.readouterr().err
