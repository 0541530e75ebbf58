"""`pytest benchmarks` as a user types it: real sessions in a folder of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports import journal

ROOT = Path(__file__).parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]
FNN = "mnist-fnn-layers-2"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """run(*arguments, **variables): pytest on the benchmarks, saving below the test's own folder."""

    def started(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "benchmarks", f"--benchmark-storage=file://{tmp_path}", *arguments]
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        environ |= {"COLUMNS": "200", **variables}
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=600)

    return started


def saved(folder: Path) -> list[dict[str, Any]]:
    """All saved runs in the order of their saving."""
    files = sorted(folder.glob("*/*.json"), key=lambda path: path.stat().st_mtime)
    return [json.loads(path.read_text()) for path in files]


@pytest.mark.alone
@pytest.mark.backend
class TestAMeasuringSession:
    def test_the_workers_times_are_saved_and_compared(self, run: Run, tmp_path: Path, cheapest: str) -> None:
        choice = ["-k", FNN, f"--backend={cheapest}", "--rounds=3"]
        done = run(*choice, "--runs=2")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "2 passed" in done.stdout
        assert f"run 2  {FNN}  {cheapest}" in done.stdout
        assert "projected" in done.stdout
        (session,) = saved(tmp_path)
        first, second = session["benchmarks"]
        assert first["group"] == FNN
        assert first["name"] == f"test_fnn[{FNN}-{cheapest}-run1]"
        record = first["extra_info"]
        assert first["stats"]["data"] == pytest.approx(record["rounds_s"])
        assert first["options"]["timer"] == "worker_clock"
        assert record["outcome"] == "ok"
        assert record["params"] == record["params_printed"] == 549_426
        assert record["block_order"] == [cheapest]
        assert (record["seed"], second["extra_info"]["seed"]) == (1, 2)
        assert 0 < record["harness_overhead_s"] < 0.05
        assert record["harness"] == session["harness"]
        assert 0 < session["harness"]["gate_s"] < 0.02
        assert 1 > session["harness"]["start_s"] > session["harness"]["memory_meter_s"] > session["harness"]["clock_s"]
        assert "ms a round at the gate" in done.stdout
        assert record["peak_memory_mib"] > record["memory_baseline_mib"] > 50
        (kept,) = journal.paths(tmp_path)
        assert [record["run"] for record in journal.read(kept).records] == [1, 2]

        run(*choice, "--runs=1")
        compared = subprocess.run(
            [Path(sys.executable).with_name("pytest-benchmark"), f"--storage=file://{tmp_path}", "compare"],
            cwd=ROOT, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert compared.returncode == 0, compared.stderr
        assert f"benchmark '{FNN}': 3 tests" in compared.stdout
        memory = subprocess.run(
            [*compared.args, "--group-by=memory"], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        assert f"{FNN}: peak memory [MiB], cpu_resident" in memory.stdout

    def test_a_limit_that_is_met_is_a_result(self, run: Run, tmp_path: Path, cheapest: str) -> None:
        done = run("-k", FNN, f"--backend={cheapest}", "--profile=smoke", "--timeout=0.5")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 xfailed" in done.stdout
        assert "timeout: not finished after 0.5 s" in done.stdout
        (kept,) = journal.paths(tmp_path)
        (record,) = journal.read(kept).records
        assert record["outcome"] == "timeout"

    def test_a_smoke_test_shows_outcomes_and_no_times(self, run: Run, tmp_path: Path, cheapest: str) -> None:
        done = run("-k", FNN, f"--backend={cheapest}", "--profile=smoke")
        assert done.returncode == 0, done.stdout + done.stderr
        rows = [line.split() for line in done.stdout.splitlines()]
        assert ["fnn", "mnist", "1", "ok", "1"] in rows
        assert "projected" not in done.stdout
        assert "OPS" not in done.stdout
        assert saved(tmp_path)[0]["benchmarks"][0]["group"] == FNN

    @pytest.mark.slow
    def test_a_backend_against_itself_is_the_noise_floor(self, run: Run, tmp_path: Path, cheapest: str) -> None:
        done = run("-k", FNN, f"--backend={cheapest}", "--rounds=3", "--runs=2", "--aa")
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{cheapest}-again" in done.stdout
        (floor,) = (tmp_path / "noise").glob("*.json")
        assert json.loads(floor.read_text())["floors"]["fnn"] > 0
        second = saved(tmp_path)[0]["benchmarks"]
        compared = subprocess.run(
            [sys.executable, "-m", "reports", f"--root={tmp_path}", "compare"],
            cwd=ROOT, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert "Noise floor of this machine, fnn" in compared.stdout
        assert re.search(
            rf"^{cheapest}-again .* ~ ", compared.stdout, re.M
        )  # a ratio of the A/A run can't be above its floor
        aliases = {entry["extra_info"].get("backend_alias"): entry["extra_info"]["backend"] for entry in second}
        assert aliases == {None: cheapest, f"{cheapest}-again": cheapest}

    def test_what_was_overridden_is_shown_and_kept_apart(self, run: Run, tmp_path: Path, cheapest: str) -> None:
        done = run("-k", FNN, f"--backend={cheapest}", "--runs=1", "--batch-size=16")
        assert "overridden: batch_size=16" in done.stdout
        assert saved(tmp_path)[0]["benchmarks"][0]["group"] == f"{FNN} batch_size=16"


def test_a_backend_that_cannot_be_had_is_skipped_with_the_remedy(run: Run, tmp_path: Path) -> None:
    # an index that answers nothing, and a cache in which nothing was built yet
    index = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_FIND_LINKS": "", "PIP_RETRIES": "0"}
    done = run(
        "-k", FNN, "--backend=jax", KERAS_BENCHMARKS_CACHE=str(tmp_path / "cache"), PIP_CONFIG_FILE=os.devnull, **index
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "jax: left out: installing its packages failed" in done.stdout
    assert "connect to the network once" in done.stdout
    assert "3 skipped" in done.stdout


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--backend=keras", "there is no backend 'keras'; choose from theano, tensorflow1, cntk"),
        ("--profile=fast", "invalid choice: 'fast'"),
        ("--runs=0", "'0' is not a whole number of at least 1"),
        ("--timeout=soon", "'soon' is not a number of seconds"),
        ("--baseline=numpy", "there is no backend 'numpy'"),
    ],
)
def test_a_bad_option_is_one_message(run: Run, argument: str, message: str) -> None:
    done = run(argument)
    assert done.returncode == 4
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_help_explains_every_option(run: Run) -> None:
    text = run("--help").stdout
    section = text[text.index("Keras backend benchmarks") :]
    for option in (
        "--backend", "--profile", "--runs", "--rounds", "--warmup", "--examples", "--epochs", "--batch-size", "--seed",
        "--device", "--threads", "--timeout", "--baseline", "--provision", "--doctor", "--data", "--jit", "--aa",
        "--precision", "--pilot", "--memory-limit", "--on-busy",
    ):  # fmt: skip
        assert option in section


@pytest.mark.parametrize(
    ("expression", "ids"),
    [
        ("fnn and layers-6 and theano and mnist", ["test_fnn[mnist-fnn-layers-6-theano-run1]"]),
        ("cnn and mnist and layers-3 and torch", ["test_cnn[mnist-cnn_softmax-layers-3-torch-run1]"]),
        ("imdb and layers-2 and (jax or cntk)",
         ["test_rnn[imdb-imdb_lstm-layers-2-cntk-run1]", "test_rnn[imdb-imdb_lstm-layers-2-jax-run1]"]),
    ],
)  # fmt: skip
def test_k_selects_by_every_part_of_an_id(run: Run, expression: str, ids: list[str]) -> None:
    lines = run("--collect-only", "-q", "-k", f"({expression}) and run1").stdout.splitlines()
    found = [line.split("::")[1] for line in lines if "::" in line]
    assert sorted(found) == ids


def test_blocks_hold_every_backend_once_run_by_run(run: Run) -> None:
    lines = run("--collect-only", "-q", "-k", "layers-6 and mnist and fnn", "--runs=3", "--backend=study").stdout
    order = [line.rpartition("-layers-6-")[2].rstrip("]") for line in lines.splitlines() if "::" in line]
    blocks = [order[start : start + 3] for start in range(0, 9, 3)]
    for number, block in enumerate(blocks, 1):
        assert sorted(block) == [f"{name}-run{number}" for name in ("cntk", "tensorflow1", "theano")]
    again = run("--collect-only", "-q", "-k", "layers-6 and mnist and fnn", "--runs=3", "--backend=study").stdout
    assert [line for line in again.splitlines() if "::" in line] == [x for x in lines.splitlines() if "::" in x]
