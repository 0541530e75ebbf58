"""Medians, ratios, pooling, Holm: exact properties, and by simulation what an interval and a verdict are worth."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from analysis.statistics import Ratio, half_width, holm, median, paired_ratio, pooled_ratio, unpaired_ratio

Arms = Callable[[list[float], list[float]], Ratio]
seconds = st.floats(1e-4, 1e4)
pairs = st.lists(st.tuples(seconds, seconds), min_size=2, max_size=20)
both = pytest.mark.parametrize("ratio", [paired_ratio, unpaired_ratio])


def arms(runs: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [a for a, _ in runs], [b for _, b in runs]


@both
@given(runs=pairs)
def test_a_ratio_inverts_when_its_arms_swap(ratio: Arms, runs: list[tuple[float, float]]) -> None:
    a, b = arms(runs)
    there, back = ratio(a, b), ratio(b, a)
    for one, other in ((there, back), (there, back.inverse.inverse), (there.inverse, back.inverse)):
        assert math.isclose(one.value * other.value, 1, rel_tol=1e-9)
        assert math.isclose(one.low * other.high, 1, rel_tol=1e-6)
    assert math.isclose(there.p, back.p, rel_tol=1e-6, abs_tol=1e-12)


@both
@given(runs=pairs)
def test_an_intervals_half_width_is_that_of_its_spread(ratio: Arms, runs: list[tuple[float, float]]) -> None:
    found = ratio(*arms(runs))
    assert math.isclose(found.half_width, half_width(found.spread, found.freedom), rel_tol=1e-6, abs_tol=1e-9)


@both
@given(runs=pairs, unit=st.floats(1e-3, 1e3), draw=st.randoms(use_true_random=False))
def test_neither_units_nor_the_order_of_blocks_matter(
    ratio: Arms, runs: list[tuple[float, float]], unit: float, draw: random.Random
) -> None:
    one = ratio(*arms(runs))
    draw.shuffle(runs)
    other = ratio(*arms([(a * unit, b * unit) for a, b in runs]))
    assert math.isclose(one.value, other.value, rel_tol=1e-6)
    assert one.low <= one.value * (1 + 1e-12)
    assert one.value <= one.high * (1 + 1e-12)


@both
@given(runs=pairs, factor=st.floats(1e-2, 1e2))
def test_a_slower_numerator_multiplies_the_ratio(ratio: Arms, runs: list[tuple[float, float]], factor: float) -> None:
    a, b = arms(runs)
    assert math.isclose(ratio([x * factor for x in a], b).value, ratio(a, b).value * factor, rel_tol=1e-6)


@both
@given(runs=pairs)
def test_the_interval_leaves_one_out_exactly_where_p_is_below_five_percent(
    ratio: Arms, runs: list[tuple[float, float]]
) -> None:
    found = ratio(*arms(runs))
    if abs(found.p - 0.05) > 1e-6:
        assert found.significant == (found.p < 0.05)


@given(st.lists(seconds, min_size=2, max_size=20), st.lists(seconds, min_size=2, max_size=20))
def test_the_unpaired_ratio_is_welchs(a: list[float], b: list[float]) -> None:
    assume(min(np.std(np.log(a)), np.std(np.log(b))) > 1e-9)  # SciPy warns of what it can't tell from rounding
    welch: Any = stats.ttest_ind(np.log(a), np.log(b), equal_var=False)
    found, interval = unpaired_ratio(a, b), welch.confidence_interval(0.95)
    assert found.low == pytest.approx(np.exp(interval.low), rel=1e-6)
    assert found.high == pytest.approx(np.exp(interval.high), rel=1e-6)
    assert found.p == pytest.approx(welch.pvalue, rel=1e-6, abs=1e-12)


@both
def test_one_run_has_no_interval_and_no_verdict(ratio: Arms) -> None:
    found = ratio([2.0], [1.0])
    assert found.value == 2
    assert math.isnan(found.low)
    assert math.isnan(found.p)
    assert not found.significant


@both
def test_nothing_to_compare_is_an_error(ratio: Arms) -> None:
    with pytest.raises(ValueError, match="at least one value"):
        ratio([], [])


@both
@pytest.mark.parametrize("wrong", [0.0, -1.0, math.nan, math.inf])
def test_values_that_are_no_times_are_named(ratio: Arms, wrong: float) -> None:
    with pytest.raises(ValueError, match=f"not {wrong}"):
        ratio([1.0, wrong], [1.0, 1.0])


def test_a_pair_must_be_a_pair() -> None:
    with pytest.raises(ValueError, match="shorter"):
        paired_ratio([1.0, 2.0], [1.0])


# --- medians


@given(st.lists(seconds, min_size=1, max_size=60))
def test_a_median_lies_in_its_interval(values: list[float]) -> None:
    found = median(values)
    assert min(values) <= found.low <= found.value <= found.high <= max(values)
    assert (found.coverage >= 0.95) == (len(values) >= 6)


@given(st.lists(seconds, min_size=6, max_size=60, unique=True))
def test_a_medians_interval_is_the_order_statistics_of_the_sign_test(values: list[float]) -> None:
    wanted: Any = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    found = median(values)
    assert (found.low, found.high) == (wanted.low, wanted.high)


@pytest.mark.parametrize("count", [3, 5, 6, 10, 21])
def test_a_medians_interval_covers_as_often_as_it_says(count: int) -> None:
    draws = np.random.default_rng(count).exponential(1, (10_000, count))
    found = [median(row) for row in draws.tolist()]
    covered = sum(one.low <= math.log(2) <= one.high for one in found) / len(found)
    assert covered == pytest.approx(found[0].coverage, abs=0.015)


# --- pooling and many verdicts


@given(pairs)
def test_a_pool_of_one_is_that_one(runs: list[tuple[float, float]]) -> None:
    one = paired_ratio(*arms(runs))
    pooled = pooled_ratio([one])
    assert (pooled.value, pooled.low, pooled.high) == pytest.approx((one.value, one.low, one.high), rel=1e-6)


@given(st.lists(pairs, min_size=1, max_size=6))
def test_a_pool_is_the_geometric_mean_and_inverts(sweep: list[list[tuple[float, float]]]) -> None:
    ratios = [paired_ratio(*arms(runs)) for runs in sweep]
    pooled, back = pooled_ratio(ratios), pooled_ratio([ratio.inverse for ratio in ratios])
    assert pooled.value == pytest.approx(stats.gmean([ratio.value for ratio in ratios]), rel=1e-9)
    assert pooled.low * back.high == pytest.approx(1, rel=1e-6)


def test_a_pool_with_a_point_of_one_run_has_no_interval() -> None:
    pooled = pooled_ratio([paired_ratio([1.0], [2.0]), paired_ratio([1.0, 1.1], [2.0, 2.1])])
    assert pooled.pairs == 2
    assert math.isnan(pooled.low)
    with pytest.raises(ValueError, match="at least one ratio"):
        pooled_ratio([])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_holm_keeps_the_order_and_never_helps(probabilities: list[float]) -> None:
    adjusted = holm(probabilities)
    assert all(p <= after <= 1 for p, after in zip(probabilities, adjusted, strict=True))
    order = sorted(range(len(adjusted)), key=probabilities.__getitem__)
    assert [adjusted[i] for i in order] == sorted(adjusted)
    assert min(adjusted) == pytest.approx(min(1, min(probabilities) * len(probabilities)))


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, math.nan, 0.03]) == pytest.approx([0.03, 0.06, math.nan, 0.06], nan_ok=True)


# --- simulations with a known truth

DRAWS = 10_000
LONG = partial(pytest.param, marks=pytest.mark.slow)


def blocks(runs: int, noise: str, truth: float = 1.0, draws: int = DRAWS) -> NDArray[np.float64]:
    """Epoch times of (draws, 2 backends, runs): the first takes `truth` times as long as the second.

    Every block has its own luck of 8 %, shared by both, and the machine drifts by 20 % over the session, also between
    the two of a block, whose order is random; on top of it each run has noise of 10 %, symmetric or skewed as foreign
    load makes it.
    """
    draw = np.random.default_rng([runs, len(noise)])
    shape = (draws, 2, runs)
    own = draw.normal(0, 0.1, shape) if noise == "symmetric" else draw.exponential(0.1, shape)
    luck = draw.normal(0, 0.08, (draws, 1, runs))
    first = draw.integers(0, 2, (draws, 1, runs))
    place = 2 * np.arange(runs) + np.concatenate([first, 1 - first], axis=1)
    drift = math.log(1.2) * place / (2 * runs - 1)
    times: NDArray[np.float64] = np.exp(own + luck + drift) * np.array([truth, 1.0])[:, None]
    return times


def intervals(ratio: Arms, times: NDArray[np.float64]) -> list[Ratio]:
    return [ratio(a, b) for a, b in times.tolist()]


@pytest.mark.parametrize("runs", [3, 5, LONG(10), LONG(20)])
@pytest.mark.parametrize("noise", ["symmetric", "skewed"])
def test_a_paired_interval_covers_the_truth(runs: int, noise: str) -> None:
    truth = 1.7
    found = intervals(paired_ratio, blocks(runs, noise, truth))
    covered = sum(ratio.low <= truth <= ratio.high for ratio in found) / DRAWS
    assert 0.93 <= covered <= 0.97


@pytest.mark.parametrize("runs", [3, 5, LONG(10), LONG(20)])
@pytest.mark.parametrize("noise", ["symmetric", "skewed"])
def test_a_backend_against_itself_is_called_different_in_one_case_of_twenty(runs: int, noise: str) -> None:
    false = sum(ratio.significant for ratio in intervals(paired_ratio, blocks(runs, noise))) / DRAWS
    assert false <= 0.05 + 0.007  # two standard errors of the simulation itself


@pytest.mark.parametrize("noise", ["symmetric", "skewed"])
@pytest.mark.parametrize(("first", "second"), [(3, 3), (3, 10), LONG(5, 5), LONG(10, 20)])
def test_an_unpaired_interval_covers_the_truth(first: int, second: int, noise: str) -> None:
    a = blocks(first, noise, 1.7)[:, 0]
    b = blocks(second, noise, 1.0, DRAWS)[::-1, 1]
    centre = np.log(a).mean() - np.log(b).mean()  # both drift on their own: the truth is that of the sessions
    found = [unpaired_ratio(x, y) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    assert sum(math.log(r.low) <= centre <= math.log(r.high) for r in found) / DRAWS >= 0.93


@pytest.mark.parametrize("noise", ["symmetric", "skewed"])
@pytest.mark.parametrize("runs", [3, 5])
def test_a_pooled_interval_covers_the_mean_of_the_sweep(runs: int, noise: str) -> None:
    truths = (1.2, 1.5, 2.0, 3.0)
    swept = [intervals(paired_ratio, blocks(runs, noise, truth)[i::4]) for i, truth in enumerate(truths)]
    found = [pooled_ratio(point) for point in zip(*swept, strict=True)]
    centre = stats.gmean(truths)
    assert 0.92 <= sum(ratio.low <= centre <= ratio.high for ratio in found) / len(found) <= 0.98


def test_more_noise_never_narrows_an_interval_in_expectation() -> None:
    draw = np.random.default_rng(1)
    noise = draw.normal(0, 1, (500, 2, 5))
    widths = []
    for size in (0.01, 0.03, 0.1, 0.3):
        found = intervals(paired_ratio, np.exp(size * noise))
        widths.append(np.mean([math.log(ratio.high / ratio.low) for ratio in found]))
    assert widths == sorted(widths)
    assert widths[-1] == pytest.approx(30 * widths[0], rel=1e-6)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=10), st.floats(1, 5))
def test_the_same_noise_magnified_widens_every_interval(noise: list[float], factor: float) -> None:
    def width(scale: float) -> float:
        ratio = paired_ratio([math.exp(scale * value) for value in noise], [1.0] * len(noise))
        return math.log(ratio.high / ratio.low)

    assert width(factor) >= width(1) - 1e-9
