"""Forward passes beside trainings: never in one ratio, mean or noise floor, and without what only trainings have."""

from __future__ import annotations

from typing import Any

import pytest

from analysis import doubts_between, noise_floor, totals
from analysis.comparison import compare
from analysis.record import Record
from reports.tables.ratios import text
from reports.tables.summary import summary
from tests.builder import bare, one, session, typed

PREDICT: dict[str, Any] = {
    "measure": "predict",
    "overridden": {"measure": "predict"},
    "train_error": None,
    "test_error": None,
    "losses": [],
}
EPOCHS = {"torch": 1.0, "jax": 0.5}
SHORT = {"torch": 0.4, "jax": 0.1}


def both(**how: Any) -> list[Record]:
    """A session of trainings, and one of forward passes."""
    return [*typed(session(EPOCHS, **how), "trained"), *typed(session(SHORT, **how, **PREDICT), "predicted")]


def test_backends_are_compared_within_each() -> None:
    compared = compare(both(), "backend", ["torch"])
    ratios = {row.group.partition(" ")[2]: row.speed_up for row in compared.compared}
    assert ratios.keys() == {"", "measure=predict"}
    values = [each.value for each in ratios.values() if each]
    assert values == pytest.approx([2, 4], rel=0.1)


def test_saved_runs_have_nothing_to_divide() -> None:
    assert compare(both(), "run", []).compared == ()


def test_networks_are_not_divided_by_their_own_training() -> None:
    rows = [row for row in compare(both(), "point", []).rows if row.verdict != "baseline"]
    assert {row.verdict for row in rows} == {"not comparable"}
    assert {row.reason for row in rows} == {"measure: train and predict"}


def test_each_has_a_noise_floor_of_its_own() -> None:
    trained = session({"jax": 1.0}, noise=0.1) + session(
        {"jax": 1.0}, noise=0.1, seed=2, backend_alias="jax-again", aa_of="jax"
    )
    quiet = [
        *session({"jax": 1.0}, noise=0.01, **PREDICT),
        *session({"jax": 1.0}, noise=0.01, backend_alias="jax-again", aa_of="jax", **PREDICT),
    ]
    floors = noise_floor.floors(typed(trained + quiet))
    assert floors.keys() == {"fnn", "fnn predict"}
    assert floors["fnn"] > floors["fnn predict"]
    near = typed(session({"torch": 1.0, "jax": 0.9}, runs=5, **PREDICT))
    verdicts = [
        {row.arm: row.verdict for row in compare(near, "backend", ["torch"], floors).rows}["jax"]
        for floors in ({"fnn": 0.5}, {"fnn predict": 0.5})
    ]
    assert verdicts == ["faster", "~"]


def test_they_have_no_total_of_the_study() -> None:
    assert totals.known([one()])
    assert totals.known([one(**PREDICT)]) is None
    made = one(**PREDICT)
    totals.add_to(made)
    assert (made.measured_total_s, made.projected_total_s) == (None, None)


@pytest.mark.parametrize(
    "told",
    [
        lambda records: summary(records, ["torch"]),
        lambda records: text(compare(records, "backend", ["torch"]), "simple"),
    ],
)
def test_tables_show_the_times_of_parts_and_no_errors(told: Any) -> None:
    records = typed(session(SHORT, **PREDICT))
    shown = told(records)
    table = shown[: shown.index("speed-up: ")]
    assert "predict [s]" in table
    assert "mini-batch [ms]" in table
    assert "example [ms]" in table
    assert "err" not in table
    assert "total" not in table
    (line,) = [line for line in table.splitlines() if line.startswith("jax ")]
    row = next(row for row in compare(records, "backend", ["torch"]).rows if row.arm == "jax")
    assert row.epoch
    assert f"{1e3 * row.epoch.value / 4000:.4f}"[:6] in line
    both_tables = told([*records, *typed(session(EPOCHS))])
    assert "test err" in both_tables


def test_what_is_not_the_same_is_flagged() -> None:
    def flagged(mine: list[float], theirs: list[float], **how: Any) -> list[str]:
        sides = [bare(seed=1, outputs=mine)], [bare(seed=1, outputs=theirs, **how)]
        return [flag.code for flag in doubts_between.of_outputs(*sides)]

    assert flagged([0.1, 0.9], [0.1, 0.9 + 1e-5]) == []
    assert flagged([0.1, 0.9], [0.1, 0.905]) == ["other-outputs"]
    assert flagged([0.1, 0.9], [0.1]) == ["other-outputs"]
    assert flagged([0.0, 0.0], [0.0, 0.0]) == []
    assert flagged([0.5, 0.5], [0.5, 0.5 + 1e-9]) == []
    assert flagged([0.1, 0.9], [0.9, 0.1], data_fingerprint="other") == []  # of other examples
    compared = compare([one(outputs=[0.1], **PREDICT), one("jax", outputs=[0.2], **PREDICT)], "backend", ["torch"])
    assert "other-outputs" in {flag.code for row in compared.rows for flag in row.flags}
