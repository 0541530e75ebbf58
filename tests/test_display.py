"""The lines that a person watches while benchmarks run."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fixtures.plugin.display import ERASE, duration, remaining, result, speed_up

ROOT = Path(__file__).parent.parent
FNN = "mnist-fnn-layers-2"


def record(backend: str, epoch_s: float, point: str = FNN, **own: Any) -> dict[str, Any]:
    return {"point": point, "backend": backend, "epoch_s": epoch_s, "outcome": "ok", "overridden": {}, **own}


def test_the_last_ratio_is_to_the_points_own_baseline() -> None:
    theano, other, cntk = record("theano", 2.0), record("theano", 9.0, point="other"), record("cntk", 0.5)
    assert speed_up([theano, other, cntk], ["theano", "cntk"]) == ", 4 x theano"
    assert speed_up([theano, record("theano", 4.0), cntk], ["theano"]) == ", 6 x theano"
    assert speed_up([cntk, theano], ["theano", "cntk"]) == ""  # it is the baseline
    assert speed_up([cntk, theano], ["jax", "cntk"]) == ", 0.25 x cntk"
    assert speed_up([other, cntk], ["theano"]) == ""
    assert speed_up([record("theano", 2.0, overridden={"examples": 8}), cntk], ["theano"]) == ""
    assert speed_up([theano, {**cntk, "outcome": "oom"}], ["theano"]) == ""


def test_what_is_left_is_estimated_by_kind() -> None:
    assert remaining([], ["a"]) == 0
    assert remaining([("a", 2.0), ("a", 4.0)], ["a", "a"]) == 6
    assert remaining([("a", 2.0), ("b", 10.0)], ["a", "c"]) == 2 + 6
    assert (duration(59.4), duration(61)) == ("about 59 s", "about 1 min 01 s")


def test_a_result_has_the_unit_of_its_error() -> None:
    measured = record("jax", 0.123456, peak_memory_mib=380.4, test_error=23.71, error_unit="mm")
    assert result(measured) == "0.123 s/epoch, 380 MiB, test error 23.7 mm"
    assert result({"outcome": "timeout", "reason": "not finished after 5 s"}) == "timeout: not finished after 5 s"
    assert result(None) == "failed"


def on_a_terminal(command: list[str], columns: int) -> str:
    """What a command draws on a terminal of so many columns."""
    ours, its = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environ |= {"COLUMNS": str(columns), "TERM": "xterm"}
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=its, stderr=its, stdin=subprocess.DEVNULL) as process:
        os.close(its)
        drawn = b""
        try:
            while part := os.read(ours, 1 << 16):
                drawn += part
        except OSError:  # how Linux tells the end of a terminal
            pass
        os.close(ours)
    assert process.returncode == 0, drawn.decode()
    return drawn.decode()


@pytest.mark.backend
@pytest.mark.usefixtures("jax")
def test_epochs_are_drawn_over_each_other_on_a_terminal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "benchmarks", "-k", FNN, "--backend=jax", "--runs=1", "--rounds=20"]
    drawn = on_a_terminal([*command, f"--benchmark-storage=file://{tmp_path}"], columns=100)
    redrawn = [part.split("\r")[0] for part in drawn.split(f"\r{ERASE}")[1:]]
    assert re.search(r"\[1/1\] .*jax \.\.\. epoch \d+ of 22: [\d.]+ s", redrawn[0])
    assert all(len(part) < 100 for part in redrawn[:-1])
    assert re.search(r"jax \.\.\. [\d.]+ s/epoch, \d+ MiB, test error", redrawn[-1])
