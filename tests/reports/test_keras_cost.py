"""`python -m reports keras`, and the ratios behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.keras_cost import costs
from reports.commands.common import Exit
from tests.builder import blocks, one, save, session
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


def test_arms_with_the_same_options_and_cells_are_held_against_each_other() -> None:
    asked: dict[str, dict[str, Any]] = {
        "torch": {},
        "torch-gates-sigmoid": {"gates": "sigmoid"},
        "torch-jit-on": {"jit": "on"},
        "bare-torch": {},
        "bare-torch-gates-sigmoid": {"gates": "sigmoid"},
        "bare-torch-idiom-on": {"idiom": True},
    }

    def pairs(*layers: str) -> set[tuple[str, str]]:
        made = [
            one(arm.partition("torch")[0] + "torch", backend_alias=arm, own_options=options, layers=list(layers))
            for arm, options in asked.items()
        ]
        again = one("torch", backend_alias="torch-again", aa_of="torch", layers=list(layers))
        return {(cost.keras, cost.without) for cost in costs([*made, again], PAIRS)}

    assert pairs("Embedding", "LSTM", "Dense") == {
        ("torch", "bare-torch"),
        ("torch-gates-sigmoid", "bare-torch-gates-sigmoid"),
        ("torch-gates-sigmoid", "bare-torch-idiom-on"),
    }
    assert ("torch", "bare-torch-idiom-on") in pairs("Dense"), "where the optimizer alone is another one"


def test_other_versions_are_no_cost_of_keras() -> None:
    (cost,) = costs([one("torch", versions={"torch": "2"}), one("bare-torch", versions={"torch": "1"})], PAIRS)
    assert (cost.time, cost.reason) == (None, "torch: 1 and 2")


def test_other_work_is_said_beside_it(tmp_path: Path, capsys: Output) -> None:
    gates, idiom = {"gates": "sigmoid"}, {"idiom": True}
    arms = (("torch", "torch-gates-sigmoid", gates, 3.0), ("bare-torch", "bare-torch-idiom-on", idiom, 1.0))
    raw = [
        each
        | {"backend_alias": alias, "own_options": options, "options": options, "layers": ["LSTM"]}
        | {"flags": [{"code": "other-work", "text": f"of {alias}"}]}
        for backend, alias, options, seconds in arms
        for each in session({backend: seconds})
    ]
    save(tmp_path, "0001_a", raw)
    assert run(tmp_path, "keras", f"--figure={tmp_path / 'drawn'}") == Exit.FINE
    out = capsys.readouterr().out
    assert out.splitlines()[2].split()[:3] == ["mnist-fnn-layers-6", "torch-gates-sigmoid", "bare-torch-idiom-on"]
    pair = "torch-gates-sigmoid / bare-torch-idiom-on"
    for alias in ("torch-gates-sigmoid", "bare-torch-idiom-on"):
        assert f"! {pair}: other-work: of {alias} (docs/comparing.md#other-work)" in out
    text = (tmp_path / "drawn" / "keras-costs.svg").read_text("utf-8")
    assert "Keras on torch-gates-sigmoid, over bare-torch-idiom-on" in text


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
