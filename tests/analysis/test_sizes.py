"""Epochs of several sizes in one table: per mini-batch, with a flag, and never with another mini-batch."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.comparison import compare
from analysis.record import Record
from analysis.sizes import alike
from tests.builder import bare


def record(arm: str, batches: int, batch_s: float, run: int = 1, size: int = 32, **fields: object) -> Record:
    rounds = [batches * batch_s] * 3
    return bare(
        outcome="ok", point="p", backend=arm, run=run, batches=batches, examples=batches * size, batch_size=size,
        epoch_s=rounds[0], rounds_s=rounds, **fields,
    )  # fmt: skip


@given(st.integers(1, 500), st.integers(1, 500), st.floats(1e-4, 10), st.floats(1e-4, 10))
def test_the_ratio_is_that_of_mini_batches(one: int, other: int, a: float, b: float) -> None:
    records = [record("cntk", one, a, run) for run in (1, 2)] + [record("jax", other, b, run) for run in (1, 2)]
    row = next(row for row in compare(records, "backend", ["cntk"]).rows if row.arm == "jax")
    assert row.speed_up
    assert row.speed_up.value == pytest.approx(a / b)
    assert ("other-size" in {flag.code for flag in row.flags}) == (one != other)
    assert row.epoch
    assert row.epoch.value == pytest.approx(one * b)


def test_sessions_with_rounds_of_two_sizes_are_compared() -> None:
    records = [record("jax", 10, 0.05, run, session="a") for run in (1, 2)]
    records += [record("jax", 40, 0.025, run, session="b") for run in (1, 2)]
    (_, row) = compare(records, "run").rows
    assert row.speed_up
    assert row.speed_up.value == pytest.approx(2.0)
    (flag,) = [flag for flag in row.flags if flag.code == "other-size"]
    assert flag.text == "its epochs have 40 mini-batches: times are per mini-batch, for 10"


def test_errors_after_different_amounts_of_training_are_not_compared() -> None:
    records = [record("cntk", 10, 1.0, run, test_error=1.0, test_examples=1000) for run in (1, 2)]
    records += [record("jax", 40, 1.0, run, test_error=50.0, test_examples=1000) for run in (1, 2)]
    assert "error-gap" not in {flag.code for row in compare(records).rows for flag in row.flags}


def test_another_mini_batch_is_still_not_comparable() -> None:
    rows = compare([record("cntk", 10, 1.0), record("jax", 10, 1.0, size=64)]).rows
    assert rows[1].verdict == "not comparable"


def test_epochs_of_an_unknown_number_of_mini_batches_are_not_scaled() -> None:
    unknown = bare(outcome="ok", point="p", backend="jax", examples=1280, batch_size=32, epoch_s=1.0)
    rows = compare([record("cntk", 10, 1.0), unknown]).rows
    assert (rows[1].verdict, rows[1].reason) == ("not comparable", "examples of an epoch: 320 and 1,280")


def test_records_of_one_size_stay_as_they_are() -> None:
    cells = {"jax": [record("jax", 10, 1.0), bare(point="p", outcome="oom")]}
    assert alike(cells) == cells
    assert math.isclose(cells["jax"][0].epoch_s or 0, 10.0)
