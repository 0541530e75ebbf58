"""Real sessions are killed and interrupted, and go on: every result is kept, and nothing is done twice."""

from __future__ import annotations

import dataclasses
import random
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from analysis import journal
from analysis.journal import Journal, JournalProblem, line
from fixtures.backends import arms, registry
from fixtures.machine.processors import available_processors
from fixtures.run import checkpoints
from fixtures.session import resume
from fixtures.session.settings import Settings
from models.catalogue import point
from models.layers import Dense
from tests.backends import slow_but
from tests.builder import fields, save
from tests.faults.conftest import SMOKE, Run, Running, saved
from tests.faults.injection import standing, stands

POINTS = "(mnist-fnn-layers-1 or mnist-fnn-layers-2 or mnist-fnn-layers-3)"
STUDY = Settings(("jax", "torch"), profile="study", threads=2)


def header(chosen: Settings = STUDY, **changed: Any) -> dict[str, Any]:
    identity = resume.identity(chosen, [point("mnist-fnn-layers-2")])
    return {"name": "s", "planned": ["a"], "settings": dataclasses.asdict(chosen), "identity": identity} | changed


# --- what may change, and what not


def test_the_earlier_settings_hold_and_only_harmless_ones_may_change() -> None:
    nothing = Settings(registry.chosen(None), threads=len(available_processors()))
    assert resume.settings(nothing, header()) == STUDY
    patient = dataclasses.replace(nothing, time_limit=5.0, baseline="torch")
    assert resume.settings(patient, header()) == dataclasses.replace(STUDY, time_limit=5.0, baseline="torch")
    changes: dict[str, Any] = {"profile": "smoke", "seed": 7, "batch_size": 8, "backends": ("jax",), "tf32": True}
    for name, value in changes.items():
        other = dataclasses.replace(nothing, **{name: value})
        with pytest.raises(JournalProblem, match=f"other settings: --{name.replace('_', '-')} was .*, and is now"):
            resume.settings(other, header())


def test_settings_survive_the_journal() -> None:
    written = journal.parse(line("session", header()))
    assert resume.settings(STUDY, written.header) == STUDY


def test_arms_survive_the_journal() -> None:
    chosen = Settings(**arms.chosen(["jax,jax==0.9.1:tf32=on,mine=torch@/a/python:threads=2"]), threads=2)
    written = journal.parse(line("session", header(chosen)))
    assert resume.settings(chosen, written.header) == chosen
    by_its_old_name = dataclasses.asdict(chosen)
    by_its_old_name["own"] = by_its_old_name.pop("candidates")
    earlier = journal.parse(line("session", header(settings=by_its_old_name)))
    assert resume.settings(chosen, earlier.header) == chosen
    nothing = Settings(**arms.chosen(None), threads=len(available_processors()))
    assert resume.settings(nothing, written.header) == chosen
    other = Settings(**arms.chosen(["jax,jax==0.9.1:tf32=on,mine=torch@/b/python:threads=2"]), threads=2)
    with pytest.raises(JournalProblem, match=r"--backend was .*mine=torch@/a/python.*, and is now .*@/b/python"):
        resume.settings(other, written.header)


def test_a_journal_with_the_old_name_of_a_setting_is_resumed_by_it() -> None:
    old = dataclasses.asdict(STUDY) | {"timeout": 7.0}
    del old["time_limit"]
    before = journal.parse(line("session", header(settings=old)))
    assert resume.settings(STUDY, before.header) == dataclasses.replace(STUDY, time_limit=7.0)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"worker": "0"}, r"the workers' code \(fixtures/worker\) has changed"),
        ({"points": {"mnist-fnn-layers-2": "0"}}, "the code of the point mnist-fnn-layers-2 has changed"),
        ({"environments": {"jax": "0", "theano": None}}, "the environment of jax has changed"),
        ({"data": {"mnist-fnn-layers-2": "0"}}, "the data of mnist-fnn-layers-2 have changed"),
        ({"machine": {"machine": "0", "cpu_model": "Z80"}}, "this is another machine: cpu_model was Z80, is "),
        ({"machine": {"machine": "0"}}, "this is another machine: machine was 0, is "),
    ],
)
def test_a_change_is_refused_with_its_name(changed: dict[str, Any], says: str) -> None:
    now = {**header()["identity"], "data": {"mnist-fnn-layers-2": "1"}}
    now["environments"] = {"jax": "1", "theano": "1"}
    before = {**now, **changed}
    with pytest.raises(JournalProblem, match=f"can't be resumed: {says}"):
        resume.refuse_changes({"name": "s", "identity": before}, now)
    resume.refuse_changes({"name": "s", "identity": now}, now)


def test_a_reboot_and_a_kernels_update_make_no_other_machine() -> None:
    now = header()["identity"]
    here = now["machine"]
    system = re.sub(r"(\d+\.\d+).*", r"\1.999-other", here["system"])
    for change in (
        {"memory_mib": here["memory_mib"] - 1},
        {"memory_mib": here["memory_mib"] + 40},
        {"system": system},
    ):
        before = {**now, "machine": {**here, **change, "machine": "0"}}
        resume.refuse_changes({"name": "s", "identity": before}, now)
    for change in ({"memory_mib": here["memory_mib"] // 2}, {"system": "Linux 2.4.1"}, {"cpu_quota": 0.5}):
        before = {**now, "machine": {**here, **change, "machine": "0"}}
        with pytest.raises(JournalProblem, match=f"another machine: {next(iter(change))} was .*, is "):
            resume.refuse_changes({"name": "s", "identity": before}, now)


def test_a_points_code_is_its_network_and_its_training() -> None:
    one = point("mnist-fnn-layers-2")
    code = resume.point_code(one, STUDY)
    network = dataclasses.replace(one.network, layers=(*one.network.layers[:-1], Dense(10, "sigmoid")))
    longer = dataclasses.replace(one.training, epochs=one.training.epochs + 1)
    for other in (dataclasses.replace(one, network=network), dataclasses.replace(one, training=longer)):
        assert resume.point_code(other, STUDY) != code
    assert resume.point_code(one, dataclasses.replace(STUDY, batch_size=7)) != code
    assert resume.point_code(one, dataclasses.replace(STUDY, time_limit=7, runs=3)) == code


def test_a_session_under_another_root_of_pytest_is_not_taken_for_one_that_is_done() -> None:
    ids = ["benchmarks/test_fnn.py::test_fnn[a]", "benchmarks/test_fnn.py::test_fnn[b]"]
    with pytest.raises(
        JournalProblem, match="under another --rootdir, in which its first benchmark is benchmarks/test"
    ):
        resume.refuse_other_root(ids, [f"suite/{name}" for name in ids])
    resume.refuse_other_root(ids, ids[1:])
    resume.refuse_other_root(ids, [])


def journal_of(folder: Path, *entries: bytes, **changed: Any) -> Path:
    path = folder / "journal" / "20260101-010101-5.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join([line("session", header(**changed)), *entries]))
    return path


def test_what_is_taken_over(tmp_path: Path) -> None:
    outcomes = {"a": "ok", "b": "oom", "c": "unavailable", "d": "crash", "e": "timeout"}
    results = [
        line("result", {"benchmark": name, "record": fields(outcome=outcome)}) for name, outcome in outcomes.items()
    ]
    journal_of(tmp_path, *results, line("started", {"benchmark": "f"}), planned=[*outcomes, "f"])
    for retry, kept in (((), "abde"), (("oom", "crash"), "ae")):
        earlier = resume.earlier("last", tmp_path, retry)
        assert "".join(earlier.results) == kept
        assert not earlier.complete
        earlier.file.close()


def test_what_cannot_be_resumed_says_why(tmp_path: Path) -> None:
    old = tmp_path / "old" / "journal" / "20250101-010101-5.jsonl"
    old.parent.mkdir(parents=True)
    old.write_text("")
    with pytest.raises(JournalProblem, match="does not say what was planned"):
        resume.earlier("last", tmp_path / "old", ())
    path = journal_of(tmp_path)
    first = resume.earlier(str(path), tmp_path, ())
    with pytest.raises(JournalProblem, match="still runs, or is being resumed by another one"):
        resume.earlier("20260101", tmp_path, ())
    first.file.close()


def test_a_saved_run_of_a_resumed_session_makes_both_journals_superfluous(tmp_path: Path) -> None:
    from analysis import saved_runs

    saved_run = save(tmp_path, "0001_x", [fields(), fields("jax")])
    raw = [each.json() for each in saved_runs.load(saved_run).records]
    journal_of(tmp_path, line("result", {"benchmark": "a", "record": dict(raw[0])}))
    assert [each.path for each in saved_runs.everything(tmp_path)[0]] == [saved_run]


# --- real sessions

backends = slow_but(["cntk"], ["cntk", "jax", "tensorflow1"], "available")
EVERY_EPOCH = "--checkpoint=0.000001"  # seconds: less than any takes
jax = pytest.mark.parametrize("available", ["jax"], indirect=True)


def ids(kept: Journal) -> set[str]:
    return {entry["benchmark"] for entry in kept.kind("result")}


@pytest.mark.slow
@pytest.mark.backend
@jax
def test_killed_at_any_moment_a_session_loses_what_was_in_progress_at_the_most(
    run: Run, tmp_path: Path, available: str
) -> None:
    """kill -9 of pytest at random moments, and --resume, until everything is done."""
    seed = random.randrange(10**6)
    draw = random.Random(seed)
    known: set[str] = set()
    now = Journal(())
    arguments = ["-k", POINTS, "--profile=smoke", "--device=cpu", f"--backend={available}"]
    for attempt in range(40):
        begun = time.monotonic()
        session = run(*(["--resume"] if now.entries else arguments))
        while session.process.poll() is None and not session.journal().entries:
            if now.entries and draw.random() < 0.005:  # now and then before it has a journal of its own
                break
            time.sleep(0.05)
        # in the pace of this machine, and sooner or later long enough for a benchmark, however slow it is beside others
        time.sleep(draw.uniform(0, (3 + attempt) * (time.monotonic() - begun)))
        done = ids(session.journal())
        if session.process.poll() is None:
            session.send(signal.SIGKILL)
        status = session.wait()
        assert not session.orphans(), f"seed {seed}"
        now = session.journal() if session.journal().entries else now  # killed before it had one
        done = done or known
        assert known <= done <= ids(now), f"seed {seed}"
        assert len(list(now.unfinished())) <= 1, f"seed {seed}"
        assert not now.damaged
        known = ids(now)
        if status == 0:
            break
    else:
        pytest.fail(f"not done after 40 sessions, seed {seed}")
    *_, last = saved(tmp_path / "saved")
    assert {entry["fullname"] for entry in last["benchmarks"]} == known
    assert len(last["benchmarks"]) == 3
    assert [record["outcome"] for record in now.records] == ["ok"] * 3


@pytest.mark.backend
@backends
def test_one_ctrl_c_saves_everything_and_says_how_to_go_on(run: Run, tmp_path: Path, available: str) -> None:
    session = run(*SMOKE, f"--backend={available}", "--runs=3", faults={f"{available}-run2": stands(tmp_path / "here")})
    standing(tmp_path / "here")
    session.send(signal.SIGINT)
    assert session.wait() == 2
    assert not session.orphans()
    output = session.output()
    assert "2 of 3 benchmarks are still to do. To go on: pytest benchmarks --resume --benchmark" in output
    assert "Traceback" not in output
    done = ids(session.journal())
    assert [entry["status"] for entry in session.journal().kind("finished")] == [2]
    (first,) = saved(tmp_path / "saved")
    assert {entry["fullname"] for entry in first["benchmarks"]} == done

    more = run("--resume")
    assert more.wait() == 0, more.output()
    assert f"{len(done)} done in session" in more.output()
    assert len(ids(more.journal())) == 3
    *_, second = saved(tmp_path / "saved")
    assert len(second["benchmarks"]) == len({entry["fullname"] for entry in second["benchmarks"]}) == 3
    kept = {entry["fullname"]: entry["stats"] for entry in second["benchmarks"]}
    assert all(kept[entry["fullname"]] == entry["stats"] for entry in first["benchmarks"])

    nothing = run("--resume")
    assert nothing.wait() == 0, nothing.output()
    assert "Nothing is left to do" in nothing.output()
    assert len(saved(tmp_path / "saved")) == 2
    other = run("--resume", "--seed=2")
    assert other.wait() == 4
    assert "--seed was 1, and is now 2" in other.output()


@pytest.mark.backend
@pytest.mark.slow  # a session of its own for a few seconds
@jax
def test_ctrl_c_in_the_first_benchmark_says_how_to_go_on(run: Run, tmp_path: Path, available: str) -> None:
    own = f"--benchmark-json={tmp_path / 'own.json'}"
    session = run(*SMOKE, f"--backend={available}", "--runs=2", own, faults={available: stands(tmp_path / "here")})
    standing(tmp_path / "here")
    session.send(signal.SIGINT)
    assert session.wait() == 2, session.output()
    assert not session.orphans()
    assert "2 of 2 benchmarks are still to do. To go on: pytest benchmarks --resume" in session.output()
    assert re.search(r"jax \.\.\. interrupted$", session.output(), re.MULTILINE)
    assert "Traceback" not in session.output()
    assert "PytestBenchmarkWarning" not in session.output()
    assert [entry["status"] for entry in session.journal().kind("finished")] == [2]


@pytest.mark.backend
@pytest.mark.parametrize("available", ["cntk"], indirect=True)
def test_a_timeout_is_repeated_where_that_is_asked(run: Run, tmp_path: Path, available: str) -> None:
    session = run(*SMOKE, f"--backend={available}", "--time-limit=0.01")
    assert session.wait() == 0, session.output()
    assert [record["outcome"] for record in session.journal().records] == ["timeout"]
    again = run("--resume", "--retry=timeout", "--time-limit=300")
    assert again.wait() == 0, again.output()
    assert [record["outcome"] for record in again.journal().records] == ["ok"]
    *_, last = saved(tmp_path / "saved")
    assert (len(last["benchmarks"]), last["outcomes"]) == (1, [])


@pytest.mark.slow  # three sessions
@pytest.mark.backend
@backends
def test_a_long_training_goes_on_from_its_checkpoint(run: Run, tmp_path: Path, available: str) -> None:
    long = (*SMOKE, f"--backend={available}", "--rounds=30", EVERY_EPOCH)
    whole = run(*long, folder=tmp_path / "whole")
    assert whole.wait() == 0, whole.output()
    (reference,) = whole.journal().records

    session = run(*long, faults={available: stands(tmp_path / "here", "before", 20)})
    standing(tmp_path / "here")
    session.send(signal.SIGKILL)
    session.wait()
    assert not session.orphans()
    more = run("--resume")
    assert more.wait() == 0, more.output()
    (record,) = more.journal().records
    first, second = record["resumed"]
    assert first["epochs"] == 19
    assert first["epochs"] + second["epochs"] == 31 == len(record["losses"])
    trained = sum(record["warmup_s"]) + sum(record["rounds_s"])
    assert first["training_s"] + second["training_s"] == pytest.approx(trained)
    assert record["wall_s"] > trained
    assert record["losses"] == pytest.approx(reference["losses"], rel=1e-3, abs=1e-4)
    assert record["test_error"] == reference["test_error"]
    assert "resumed" in [flag["code"] for flag in record["flags"]]
    assert record["peak_memory_mib"] == pytest.approx(reference["peak_memory_mib"], rel=0.1)
    assert not list(checkpoints_of(session))
    assert not list(checkpoints_of(more))


def checkpoints_of(session: Running) -> list[Path]:
    entries = session.journal().kind("checkpoint")
    return [path for entry in entries if (path := checkpoints.root() / entry["session"] / entry["file"]).exists()]


@pytest.mark.slow
@pytest.mark.backend
@jax
def test_a_checkpoint_that_is_damaged_means_from_the_beginning_and_is_reported(
    run: Run, tmp_path: Path, available: str
) -> None:
    faults = {available: stands(tmp_path / "here", "before", 5)}
    session = run(*SMOKE, f"--backend={available}", "--rounds=9", EVERY_EPOCH, faults=faults)
    standing(tmp_path / "here")
    session.send(signal.SIGKILL)
    session.wait()
    (path,) = checkpoints_of(session)
    path.write_bytes(path.read_bytes()[:1000])
    more = run("--resume")
    assert more.wait() == 0, more.output()
    assert "started over, its checkpoint is of no use" in more.output()
    (record,) = more.journal().records
    assert "can't be read" in record["not_resumed"]
    assert "resumed" not in record
    assert len(record["losses"]) == 10
    assert not path.exists()
