"""Steadiness and components of variance: properties, known truths, and what a pilot promises."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.precision import TRAINING, cheapest, detectable, expected_half_width, from_pilot, power, runs_for
from analysis.record import Record
from analysis.statistics import paired_ratio
from analysis.variation import Components, components, steadiness
from tests.builder import bare

seconds = st.floats(1e-3, 1e3)
series = st.lists(seconds, min_size=3, max_size=12)


@given(series, st.floats(1e-3, 1e3))
def test_steadiness_has_no_unit(rounds: list[float], unit: float) -> None:
    one, other = steadiness(rounds), steadiness([unit * value for value in rounds])
    assert one.first == pytest.approx(other.first, rel=1e-9)
    assert one.trend == pytest.approx(other.trend, rel=1e-6, abs=1e-9)


@given(series)
def test_a_series_read_backwards_has_the_opposite_trend(rounds: list[float]) -> None:
    one, other = steadiness(rounds), steadiness(rounds[::-1])
    assert one.trend == pytest.approx(-other.trend, rel=1e-9, abs=1e-12)
    assert one.p == pytest.approx(other.p, rel=1e-9)


@given(series, st.floats(1, 100))
def test_a_slower_first_round_is_never_steadier(rounds: list[float], factor: float) -> None:
    slower = [rounds[0] * factor, *rounds[1:]]
    assert steadiness(slower).slow_start >= steadiness(rounds).slow_start


@given(st.lists(seconds, min_size=1, max_size=2))
def test_too_few_rounds_say_nothing(rounds: list[float]) -> None:
    found = steadiness(rounds)
    assert not found.slow_start
    assert not found.drifting


@pytest.mark.parametrize(
    ("rounds", "slow_start", "drifting"),
    [
        ([1.0, 1.0, 1.0, 1.0, 1.0], False, False),
        ([1.26, 1.0, 1.0, 1.0, 1.0], True, False),
        ([1.25, 1.0, 1.0, 1.0, 1.0], False, False),
        ([1.00, 1.02, 1.04, 1.06, 1.08], False, True),
        ([1.08, 1.06, 1.04, 1.02, 1.00], False, True),  # warming up all the way
        ([1.00, 1.01, 1.02, 1.03, 1.04], False, False),  # a trend of 4 % doesn't matter
        ([1.00, 1.20, 1.04, 1.16, 1.08], False, False),  # neither does disorder
        ([1.0, 1.1, 1.2], False, False),  # three rounds can't show a trend
    ],
)
def test_what_counts_as_unsteady(rounds: list[float], slow_start: bool, drifting: bool) -> None:
    found = steadiness(rounds)
    assert (found.slow_start, found.drifting) == (slow_start, drifting)


def test_steady_noise_rarely_looks_like_a_trend() -> None:
    draws = np.random.default_rng(1).lognormal(0, 0.1, (2000, 5)).tolist()
    assert sum(steadiness(rounds).drifting for rounds in draws) / len(draws) <= 0.03


# --- components of variance


def draw_runs(between: float, within: float, runs: int, rounds: int, seed: int) -> list[list[float]]:
    draw = np.random.default_rng(seed)
    logs = draw.normal(0, between, (runs, 1)) + draw.normal(0, within, (runs, rounds))
    found: list[list[float]] = np.exp(logs).tolist()
    return found


def test_components_find_the_truth() -> None:
    found = components(draw_runs(0.08, 0.03, 4000, 5, 1))
    assert math.sqrt(found.between) == pytest.approx(0.08, rel=0.05)
    assert math.sqrt(found.within) == pytest.approx(0.03, rel=0.05)
    assert found.of_run(5) == pytest.approx(0.08**2 + 0.03**2 / 5, rel=0.1)


@given(st.lists(st.lists(seconds, min_size=1, max_size=6), min_size=2, max_size=6), st.floats(1e-2, 1e2))
def test_components_have_no_unit_and_no_order(runs: list[list[float]], unit: float) -> None:
    one = components(runs)
    other = components([[unit * value for value in run] for run in reversed(runs)])
    assert one.between == pytest.approx(other.between, rel=1e-6, abs=1e-9)
    assert one.within == pytest.approx(other.within, rel=1e-6, abs=1e-9)
    assert one.between >= 0


def test_components_of_one_run_are_an_error() -> None:
    with pytest.raises(ValueError, match="at least 2 of them, not 1"):
        components([[1.0, 2.0]])


# --- planning


@given(st.floats(1e-6, 0.1), st.floats(0.005, 0.5))
def test_the_planned_runs_are_enough_and_one_less_is_not(variance: float, precision: float) -> None:
    runs = runs_for(variance, precision)
    assert expected_half_width(variance, runs) <= precision
    assert runs == 2 or expected_half_width(variance, runs - 1) > precision


@given(st.floats(1e-6, 0.1), st.floats(1e-6, 0.1), st.floats(0.005, 0.5), st.integers(2, 20))
def test_a_plan_never_has_more_runs_than_allowed(between: float, within: float, precision: float, most: int) -> None:
    made = cheapest(Components(between, within, 2), precision, 10.0, 1.0, rounds=[5, 10], most_runs=most)
    assert 2 <= made.runs <= most
    assert made.rounds in (5, 10)
    assert made.precision <= precision or made.runs == most


@pytest.mark.parametrize("wrong", [0.0, -0.05])
def test_a_precision_must_be_positive(wrong: float) -> None:
    with pytest.raises(ValueError, match=f"not {wrong}"):
        runs_for(0.01, wrong)


@pytest.mark.parametrize(("runs", "effect"), [(3, 0.3), (5, 0.1), (20, 0.05)])
def test_power_is_the_noncentral_ts(runs: int, effect: float) -> None:
    shift, limit = math.log1p(effect) / math.sqrt(0.01 / runs), stats.t.ppf(0.975, runs - 1)
    assert power(0.01, effect, runs) == pytest.approx(stats.nct.sf(limit, runs - 1, shift), rel=1e-6)
    assert power(0.01, 0.0, runs) == pytest.approx(0.025, rel=1e-6)


@given(st.floats(1e-5, 0.05), st.integers(2, 50))
def test_what_is_called_detectable_is_found_four_times_in_five(variance: float, runs: int) -> None:
    assert power(variance, detectable(variance, runs), runs) == pytest.approx(0.8, abs=1e-4)


def test_a_planted_effect_of_five_percent_is_found_with_the_promised_power() -> None:
    pilot = Components(between=0.04**2, within=0.06**2, freedom=9)
    made = cheapest(pilot, precision=0.04, run_s=20, round_s=2)
    promised = power(made.variance, 0.05, made.runs)
    draw, draws = np.random.default_rng(2), 4000
    shape = (draws, made.runs)
    block = draw.normal(0, 0.08, shape)  # what both have in common
    noise = draw.normal(0, math.sqrt(made.variance / 2), (2, *shape))
    times = np.exp(block + noise) * np.array([1.05, 1.0])[:, None, None]
    found = [paired_ratio(a, b) for a, b in zip(*times.tolist(), strict=True)]
    assert sum(ratio.significant for ratio in found) / draws == pytest.approx(promised, abs=0.02)
    halves = np.array([math.log(ratio.high / ratio.low) / 2 for ratio in found])
    assert math.expm1(math.sqrt(np.mean(halves**2))) == pytest.approx(made.precision, rel=0.03)
    assert made.precision <= 0.04


@pytest.mark.parametrize(("run_s", "wanted"), [(0.1, "the pilot's rounds"), (200.0, "more rounds")])
def test_what_a_pilot_promises_of_five_percent_is_kept_by_the_sessions_that_it_plans(run_s: float, wanted: str) -> None:
    """From a pilot's records to sessions as they are measured: runs of several rounds, of which the median counts."""
    between, within = 0.03, 0.05
    records = pilot({"torch": 1.0, "jax": 1.05}, runs=600, between=between, within=within, run_s=run_s)
    made = from_pilot(records, "torch", 0.04)
    assert (made.rounds > 5) == (wanted == "more rounds")
    draw, draws = np.random.default_rng(6), 4000
    block = draw.normal(0, 0.2, (draws, 1, made.runs, 1))
    own = draw.normal(0, between, (draws, 2, made.runs, 1))
    rounds = np.exp(block + own + draw.normal(0, within, (draws, 2, made.runs, made.rounds)))
    times = np.median(rounds, axis=-1) * np.array([1.05, 1.0])[:, None]
    found = sum(paired_ratio(a, b).significant for a, b in times.tolist()) / draws
    promised = power(made.variance, 0.05, made.runs)
    assert promised > 0.6
    # for more rounds than the pilot's the plan is on the safe side: it holds medians to be as rough as means
    assert promised - 0.03 <= found <= promised + (0.03 if made.rounds == 5 else 0.15)


def test_a_pilot_that_is_left_out_keeps_the_coverage_that_it_would_spoil() -> None:
    """Runs are as many as a pilot of 3 wants, at most 20. Its own must not count: narrow ones would end early."""
    draw, draws, covered = np.random.default_rng(7), 4000, {"left out": 0, "counted": 0}
    for logs in draw.normal(0, 0.07, (draws, 23)):
        runs = min(20, runs_for(float(np.var(logs[:3], ddof=1)), 0.05))
        for name, own in (("left out", logs[3 : 3 + runs]), ("counted", logs[: max(3, runs)])):
            ratio = paired_ratio(np.exp(own).tolist(), [1.0] * len(own))
            covered[name] += ratio.low <= 1 <= ratio.high
    assert 0.94 <= covered["left out"] / draws <= 0.96
    assert covered["counted"] / draws < 0.93


@given(
    st.floats(0, 0.02), st.floats(0, 0.02), st.floats(0.1, 100), st.floats(0.01, 10), st.sampled_from([0.02, 0.05, 0.1])
)
def test_no_other_number_of_rounds_is_cheaper(
    between: float, within: float, run_s: float, round_s: float, precision: float
) -> None:
    pilot = Components(between, within, 2)
    made = cheapest(pilot, precision, run_s, round_s)
    assert made.precision <= precision
    assert made.seconds == pytest.approx(made.runs * (run_s + made.rounds * round_s))
    for rounds in (5, 6, 10, 20, 50, 100):
        assert runs_for(pilot.of_run(rounds), precision) * (run_s + rounds * round_s) >= made.seconds * (1 - 1e-12)


def pilot(
    backends: dict[str, float],
    runs: int,
    rounds: int = 5,
    between: float = 0.03,
    within: float = 0.02,
    run_s: float = 10.0,
) -> list[Record]:
    draw = np.random.default_rng(3)
    records: list[Record] = []
    for run in range(1, runs + 1):
        luck = draw.normal(0, 0.2)
        for name, epoch in backends.items():
            times = epoch * np.exp(luck + draw.normal(0, between) + draw.normal(0, within, rounds))
            own = {"warmup_s": [epoch], "rounds_s": times.tolist(), "wall_s": float(epoch + run_s + times.sum())}
            records.append(bare(backend=name, run=run, outcome="ok", **own))
    return records


def test_a_pilot_yields_the_variance_of_its_ratio_and_the_price_of_a_block() -> None:
    records = pilot({"torch": 1.0, "jax": 2.0}, runs=400)
    made = from_pilot(records, "torch", 0.05)
    # the luck of a block, 20 %, is not in it: two arms of 3 % and the rounds' 2 % are
    assert made.variance == pytest.approx(2 * 0.03**2 + 2 * 0.02**2 / made.rounds, rel=0.2)
    assert made.seconds == pytest.approx(made.runs * (2 * 10 + 3.0 + made.rounds * 3.0), rel=0.1)


@pytest.mark.parametrize("run_s", [0.1, 1.0, 5.0])
def test_nearly_all_of_a_planned_session_is_training(run_s: float) -> None:
    records = pilot({"torch": 1.0, "jax": 2.0}, runs=3, run_s=run_s, within=0.0)
    made = from_pilot(records, "torch", 0.05)

    def share(rounds: int) -> float:
        trained = 3 * 3.0 * (1 + 5) + made.runs * 3.0 * (1 + rounds)  # a warm-up and five rounds each in the pilot
        return trained / (trained + (3 + made.runs) * 2 * run_s)

    assert share(made.rounds) >= TRAINING - 0.02  # the luck of the pilot's blocks
    assert made.rounds == 5 or share(made.rounds - 1) < TRAINING + 0.02


def test_a_pilot_without_a_second_block_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 blocks with torch"):
        from_pilot(pilot({"torch": 1.0, "jax": 2.0}, runs=1), "torch", 0.05)
    with pytest.raises(ValueError, match="at least 2 blocks with theano"):
        from_pilot(pilot({"torch": 1.0, "jax": 2.0}, runs=3), "theano", 0.05)


def test_a_plan_names_its_price_in_minutes() -> None:
    text = str(cheapest(Components(0.002, 0.0, 9), precision=0.05, run_s=30, round_s=1))
    assert re.fullmatch(
        r"6 runs of 5 rounds, about 4 min: an interval of 4\.8 % to each side .* of 6\.\d % is .*", text
    )
