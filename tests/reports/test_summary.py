"""The tables at the end of a session, and how numbers are written."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from analysis import format as fmt
from analysis.statistics import Median, Ratio
from analysis.totals import Total
from reports.tables.summary import outcomes, summary
from tests.builder import blocks, one

UNAVAILABLE: dict[str, Any] = {"outcome": "unavailable", "reason": "no CPython 3.6: get it with pyenv"}


def line(text: str, start: str) -> str:
    return next(each for each in text.splitlines() if each.startswith(start))


def test_a_table_has_ratios_to_the_first_baseline_that_was_measured() -> None:
    text = summary(blocks({"torch": 1.0, "jax": 0.5}), ["cntk", "torch"])
    assert "mnist-fnn-layers-6 (table 4.6, 418,384 parameters): real-subset data, 4,000 examples" in text
    assert "baseline" in line(text, "torch")
    row = line(text, "jax")
    assert "[1." in row or "[2." in row
    assert "projected" in row
    assert "ok" in row
    assert text.index("\njax") < text.index("\ntorch")  # the fastest first


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ({"table": "", "params_printed": None}, ": "),
        ({"table": "4.6", "params_printed": None}, " (table 4.6): "),
        ({"table": "", "params_printed": 1_234}, " (1,234 parameters): "),
    ],
)
def test_a_heading_names_only_what_the_study_prints(printed: dict[str, Any], said: str) -> None:
    text = summary(blocks({"torch": 1.0}, **printed), ["torch"])
    assert text.startswith(f"mnist-fnn-layers-6{said}real-subset data")


def test_no_difference_is_marked() -> None:
    text = summary(blocks({"torch": 1.0, "jax": 1.0}, seed=2), ["torch"])
    assert "~" in line(text, "jax")


def test_the_noise_floor_takes_a_verdict_away() -> None:
    records = blocks({"torch": 1.0, "jax": 0.8}, noise=0.001)
    assert "~" not in line(summary(records, ["torch"]), "jax")
    assert "~" in line(summary(records, ["torch"], {"fnn": math.log(1.5)}), "jax")


def test_one_run_is_called_one() -> None:
    assert "(1 run)" in line(summary(blocks({"torch": 1.0, "jax": 1.0}, runs=1), ["torch"]), "jax")


def test_every_outcome_is_shown_and_explained() -> None:
    failed = one("cntk", outcome="oom", reason="out of memory")
    missing = one("theano", **UNAVAILABLE)
    text = summary([*blocks({"torch": 1.0}), failed, missing], ["torch"])
    assert "oom" in line(text, "cntk")
    assert "! mnist-fnn-layers-6, cntk: oom: out of memory" in text
    assert "! theano: unavailable: no CPython 3.6: get it with pyenv" in text


def test_a_run_that_failed_now_and_then_is_counted() -> None:
    records = blocks({"torch": 1.0})
    records[0] = replace(records[0], outcome="timeout", reason="too slow")
    text = summary(records, ["torch"])
    assert "timeout 1/3, ok 2/3" in line(text, "torch")


def test_a_flag_is_told_once_with_its_times_and_its_page() -> None:
    text = summary(blocks({"torch": 1.0}, flags=[{"code": "unsteady", "text": "so it is"}]), ["torch"])
    assert "ok (flagged)" in line(text, "torch")
    assert "! mnist-fnn-layers-6, torch: unsteady: so it is (docs/comparing.md#unsteady) (3 times)" in text


def test_what_is_said_of_several_results_is_told_once() -> None:
    flags = [{"code": "unsteady", "text": "so it is"}]
    records = blocks({"torch": 1.0, "jax": 1.0}, flags=flags) + blocks(
        {"jax": 1.0}, at="mnist-fnn-layers-5", flags=flags
    )
    messages = summary(records, ["torch"]).split("docs/comparing.md\n\n")[1]
    assert messages.splitlines() == [
        "! unsteady: so it is (docs/comparing.md#unsteady)",
        "    mnist-fnn-layers-6: torch (3 times), jax (3 times)",
        "    mnist-fnn-layers-5: jax (3 times)",
    ]


def test_what_was_replaced_is_said_and_stands_apart() -> None:
    records = blocks({"torch": 1.0}) + blocks({"torch": 1.0}, overridden={"examples": 100}, examples=100)
    text = summary(records, ["torch"])
    assert text.count("mnist-fnn-layers-6 (table") == 2
    assert "overridden: examples=100" in text


def test_steady_runs_say_so() -> None:
    assert "epochs; steady\n" in summary(blocks({"torch": 1.0}, options={"steady": True}), ["torch"])
    assert "steady" not in summary(blocks({"torch": 1.0}), ["torch"])


def test_a_sweep_has_its_geometric_mean() -> None:
    records = blocks({"torch": 1.0, "jax": 0.5}) + blocks({"torch": 1.0, "jax": 0.5}, at="mnist-fnn-layers-5")
    text = summary(records, ["torch"])
    assert "geometric mean of speed-ups" in text
    assert line(text, "fnn, real-subset data").split()[3] == "jax"


def test_nothing_measured_gives_reasons_only() -> None:
    assert summary([one("theano", **UNAVAILABLE)], []) == ("! theano: unavailable: no CPython 3.6: get it with pyenv")
    assert summary([], []) == ""


def test_the_share_of_the_machine_stands_where_a_doctor_saw_it() -> None:
    records = [
        replace(each, machine_share={"torch": 0.12, "jax": 0.312}[each.backend])
        for each in blocks({"torch": 1.0, "jax": 0.5, "cntk": 2.0})
        if each.backend != "cntk"
    ] + blocks({"cntk": 2.0})
    text = summary(records, ["torch"])
    assert "of the machine" in line(text, "backend")
    assert [line(text, arm).split("  ")[-2:] for arm in ("torch", "jax")] == [["12 %", "ok"], ["31 %", "ok"]]
    assert line(text, "cntk").split()[-2:] == ["-", "ok"]
    assert "of the machine" not in summary(blocks({"torch": 1.0}), ["torch"])


# --- numbers


@given(st.floats(1e-6, 1e9), st.integers(2, 5))
def test_figures_are_written_without_exponents_and_close_enough(value: float, digits: int) -> None:
    text = fmt.significant(value, digits)
    assert "e" not in text
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.5 * 10.0 ** (1 - digits) * 1.01)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (math.nan, "-"), (0.0, "0"), (1.0, "1.00"), (0.01234, "0.0123"), (2041.43, "2,041"), (-2.0, "-2.00")],
)
def test_figures_by_hand(value: float | None, text: str) -> None:
    assert fmt.significant(value) == text


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (fmt.middle(Median(2.0, 1.5, 2.5, 0.969)), "2.00 [1.50, 2.50]"),
        (fmt.middle(Median(2.0, 1.5, 2.5, 0.75)), "2.00 [1.50, 2.50] 75%"),
        (fmt.middle(Median(2.0, 2.0, 2.0, 0.0)), "2.00"),
        (fmt.error(Median(2.0, 1.5, 2.5, 0.75)), "2.00 (1.50 to 2.50)"),
        (fmt.error(Median(2.0, 2.0, 2.0, 0.0)), "2.00"),
        (fmt.ratio(Ratio(2.31, 2.2, 2.4, 5)), "2.31 [2.20, 2.40]"),
        (fmt.ratio(Ratio(2.31, math.nan, math.nan, 1)), "2.31 (1 run)"),
        (fmt.total(Total(1.0, 9.0, 9.0, 11.0, "runs")), "projected 10.0 [9.00, 11.0]"),
        (fmt.total(Total(1.0, 9.0, math.nan, math.nan, "measured")), "10.0"),
        (fmt.share(0.0531), "5.3 %"),
        (fmt.span(1.0, 2.0), "1.00 to 2.00"),
        (fmt.span(1.0, 1.0), "1.00"),
        (fmt.printed(3.8, 4.0), "3.8 to 4"),
        (fmt.bare(None) + fmt.middle(None) + fmt.error(None) + fmt.ratio(None) + fmt.total(None), "-----"),
    ],
)
def test_numbers_by_hand(made: Any, text: str) -> None:
    assert made == text


def test_outcomes_are_counted_by_family_dataset_and_backend() -> None:
    killed: dict[str, Any] = {"outcome": "timeout", "reason": "not finished after 600 s"}
    records = [
        one("jax"),
        one("jax", at="mnist-fnn-layers-2"),
        one("torch"),
        one("torch", at="mnist-fnn-layers-2", **killed),
        one("cntk", at="imdb-imdb_lstm-layers-1"),
    ]
    text = outcomes(records, ["cntk", "torch", "theano", "jax"])
    assert line(text, "family").split() == ["family", "dataset", "points", "cntk", "torch", "jax"]
    assert line(text, "fnn").split() == ["fnn", "mnist", "2", "ok", "1,", "timeout", "1", "ok", "2"]
    assert line(text, "rnn").split() == ["rnn", "imdb", "1", "ok", "1"]
    assert line(text, "!") == "! mnist-fnn-layers-2, torch: timeout: not finished after 600 s"


def test_errors_stand_under_their_unit() -> None:
    rain = blocks({"torch": 1.0, "jax": 0.5}, at="hmdir-hmdir_lstm-cells-9", error_unit="mm")
    text = summary([*blocks({"torch": 1.0, "jax": 0.5}), *rain], ["torch"])
    heads = [each for each in text.splitlines() if each.startswith("backend")]
    assert ["[%]" in each for each in heads] == [True, False]
    assert ["[mm]" in each for each in heads] == [False, True]
