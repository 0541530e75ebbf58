"""The projected total: exact where it can be, honest about its interval, and right for known truths."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from analysis.record import Record
from analysis.totals import add_to, total
from tests.builder import blocks, one

EPOCHS, BATCHES, OWN_BATCHES = 50, 1875, 125  # of mnist-fnn-layers-6, and of 4,000 examples in mini-batches of 32
NO_SLOWER = 1e-9  # a first epoch that adds nothing to a total


def added(run: Record) -> dict[str, float]:
    """What of a total is put into a record."""
    add_to(run)
    return {name: value for name, value in run.json().items() if re.fullmatch(r"(measured|projected)_\w+_s", name)}


def test_the_parts_add_up() -> None:
    found = total([one(rounds_s=[1.0, 1.2, 1.1], first_epoch_s=4.1)])
    assert found.projected
    assert found.basis == "rounds"
    assert found.start_up_s == pytest.approx(3.0)
    assert found.epochs_s == pytest.approx(1.1 * EPOCHS * BATCHES / OWN_BATCHES)
    assert found.total_s == found.start_up_s + found.epochs_s
    assert found.low_s < found.total_s < found.high_s


def test_a_first_epoch_that_is_no_slower_starts_up_for_nothing() -> None:
    assert total([one(first_epoch_s=0.9)]).start_up_s == 0


def test_evaluation_is_in_no_total() -> None:
    assert total([one(evaluation_s=1e6)]) == total([one()])


def test_the_whole_schedule_is_measured_and_not_projected() -> None:
    whole = one(warmup_s=[5.0], first_epoch_s=5.0, rounds_s=[2.0] * 49, examples=60_000, batches=1875)
    found = total([whole])
    assert not found.projected
    assert found.total_s == pytest.approx(5 + 2 * 49)
    assert added(whole) == {"measured_total_s": pytest.approx(103)}


def test_runs_that_were_really_made_go_before_projections() -> None:
    whole = one(warmup_s=[2.0], first_epoch_s=2.0, rounds_s=[2.0] * 49, examples=60_000, batches=1875)
    assert total([one(), whole]).total_s == pytest.approx(100)


def test_a_single_round_has_no_interval() -> None:
    assert math.isnan(total([one(rounds_s=[1.0])]).low_s)
    assert set(added(one(rounds_s=[1.0]))) == {"projected_total_s"}
    assert set(added(one(rounds_s=[1.0, 1.1]))) == {"projected_total_s", "projected_low_s", "projected_high_s"}


def test_no_run_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one complete run"):
        total([])


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=8), st.floats(0.01, 100))
def test_seconds_scale_and_the_order_of_rounds_does_not_matter(rounds: list[float], unit: float) -> None:
    here = total([one(rounds_s=rounds, first_epoch_s=5.0)])
    other = total([one(rounds_s=[unit * x for x in reversed(rounds)], first_epoch_s=unit * 5.0)])
    assert other.total_s == pytest.approx(unit * here.total_s, rel=1e-9)
    assert other.high_s == pytest.approx(unit * here.high_s, rel=1e-6)


@given(st.integers(1, 60_000))
def test_it_does_not_matter_how_many_mini_batches_an_epoch_had(batches: int) -> None:
    rate = 0.008  # seconds of a mini-batch
    found = total([one(batches=batches, rounds_s=[rate * batches] * 3, first_epoch_s=NO_SLOWER)])
    assert found.total_s == pytest.approx(rate * EPOCHS * BATCHES, rel=1e-9)


short = st.sampled_from([(125, 1), (2, 1), (1, 2)])


@given(st.floats(1e-4, 1), st.floats(0, 1), short)
def test_what_an_epoch_costs_apart_from_its_mini_batches_counts_once_for_each(
    rate: float, apart: float, sizes: tuple[int, int]
) -> None:
    own, other = sizes
    run = one(
        batches=own,
        rounds_s=[apart + own * rate] * 3,
        short_batches=other,
        short_rounds_s=[apart + other * rate] * 5,
        first_epoch_s=NO_SLOWER,
    )
    assert total([run]).total_s == pytest.approx(EPOCHS * (apart + BATCHES * rate), rel=1e-6)


@given(st.floats(0.01, 1), st.floats(0.001, 2), short)
def test_noise_in_it_never_makes_a_total_absurd(epoch: float, other: float, sizes: tuple[int, int]) -> None:
    run = one(batches=sizes[0], rounds_s=[epoch] * 3, first_epoch_s=NO_SLOWER)
    plain = total([run]).total_s
    found = total([replace(run, short_batches=sizes[1], short_rounds_s=[other] * 5)]).total_s
    assert EPOCHS * epoch * (1 - 1e-9) <= found <= plain * (1 + 1e-9)  # the own epoch is shorter than the study's


def test_a_run_that_timed_no_shorter_epochs_is_scaled_as_a_whole() -> None:
    run = one(rounds_s=[1.0, 1.0, 1.0])
    assert total([replace(run, short_batches=0, short_rounds_s=[])]) == total([run])


def test_the_interval_holds_a_training_that_is_really_run_in_95_of_100_cases() -> None:
    """Known truth: runs differ by 5 %, rounds by 10 % with a tail; a training of 50 full epochs is one more run."""
    draw, draws, held = np.random.default_rng(4), 2000, 0
    for _ in range(draws):
        luck = np.exp(draw.normal(0, 0.05, 4))
        rounds = luck[:, None] * (0.9 + draw.exponential(0.1, (4, 5)))
        runs = [one(run=i, rounds_s=row, first_epoch_s=NO_SLOWER) for i, row in enumerate(rounds[:3].tolist(), 1)]
        truth = luck[3] * (0.9 + draw.exponential(0.1, EPOCHS)).sum() * BATCHES / OWN_BATCHES
        found = total(runs)
        held += found.low_s <= truth <= found.high_s
    assert 0.94 <= held / draws <= 0.99


def test_the_rate_is_the_mean_so_that_slow_rounds_are_in_the_total() -> None:
    draw = np.random.default_rng(5)
    rounds = (0.9 + draw.exponential(0.1, 4000)).tolist()
    found = total([one(rounds_s=rounds, first_epoch_s=NO_SLOWER)])
    assert found.total_s == pytest.approx(1.0 * EPOCHS * BATCHES / OWN_BATCHES, rel=0.01)


def test_several_runs_are_taken_together() -> None:
    runs = blocks({"torch": 2.0}, runs=5, noise=0.01)
    found = total(runs)
    assert found.basis == "runs"
    assert found.low_s < found.total_s < found.high_s
