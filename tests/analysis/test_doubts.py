"""Flags: what raises each, that worse never raises fewer, and that each is explained."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis import doubts, doubts_between
from analysis.fields import PAGE
from analysis.pairs import differences
from analysis.record import Flag, Record
from tests import ROOT
from tests.builder import MACHINE, QUIET, bare, one

CODES = (
    "unsteady",
    "loaded-machine",
    "foreign-load",
    "cpu-quota",
    "stolen-time",
    "processors-moved",
    "uneven-speed",
    "throttled",
    "waiting",
    "slow-harness",
    "low-memory",
    "on-battery",
    "resumed",
    "restless",
    "not-in-turns",
    "implausible-ratio",
    "parameter-counts",
    "error-gap",
    "other-outputs",
    "other-size",
    "stale-environment",
    "other-environment",
    "other-options",
    "by-choice",
    "other-work",
    "other-machine",
    "lost-runs",
)


def codes(found: list[Flag]) -> set[str]:
    return {flag.code for flag in found}


def after(**host: Any) -> Record:
    return one(host_after=QUIET | host)


def test_a_quiet_machine_and_a_steady_series_raise_nothing() -> None:
    assert doubts.of_run(one()) == []


def test_a_record_that_says_nothing_raises_nothing() -> None:
    assert doubts.of_run(bare()) == []
    assert doubts_between.of_errors([bare()], [bare()]) == []
    assert doubts_between.of_counts([bare()], [bare()]) == []
    assert doubts_between.of_settings([bare()], [bare()], same_backend=True) == []


def test_a_worker_that_waits_raises_nothing() -> None:
    assert doubts.of_run(one(resting_s=10.0, resting_processor_s=0.09)) == []


def test_turns_and_no_turns_are_not_mixed_unsaid() -> None:
    alone = bare(turns="sequential", alone="it ran out of memory beside the others")
    (flag,) = doubts_between.of_settings([bare(turns="alternate")], [alone], same_backend=False)
    assert flag.code == "not-in-turns"
    assert "it ran out of memory" in flag.text
    assert doubts_between.of_settings([bare(turns="alternate")], [bare(turns="alternate")], same_backend=False) == []


def test_a_host_that_says_nothing_raises_nothing() -> None:
    unknown = dict.fromkeys(QUIET)
    assert doubts.of_run(one(host_before=unknown, host_after=unknown)) == []
    assert doubts.of_run(one(host_before=unknown)) == []


@pytest.mark.parametrize(
    ("record", "code", "says"),
    [
        (one(rounds_s=[1.3, 1.0, 1.0, 1.0, 1.0]), "unsteady", "first round took 1.30 times"),
        (one(resting_s=10.0, resting_processor_s=0.2), "restless", "computed 2% of the time"),
        (one(rounds_s=[1.0, 1.1, 1.2, 1.3, 1.4]), "unsteady", "slower by 33%"),
        (one(rounds_s=[1.4, 1.3, 1.2, 1.1, 1.0]), "unsteady", "faster by 33%"),
        (after(load_1min=2.6), "loaded-machine", "2.6 processes wanted to run on 2 processors"),
        (one(gpu_conditions={"foreign_processes": 2}), "foreign-load", "2 other process"),
        (one(foreign_processors=0.5), "foreign-load", "0.50 of its 2 processor"),
        (after(throttle_events=7), "throttled", "for heat 3 time"),
        (after(swapped_out_mib=1100.0), "low-memory", "100 MiB were swapped out"),
        (one(machine=MACHINE | {"cpu_quota": 1.5}), "cpu-quota", "1.5 processors for 2 thread(s)"),
        (after(stolen_s=15.0), "stolen-time", "10.0% of the processors' time"),
        (after(frequency_mhz=2000.0), "throttled", "from 3000 to 2000 MHz"),
        (one(gpu_conditions={"throttle_reasons": 0x40 | 0x4}), "throttled", "0x44"),
        (one(rounds_sm_clock_mhz=[1500.0, None, 1100.0]), "throttled", "1100 MHz in one round and 1500 in another"),
        (one(rounds_processor_s=[0.5] * 5), "waiting", "0.50 processors of 2"),
        (after(swap_used_mib=100.0), "low-memory", "100 MiB were swapped"),
        (after(memory_available_mib=300.0), "low-memory", "only 300 MiB"),
        (after(oom_kills=2), "low-memory", "killed 2"),
        (one(harness={"gate_s": 0.0021}), "slow-harness", "took the suite 2.1 ms"),
        (one(harness_overhead_s=0.0051, epoch_s=1.0), "slow-harness", "5.1 ms longer for the host"),
        (after(on_battery=True), "on-battery", "battery"),
        (after(exchange_ns=420.0), "processors-moved", "apart or together"),
        (after(loop_us=1290.0), "uneven-speed", "now faster, now slower"),
    ],
)
def test_what_raises_a_flag(record: Record, code: str, says: str) -> None:
    found = doubts.of_run(record)
    assert code in codes(found)
    assert any(says in flag.text for flag in found)


def test_an_idle_gpu_and_its_power_limit_raise_nothing() -> None:
    assert doubts.of_run(one(gpu_conditions={"throttle_reasons": 0x1 | 0x4, "foreign_processes": 0})) == []
    assert doubts.of_run(one(rounds_sm_clock_mhz=[1500.0, 1300.0, None])) == []


def test_a_worker_on_a_gpu_may_wait_for_it() -> None:
    assert doubts.of_run(one(device="gpu", rounds_processor_s=[0.1] * 5)) == []


amount = st.floats(0, 1e3)
worse = {
    "load_1min": lambda x: after(load_1min=x),
    "stolen_s": lambda x: after(stolen_s=10 + x),
    "swap_used_mib": lambda x: after(swap_used_mib=x),
    "memory_used": lambda x: after(memory_available_mib=max(0.0, 6000 - 10 * x)),
    "gate": lambda x: one(harness={"gate_s": x / 1000}),
    "overhead": lambda x: one(harness_overhead_s=x / 1000, epoch_s=0.5),
    "distance": lambda x: after(exchange_ns=150 + x),
    "pace": lambda x: after(loop_us=1000 + x),
    "clock": lambda x: after(frequency_mhz=3000 - x),
    "idle": lambda x: one(rounds_processor_s=[2 / (1 + x)] * 5),
    "first_round": lambda x: one(rounds_s=[1 + x, 1.0, 1.0, 1.0, 1.0]),
    "wall": lambda x: one(rounds_s=[1 + x] * 5, rounds_processor_s=[1.0] * 5),
}


@pytest.mark.parametrize("build", worse.values(), ids=worse)
@given(small=amount, large=amount)
def test_worse_never_raises_fewer_flags(build: Callable[[float], Record], small: float, large: float) -> None:
    small, large = sorted((small, large))
    assert codes(doubts.of_run(build(small))) <= codes(doubts.of_run(build(large)))


@given(st.floats(0.01, 100), st.floats(1, 10))
def test_a_ratio_further_from_one_is_never_more_plausible(ratio: float, factor: float) -> None:
    further = ratio * factor if ratio > 1 else ratio / factor
    assert codes(doubts_between.of_ratio(ratio)) <= codes(doubts_between.of_ratio(further))
    assert codes(doubts_between.of_ratio(ratio)) == codes(doubts_between.of_ratio(1 / ratio)) or ratio in (0.2, 5.0)


@pytest.mark.parametrize(("ratio", "flagged"), [(0.2, False), (1.0, False), (5.0, False), (5.01, True), (0.199, True)])
def test_the_limits_of_a_plausible_ratio(ratio: float, flagged: bool) -> None:
    assert bool(doubts_between.of_ratio(ratio)) == flagged


def errors(*values: float, **own: Any) -> list[Record]:
    return [one(test_error=value, run=run, **own) for run, value in enumerate(values, 1)]


quarters = st.integers(0, 80).map(lambda count: count / 4)  # of a percentage point: their sums are exact


@given(st.lists(quarters, min_size=1, max_size=5), quarters, quarters)
@example([0.0], 5e-324, 0.25)  # the first is no more than nothing at all
def test_errors_further_apart_are_never_more_alike(values: list[float], gap: float, more: float) -> None:
    near, far = (errors(*(value + shift for value in values)) for shift in (gap, gap + more))
    base = errors(*values)
    assert codes(doubts_between.of_errors(base, near)) <= codes(doubts_between.of_errors(base, far))


def test_errors_within_the_spread_over_seeds_are_alike() -> None:
    assert not doubts_between.of_errors(errors(10.0, 14.0), errors(13.0, 15.0))
    (flag,) = doubts_between.of_errors(errors(10.0, 10.4), errors(15.0, 15.4))
    assert "differ by 5 points" in flag.text


def test_one_seed_is_judged_by_how_finely_its_examples_can_count() -> None:
    # of 1000 examples two standard errors are 2.06 points at 12 %, 2.20 at 14.15 %, 2.21 at 14.3 %: the larger counts
    assert not doubts_between.of_errors(errors(12.0), errors(14.15))
    assert not doubts_between.of_errors(errors(14.15), errors(12.0))
    assert doubts_between.of_errors(errors(12.0), errors(14.3))
    assert not doubts_between.of_errors(errors(12.0, test_examples=None), errors(30.0, test_examples=None))


def test_no_error_at_all_is_an_error_that_is_known() -> None:
    # 5 % of 1000 examples: two standard errors are 1.38 points; of 0.3 % they are 0.35
    for pair in (errors(0.0), errors(5.0)), (errors(5.0), errors(0.0)), (errors(0.0), errors(100.0)):
        assert codes(doubts_between.of_errors(*pair)) == {"error-gap"}
    for pair in (errors(0.0), errors(0.3)), (errors(0.3), errors(0.0)), (errors(0.0), errors(0.0)):
        assert not doubts_between.of_errors(*pair)
    assert not doubts_between.of_errors(errors(0.0), errors(5.0, test_examples=None))


def test_an_error_that_is_no_percentage_is_judged_by_its_seeds_alone() -> None:
    (flag,) = doubts_between.of_errors(errors(24.0, 24.1, error_unit="mm"), errors(25.0, 25.1, error_unit="mm"))
    assert "points" not in flag.text


def test_networks_of_different_size_are_named() -> None:
    (flag,) = doubts_between.of_counts([one(params=1234)], [one(params=5678)])
    assert flag.code == "parameter-counts"
    assert "1,234 and 5,678" in flag.text


def test_packages_may_differ_between_backends_but_not_within_one() -> None:
    torch, jax = [one("torch")], [one("jax")]
    assert not doubts_between.of_settings(torch, jax, same_backend=False)
    newer = [one("torch", environment="another", versions={"keras": "3.0.0", "torch": "2.0.0"})]
    (flag,) = doubts_between.of_settings(torch, newer, same_backend=True)
    assert flag.code == "other-environment"
    assert "torch 1.0.0 and 2.0.0" in flag.text
    assert codes(doubts_between.of_settings(torch + newer, jax, same_backend=False)) == {"other-environment"}


def test_other_options_and_other_machines_are_told() -> None:
    other = [one(options={"jit": "on"}, machine=MACHINE | {"cpu_model": "Other CPU"})]
    found = doubts_between.of_settings([one()], other, same_backend=True)
    assert codes(found) == {"other-options", "other-machine"}
    assert any("Test CPU and Other CPU" in flag.text for flag in found)


def test_what_was_asked_for_is_told_and_forbids_nothing() -> None:
    default = [one(options={"jit": "auto", "fix_update_race": True}, threads=2)]
    own = {"jit": "on", "threads": 1, "race": True}
    mine = [one(options={"jit": "on", "fix_update_race": False}, threads=1, own_options=own)]
    (flag,) = doubts_between.of_settings(default, mine, same_backend=False)
    assert (flag.code, flag.text) == (
        "by-choice",
        "they differ as was asked for: jit auto and on; fix_update_race on and off; threads 2 and 1",
    )
    assert not differences(default, mine, "backend")
    (reason,) = differences(default, [one(threads=1)], "backend")
    assert reason == "threads: 2 and 1"
    policy = [one(options={"jit": "auto", "policy": "mixed_float16"}, own_options={"policy": "mixed_float16"})]
    (flag,) = doubts_between.of_settings([one(options={"jit": "auto"})], policy, same_backend=True)
    assert flag.text.endswith("policy unset and mixed_float16")


def test_mixed_precision_is_other_work_wherever_it_is() -> None:
    (flag,) = doubts.of_run(one(options={"policy": "mixed_float16"}))
    assert (flag.code, "mixed_float16" in flag.text) == ("other-work", True)
    assert doubts.of_run(one(options={"policy": "float32"})) == []


@pytest.mark.parametrize("options", [{"gates": "sigmoid"}, {"idiom": True}], ids=["gates", "idiom"])
def test_other_cells_are_other_work(options: dict[str, Any]) -> None:
    (flag,) = doubts.of_run(one(options=options))
    assert flag.code == "other-work"
    assert doubts.of_run(one(options={"idiom": False})) == []


def test_a_frameworks_own_layers_may_have_more_parameters() -> None:
    keras, own = [one(params=100)], [one(params=120, options={"idiom": True}, own_options={"idiom": True})]
    assert differences(keras, own, "backend") == []
    assert differences(keras, [one(params=120)], "backend") == ["networks of 100 and 120 parameters"]


def test_a_mebibyte_less_is_the_same_machine() -> None:
    rebooted = [one(machine=MACHINE | {"machine": "0", "memory_mib": 7999})]
    assert not doubts_between.of_settings([one()], rebooted, same_backend=True)
    upgraded = [one(machine=MACHINE | {"machine": "0", "memory_mib": 16000})]
    (flag,) = doubts_between.of_settings([one()], upgraded, same_backend=True)
    assert flag.text == "measured on different machines: memory_mib was 8000, is 16000"


def test_replaced_packages_make_a_result_stale() -> None:
    assert not doubts_between.of_age([one("torch")], {"torch": "environment of torch"})
    assert not doubts_between.of_age([one("torch")], {})
    assert codes(doubts_between.of_age([one("torch")], {"torch": "newer"})) == {"stale-environment"}


def test_every_flag_is_explained_under_the_heading_that_it_links_to() -> None:
    page = (ROOT / PAGE).read_text()
    headings = set(re.findall(r"^#+ ([a-z-]+)$", page, re.M))
    assert headings >= set(CODES)
    source = Path(doubts.__file__).read_text() + Path(doubts_between.__file__).read_text()
    assert set(re.findall(r'Flag\(\s*"([a-z-]+)"', source)) == set(CODES)
    written = msgspec.to_builtins(Flag("unsteady", "x"))
    assert written == {
        "code": "unsteady",
        "text": "x",
        "link": "docs/comparing.md#unsteady",
    }


def test_every_link_of_the_reports_leads_somewhere() -> None:
    for path in Path(doubts.__file__).parent.glob("*.py"):
        for page, anchor in re.findall(r"(docs/\w+\.md)(?:#([a-z-]+))?", path.read_text()):
            headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.M)
            slugs = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert not anchor or anchor in slugs, f"{path.name}: {page}#{anchor}"


@pytest.mark.parametrize(
    ("one", "other", "lost"),
    [
        (["ok"] * 4, ["ok"] * 4, False),
        (["ok"] * 4, ["ok"] * 2, False),
        (["ok"] * 4, ["ok", "ok", "oom"], True),
        (["ok", "crash"], ["ok", "crash"], False),
        (["ok", "crash"], ["ok", "crash", "timeout"], True),
        (["ok", "crash"], ["ok", "ok", "ok", "timeout"], False),
    ],
)
def test_a_larger_share_of_failing_runs_is_doubtful(one: list[str], other: list[str], lost: bool) -> None:
    assert [flag.code for flag in doubts_between.of_losses(one, other)] == ["lost-runs"] * lost
