"""`python -m reports keras`, and the ratios behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.keras_cost import costs
from reports.commands.common import Exit
from tests.builder import blocks, save, session
from tests.reports.commands import Output, run

PAIRS = {"torch": "bare-torch", "jax": "bare-jax"}


def test_a_cost_is_keras_over_the_framework_alone() -> None:
    records = blocks({"torch": 3.0, "bare-torch": 1.0, "jax": 1.0, "theano": 5.0}, runs=6)
    (cost,) = costs(records, PAIRS)
    assert (cost.keras, cost.without, cost.family) == ("torch", "bare-torch", "fnn")
    assert cost.time
    assert cost.time.value == pytest.approx(3, rel=0.1)
    assert cost.time.method == "paired"  # each run with the one of its own block
    assert cost.time.low < cost.time.value < cost.time.high
    assert cost.first_epoch
    assert cost.memory
    assert (cost.first_epoch.value, cost.memory.value) == (1, 1)


def test_unlike_runs_have_no_figures() -> None:
    records = [*blocks({"torch": 3.0}), *blocks({"bare-torch": 1.0}, threads=1)]
    (cost,) = costs(records, PAIRS)
    assert (cost.time, cost.memory) == (None, None)
    assert cost.reason == "threads: 1 and 2"


def test_the_command_prints_each_framework_that_was_measured_twice(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", session({"torch": 3.0, "bare-torch": 1.0, "jax": 1.0, "bare-jax": 0.5}))
    assert run(tmp_path, "keras") == Exit.FINE
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in out[2:4]] == [["mnist-fnn-layers-6", name] for name in ("jax", "torch")]
    assert "docs/what-keras-costs.md" in "".join(out)


def test_the_figure_stands_beside_the_table(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", session({"torch": 3.0, "bare-torch": 1.0, "jax": 1.0, "bare-jax": 0.5}))
    assert run(tmp_path, "keras", f"--figure={tmp_path / 'drawn'}") == Exit.FINE
    assert {path.name for path in (tmp_path / "drawn").iterdir()} == {"keras-costs.svg", "keras-costs.png"}
    text = (tmp_path / "drawn" / "keras-costs.svg").read_text("utf-8")
    assert all(words in text for words in ("mnist-fnn-layers-6", "Keras on torch", "Keras on jax"))
    assert str(tmp_path / "drawn" / "keras-costs.svg") in capsys.readouterr().out


def test_without_both_there_is_nothing(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", session({"torch": 3.0, "jax": 1.0}))
    assert run(tmp_path, "keras") == Exit.NOTHING
    assert "--backend=modern,bare" in capsys.readouterr().err
