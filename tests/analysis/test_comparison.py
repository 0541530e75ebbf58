"""Comparisons: how runs pair, what may be divided, verdicts under the noise floor, pools, and what is flagged."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.comparison import Comparison, Row, compare
from analysis.pairs import ratio, verdict
from analysis.reading import record
from analysis.record import Record, counted
from analysis.statistics import Ratio, paired_ratio, unpaired_ratio
from reports.tables import ratios
from tests.builder import MACHINE, QUIET, fields, session, typed

TWO = {"torch": 1.0, "jax": 0.5}
SWEEP = tuple(f"mnist-fnn-layers-{depth}" for depth in range(1, 7))


def by_arm(found: Comparison) -> dict[str, Row]:
    return {row.arm: row for row in found.rows}


def test_backends_are_paired_by_block() -> None:
    rows = by_arm(compare(typed(session(TWO, runs=5))))
    found = rows["jax"].speed_up
    assert rows["torch"].verdict == "baseline"
    assert found is not None
    assert (found.method, found.pairs) == ("paired", 5)
    assert found.low < 2 < found.high
    assert rows["jax"].verdict == "faster"


def test_the_luck_of_a_block_is_in_no_ratio() -> None:
    quiet = typed(session(TWO, runs=4, noise=1e-9))
    found = by_arm(compare(quiet))["jax"].speed_up
    assert found is not None
    assert found.high / found.low < 1.05


def test_saved_runs_are_not_paired() -> None:
    before, after = typed(session({"torch": 1.0}), "before"), typed(session({"torch": 2.0}, seed=2), "after")
    rows = by_arm(compare(before + after, by="run", baselines=["before"]))
    found = rows["after"].speed_up
    assert found is not None
    assert found.method == "unpaired"
    assert rows["after"].verdict == "slower"
    assert rows["after"].group == "mnist-fnn-layers-6 torch"


def test_blocks_of_two_sessions_pair_within_each() -> None:
    records = typed(session(TWO, runs=2), "one") + typed(session(TWO, runs=2, seed=2), "two")
    found = by_arm(compare(records))["jax"].speed_up
    assert found is not None
    assert (found.method, found.pairs) == ("paired", 4)


def test_only_shared_blocks_count_where_there_are_two() -> None:
    torch = typed(session({"torch": 1.0}, runs=4))
    jax = typed(session({"jax": 0.5}, runs=4))
    found = ratio(torch, jax[:2], "epoch_s")
    above, below = ([each.epoch_s or 0 for each in side] for side in (torch, jax))
    assert found == paired_ratio(above[:2], below[:2])
    assert ratio(torch[:2], jax[2:], "epoch_s") == unpaired_ratio(above[:2], below[2:])


def test_one_run_gives_a_ratio_and_no_verdict() -> None:
    row = by_arm(compare(typed(session(TWO, runs=1))))["jax"]
    assert row.verdict == "one run"
    assert row.speed_up is not None


@pytest.mark.parametrize("preferred", ["torch", "jax"])
def test_the_baseline_is_whom_the_user_prefers(preferred: str) -> None:
    rows = compare(typed(session(TWO)), baselines=[preferred]).rows
    assert {row.baseline for row in rows} == {preferred}


def test_a_baseline_without_a_complete_run_is_replaced_by_one_that_has() -> None:
    raw = [{**each, "outcome": "oom", "reason": "too large"} if each["backend"] == "torch" else each
           for each in session(TWO)]  # fmt: skip
    rows = by_arm(compare(typed(raw), baselines=["torch"]))
    assert rows["jax"].verdict == "baseline"
    assert rows["torch"].verdict == "no result"
    assert rows["torch"].outcomes == {"oom": 3}
    assert rows["torch"].reason == "oom: too large"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"params": 1}, "networks of"),
        ({"data": "synthetic"}, "data: real-subset and synthetic"),
        ({"device": "gpu"}, "device: cpu and gpu"),
        ({"threads": 1}, "threads: 2 and 1"),
        ({"batch_size": 64}, "mini-batch: 32 and 64"),
        ({"machine": MACHINE | {"cpu_model": "another"}}, "different machines"),
    ],
)
def test_unlike_things_are_not_divided_and_the_reason_is_told(changed: dict[str, Any], reason: str) -> None:
    records = typed([*session({"torch": 1.0}), *session({"jax": 1.0}, **changed)])
    row = by_arm(compare(records))["jax"]
    assert row.verdict == "not comparable"
    assert reason in row.reason
    assert row.speed_up is None
    assert [flag.code for flag in row.flags] == (["parameter-counts"] if "params" in changed else [])


def test_other_machines_are_only_flagged_where_runs_are_what_is_compared() -> None:
    other = session({"torch": 1.0}, machine=MACHINE | {"cpu_model": "another"})
    found = compare(typed(session({"torch": 1.0}), "a") + typed(other, "b"), by="run")
    row = by_arm(found)["b"]
    assert row.speed_up is not None
    assert "other-machine" in {flag.code for flag in row.flags}


@pytest.mark.parametrize(
    ("own", "messages"),
    [
        ({}, ["one, torch: keras 3.0.0, torch 1.0.0; packages environment "]),
        ({"environment": None}, ["one, torch: keras 3.0.0, torch 1.0.0"]),
        ({"environment": None, "versions": None}, []),
    ],
)
def test_provenance_says_only_what_is_known(own: dict[str, Any], messages: list[str]) -> None:
    lines = [*ratios.provenance(compare(typed([fields() | own])))]
    assert [line for line in lines if line.startswith("one, torch")] == messages


def test_other_packages_are_flagged_between_runs_but_not_between_backends() -> None:
    other = session({"torch": 1.0}, environment="newer", versions={"torch": "2"})
    row = by_arm(compare(typed(session({"torch": 1.0}), "a") + typed(other, "b"), by="run"))["b"]
    assert "other-environment" in {flag.code for flag in row.flags}
    rows = compare(typed(session(TWO))).rows
    assert not any(row.flags for row in rows)


def test_flags_of_records_ratios_and_errors_reach_the_row() -> None:
    unsteady = [{"code": "unsteady", "text": "so"}]
    raw = session({"torch": 1.0}) + session({"jax": 10.0}, flags=unsteady, test_error=40.0)
    row = by_arm(compare(typed(raw), current={"jax": "newer"}))["jax"]
    assert [flag.code for flag in row.flags] == ["unsteady", "stale-environment", "error-gap", "implausible-ratio"]


def test_memory_of_different_kinds_is_not_divided() -> None:
    raw = session({"torch": 1.0}) + session({"jax": 1.0}, memory_kind="gpu_process")
    row = by_arm(compare(typed(raw)))["jax"]
    assert row.memory is None
    assert row.speed_up is not None


def test_what_the_user_overrode_makes_a_group_of_its_own() -> None:
    raw = session(TWO) + session(TWO, overridden={"examples": 100}, examples=100)
    found = compare(typed(raw))
    assert [row.group for row in found.rows if row.verdict == "baseline"] == [
        "mnist-fnn-layers-6",
        "mnist-fnn-layers-6 examples=100",
    ]


# --- verdicts


def interval(value: float, half: float) -> Ratio:
    return Ratio(value, value / half, value * half, 5, math.log(half) / 2, 4)


@pytest.mark.parametrize(
    ("ratio", "floor", "says"),
    [
        (interval(1.2, 1.1), 0.0, "faster"),
        (interval(0.8, 1.1), 0.0, "slower"),
        (interval(1.05, 1.1), 0.0, "~"),
        (interval(1.2, 1.1), math.log(1.3), "~"),
        (interval(0.8, 1.1), math.log(1.3), "~"),
        (interval(1.4, 1.1), math.log(1.3), "faster"),
    ],
)
def test_a_verdict_needs_an_interval_without_one_and_a_difference_above_the_floor(
    ratio: Ratio, floor: float, says: str
) -> None:
    assert verdict(ratio, floor) == says


@given(st.floats(0.2, 5), st.floats(1.001, 2), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_floor_never_makes_a_verdict(value: float, half: float, floor: float, more: float) -> None:
    low, high = verdict(interval(value, half), floor), verdict(interval(value, half), floor + more)
    assert high in (low, "~")


def test_the_floor_is_that_of_the_family() -> None:
    records = typed(session({"torch": 1.0, "jax": 0.9}, noise=0.001))
    assert by_arm(compare(records, floors={"cnn": 1.0}))["jax"].verdict == "faster"
    assert by_arm(compare(records, floors={"fnn": 1.0}))["jax"].verdict == "~"


def paced(loop_us: float, session_: str, run: int = 1) -> Record:
    host = QUIET | {"loop_us": loop_us}
    return record(fields("jax", run, host_before=host, host_after=host), session_)


def test_processors_that_were_slower_in_another_run_are_flagged_but_not_in_another_session() -> None:
    """The loop is the interpreter's, so that its times say nothing across sessions."""
    (row,) = compare([paced(1000, "one"), paced(1300, "one", run=2)]).rows
    assert "uneven-speed" in {flag.code for flag in row.flags}
    (row,) = compare([paced(1000, "one"), paced(1300, "two", run=2)]).rows
    assert "uneven-speed" not in {flag.code for flag in row.flags}


def test_many_verdicts_are_corrected() -> None:
    records = typed([each for at in SWEEP for each in session({"torch": 1.0, "jax": 0.95}, at=at)])
    rows = [row for row in compare(records).rows if row.speed_up]
    assert all(row.holm_p >= row.speed_up.p for row in rows if row.speed_up)
    assert sum(row.stands for row in rows) < sum(row.verdict == "faster" for row in rows)


def test_a_backend_against_itself_yields_no_false_verdict_among_many() -> None:
    wrong = 0
    for seed in range(40):
        records = typed([e for at in SWEEP for e in session({"torch": 1.0, "again": 1.0}, at=at, seed=seed)])
        wrong += any(row.stands for row in compare(records).rows)
    assert wrong <= 4  # of 40 tables, each with six verdicts


# --- pools


def test_a_family_has_its_geometric_mean() -> None:
    records = typed([e for at in SWEEP for e in session(TWO, at=at)])
    (pool,) = compare(records).means
    assert (pool.what, pool.arm, pool.baseline, pool.speed_up.pairs) == ("fnn, real-subset data", "jax", "torch", 6)
    assert pool.smallest <= pool.speed_up.value <= pool.largest
    assert pool.speed_up.low < 2 < pool.speed_up.high
    assert pool.verdict == "faster"


def test_settings_and_backends_are_not_pooled() -> None:
    raw = session(TWO, at=SWEEP[0]) + session(TWO, at=SWEEP[1], overridden={"examples": 100})
    assert not compare(typed(raw)).means
    before = [e for at in SWEEP[:2] for e in session(TWO, at=at)]
    after = [e for at in SWEEP[:2] for e in session(TWO, at=at, seed=2)]
    pools = compare(typed(before, "before") + typed(after, "after"), by="run").means
    assert [(pool.what, pool.arm) for pool in pools] == [
        ("fnn torch, real-subset data", "after"),
        ("fnn jax, real-subset data", "after"),
    ]


def test_kinds_of_data_are_not_mixed_in_a_row_or_in_a_mean() -> None:
    real, made_up = typed(session(TWO), "a"), typed(session(TWO, data="synthetic", test_error=50.0), "b")
    for row in compare(real + made_up).rows:  # by backend, each of which has runs of both kinds
        assert (row.verdict, row.reason) == ("not comparable", "data: real-subset and synthetic")
        assert (row.epoch, row.test_error, row.total, row.speed_up) == (None, None, None, None)
    for row in compare(real + made_up, by="run").rows:
        assert row.verdict == ("baseline" if row.arm == "a" else "not comparable")
        assert row.test_error is not None
        assert row.test_error.value == (12.0 if row.arm == "a" else 50.0)
    points = [*SWEEP[:2], *(at.replace("mnist", "cifar10") for at in SWEEP[:2])]
    kinds = ["real-subset"] * 2 + ["synthetic"] * 2
    mixed = [each for at, data in zip(points, kinds, strict=True) for each in session(TWO, at=at, data=data)]
    pools = compare(typed(mixed)).means
    assert [(pool.what, pool.speed_up.pairs) for pool in pools] == [
        ("fnn, real-subset data", 2),
        ("fnn, synthetic data", 2),
    ]


def test_nothing_compares_to_nothing() -> None:
    assert compare([]) == Comparison("backend", ())
    assert not compare(typed([fields()])).compared


# --- from records to a ratio, by simulation


@pytest.mark.parametrize("runs", [3, *(pytest.param(runs, marks=pytest.mark.slow) for runs in (5, 10))])
@pytest.mark.parametrize("noise", ["symmetric", "skewed"])
def test_the_ratio_of_recorded_sessions_covers_the_truth(runs: int, noise: str) -> None:
    """Thousands of ratios as a user gets them: rounds of runs in blocks, read as records, one group for each draw."""
    truth, draws = 1.7, 2000
    draw = np.random.default_rng([runs, len(noise)])
    shape = (draws, runs, 2, 5)
    rounds = draw.normal(0, 0.05, shape) if noise == "symmetric" else draw.exponential(0.05, shape)
    own = draw.normal(0, 0.08, (draws, runs, 2, 1)) + draw.normal(0, 0.08, (draws, runs, 1, 1))
    times = np.exp(own + rounds) * np.array([truth, 1.0])[:, None]
    medians = np.median(times, axis=-1)
    plain = {backend: fields(backend) for backend in ("torch", "jax")}
    records = [
        record(
            {**each, "run": run + 1, "overridden": {"seed": number}, "epoch_s": float(medians[number, run, arm])}, "s"
        )
        for number in range(draws)
        for run in range(runs)
        for arm, each in enumerate(plain.values())
    ]
    rows = compare(records, "backend", ["torch"]).compared
    assert len(rows) == draws
    covered = sum(row.speed_up.low <= truth <= row.speed_up.high for row in rows if row.speed_up) / draws
    assert 0.93 <= covered <= 0.97


# --- pilots


def test_a_pilot_counts_only_where_nothing_came_of_it() -> None:
    pilot = session({"torch": 1.0, "jax": 0.5}, runs=3)
    for each in pilot:
        each["pilot"] = True
    planned = [{**each, "run": each["run"] + 3} for each in session({"torch": 1.0, "jax": 1.0}, runs=4, seed=2)]
    (alone,) = compare(typed(pilot), "backend", ["torch"]).compared
    (both,) = compare(typed(pilot + planned), "backend", ["torch"]).compared
    (after,) = compare(typed(planned), "backend", ["torch"]).compared
    assert alone.speed_up
    assert alone.speed_up.pairs == 3
    assert both.speed_up == after.speed_up
    elsewhere = typed(pilot, "one") + typed(planned, "two")  # another session's runs say nothing of this pilot's
    assert len(counted(elsewhere)) == len(elsewhere)


def test_points_stand_beside_each_other_on_each_backend() -> None:
    epochs = {"theano": 1.0, "torch": 2.0}
    small = typed(session(epochs, params=10, family="small", point="mine-small", own={"network": "mine.py:small"}))
    large = typed(session(epochs, params=1000, family="large", point="mine-large", own={"network": "mine.py:large"}))
    for each in large:
        each.epoch_s = 20 * (each.epoch_s or 0)
    found = compare([*small, *large], "point")
    assert [(row.group, row.arm, row.verdict) for row in found.rows] == [
        (backend, *place) for backend in epochs for place in (("mine-small", "baseline"), ("mine-large", "slower"))
    ]
    assert found.means == ()
    assert {flag.code for row in found.rows for flag in row.flags} == set()
    assert compare([*small, *large]).means == ()  # each network is a family of its own
