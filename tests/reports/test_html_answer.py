"""The top of a report: its heat maps and sentences, and the baseline of their ratios."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reports.html import answer
from tests.builder import fields, save, typed, with_total
from tests.reports.pages import POINTS, page, raw, shown


def test_the_answer_holds_pooled_ratios_memory_and_error() -> None:
    records = typed(raw(("mnist-fnn-layers-5", "mnist-fnn-layers-6"), noise=0.01))
    found = answer.answer(records, "theano", {})
    assert found.arms == ("theano", "cntk", "torch")
    cell = found.tables["Speed-up"]["fnn, real-subset data"]["torch"]
    assert 3.8 < float(cell.text.split()[0]) < 4.2
    assert cell.note == "faster, 2 points"
    assert 0.8 < cell.heat < 0.9  # log 4 / log 5
    assert found.tables["Memory"]["fnn, real-subset data"]["torch"].note == "500 MiB"
    assert found.tables["Test error"]["fnn, real-subset data"]["cntk"].text == "12.00 %"


def test_what_cannot_be_told_apart_is_not_ranked() -> None:
    records = typed(raw(POINTS[:1], {"theano": 1.0, "cntk": 1.0}, noise=0.1, seed=3))
    (sentence,) = answer.answer(records, None, {}).sentences
    assert sentence.endswith("lead, and can't be told apart.")


def test_the_answer_says_how_much_of_the_machine_each_backend_uses() -> None:
    shares = {"theano": 0.12, "cntk": 0.312}
    drawn = raw(POINTS[:1], {**dict.fromkeys(shares, 1.0), "torch": 1.0})
    records = typed([{**each, "machine_share": shares.get(each["backend"])} for each in drawn])
    said = answer.answer(records, None, {}).sentences[-1]
    assert said.startswith("fnn, real-subset data: cntk uses 31 % of the machine, theano 12 % (")


def test_one_run_ranks_nobody() -> None:
    records = typed(raw(POINTS[:1], {"theano": 1.0, "cntk": 0.5}, runs=1))
    (sentence,) = answer.answer(records, None, {}).sentences
    assert sentence == "fnn, real-subset data: cntk was ahead of theano in a single run, which says little."


def test_kinds_of_data_are_never_pooled() -> None:
    real, stand_in = raw(("mnist-fnn-layers-6",)), raw(("svhn-fnn-layers-6",), data="synthetic")
    assert [*answer.answer(typed([*real, *stand_in]), None, {}).tables["Speed-up"]] == [
        "fnn, real-subset data",
        "fnn, synthetic data",
    ]


def test_a_failed_backend_is_in_the_heat_map_with_its_outcome() -> None:
    records = typed([*raw(POINTS[:1]), fields("jax", outcome="oom", reason="out of memory")])
    cell = answer.answer(records, None, {}).tables["Speed-up"]["fnn, real-subset data"]["jax"]
    assert (cell.text, cell.note, cell.heat) == ("oom", "oom: out of memory", 0.0)


FNN = tuple(f"mnist-fnn-layers-{depth}" for depth in range(1, 4))
WHAT = "fnn, real-subset data"


def speeds(found: answer.Answer, what: str = WHAT) -> dict[str, answer.Cell]:
    return dict(found.tables["Speed-up"][what])


def but(raws: list[dict[str, Any]], backend: str, at: str, **own: Any) -> list[dict[str, Any]]:
    """With other fields of a backend at a point."""
    return [each | own if (each["backend"], each["point"]) == (backend, at) else each for each in raws]


@pytest.mark.parametrize("outcome", ["crash", "unavailable"])
@pytest.mark.parametrize("wanted", [None, "theano"])
def test_a_backend_without_a_result_is_no_baseline(tmp_path: Path, outcome: str, wanted: str | None) -> None:
    failed = [fields("theano", at=where, outcome=outcome, reason="so it is") for where in FNN]
    raws = [*failed, *raw(FNN, {"cntk": 1.0, "torch": 0.5}, noise=0.001)]
    found = answer.answer(typed(raws), wanted, {})
    assert found.baseline == "cntk"
    assert speeds(found)["cntk"] == answer.Cell("1", "the baseline")
    assert speeds(found)["torch"].text.startswith("2.0")
    save(tmp_path, "0001_a", raws)
    words = shown(page(tmp_path))
    assert "the time of cntk over the backend's" in words
    assert "those with cntk (where" in words


def test_the_baseline_is_who_has_most_points_unless_another_is_wanted() -> None:
    raws = but(raw(FNN, {"theano": 1.0, "cntk": 0.5}), "theano", FNN[0], outcome="oom", reason="out of memory")
    assert answer.answer(typed(raws), None, {}).baseline == "cntk"
    assert answer.answer(typed(raws), "theano", {}).baseline == "theano"


def test_nobody_measured_gives_no_baseline(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", [fields("theano", outcome="crash", reason="signal 9")])
    words = shown(page(tmp_path))
    assert "Speed-up: no backend has a complete run" in words
    assert "over the backend's" not in words


def test_ratios_to_another_baseline_are_not_pooled() -> None:
    raws = raw(FNN, {"theano": 1.0, "cntk": 0.1, "torch": 0.5}, noise=0.001)
    raws = but(raws, "theano", FNN[0], outcome="oom", reason="out of memory")
    raws = [each | {"peak_memory_mib": 50.0 if each["backend"] == "cntk" else 500.0} for each in raws]
    found = answer.answer(typed(raws), "theano", {})
    cells = speeds(found)
    assert cells["theano"] == answer.Cell("1", "the baseline; oom 3")
    assert cells["torch"].text.startswith("2.0"), "at the first point its ratio is 0.2, to cntk"
    assert cells["torch"].note == "faster, 2 of 3 points"
    assert cells["cntk"].text.startswith(("10.0", "9.9"))
    assert found.tables["Memory"][WHAT]["theano"].text == "1"
    assert found.tables["Memory"][WHAT]["torch"].text.startswith("1.00")


def test_a_point_that_the_baseline_lacks_has_no_ratio() -> None:
    raws = raw(("mnist-fnn-layers-1", "imdb-imdb_lstm-layers-1"), {"theano": 1.0, "torch": 0.5})
    raws = but(raws, "theano", "imdb-imdb_lstm-layers-1", outcome="crash", reason="signal 9")
    cell = speeds(answer.answer(typed(raws), "theano", {}), "rnn, real-subset data")["torch"]
    assert cell == answer.Cell("not comparable", "theano has no result at these points")


def test_errors_are_held_against_the_named_baseline_alone() -> None:
    raws = but(raw(FNN[:2], {"theano": 1.0, "cntk": 0.5, "torch": 0.5}), "theano", FNN[0], outcome="oom", reason="full")
    raws = [each | {"test_error": 40.0} if each["backend"] == "cntk" else each for each in raws]
    cell = answer.answer(typed(raws), "theano", {}).tables["Test error"][WHAT]["torch"]
    assert cell.note == "+0.00 points beside the baseline"


def test_outcomes_of_a_cell_are_added_up() -> None:
    raws = raw(FNN, {"theano": 1.0, "torch": 0.5})
    for where in FNN[:2]:
        raws = but(raws, "torch", where, outcome="oom", reason="out of memory")
    assert speeds(answer.answer(typed(raws), "theano", {}))["torch"].note.endswith("; oom 6")


# --- the sentence


def said(raws: list[dict[str, Any]], wanted: str | None = None) -> str:
    (sentence,) = answer.answer(typed(raws), wanted, {}).sentences
    return sentence


def test_backends_are_ranked_where_all_have_a_result() -> None:
    """torch is three times as fast as cntk wherever both are, and has only the points at which theano does well."""
    easy = raw(FNN[:1], {"theano": 1.0, "cntk": 0.9, "torch": 0.3}, noise=0.001)
    hard = raw(FNN[1:], {"theano": 1.0, "cntk": 0.1, "torch": 0.03}, noise=0.001)
    for where in FNN[1:]:
        hard = but(hard, "torch", where, outcome="oom", reason="out of memory")
    sentence = said([*easy, *hard])
    assert sentence.startswith(f"{WHAT} over 1 of 3 points: torch is fastest; cntk comes next, at 0.33")


def test_the_baseline_of_one_point_is_not_ranked_as_that_of_all() -> None:
    """At the point that theano lacks cntk is the baseline, which makes it no slower than it is elsewhere."""
    raws = raw(FNN, {"theano": 1.0, "cntk": 0.1, "torch": 0.5}, noise=0.001)
    raws = but(raws, "theano", FNN[0], outcome="oom", reason="out of memory")
    assert said(raws, "theano").startswith(f"{WHAT} over 2 of 3 points: cntk is fastest; torch comes next, at 0.20")


def test_who_is_faster_side_by_side_comes_first() -> None:
    """cntk gains on theano only in runs that torch hasn't, and paired with torch it is the slower one."""
    base = [fields("theano", run, rounds_s=[seconds] * 5) for run, seconds in enumerate([1.0, 1.01, 1.0, 2.0, 2.1], 1)]
    cntk = [fields("cntk", run, rounds_s=[seconds] * 5) for run, seconds in enumerate([0.6, 0.61, 0.6, 0.6, 0.61], 1)]
    torch = [fields("torch", run, rounds_s=[seconds] * 5) for run, seconds in enumerate([0.5, 0.505, 0.502], 1)]
    raws = [with_total(each) for each in (*base, *cntk, *torch)]
    cells = speeds(answer.answer(typed(raws), "theano", {}))
    assert float(cells["cntk"].text.split()[0]) > float(cells["torch"].text.split()[0])
    assert said(raws, "theano").startswith(f"{WHAT}: torch is fastest; cntk comes next, at 0.83")


def test_no_shared_point_ranks_nobody() -> None:
    raws = [*raw(FNN[:1], {"theano": 1.0}), *raw(FNN[1:2], {"torch": 0.5})]
    assert said(raws) == f"{WHAT}: theano and torch have no point at which all of them can be compared."


def test_what_cannot_be_compared_is_not_ranked() -> None:
    raws = raw(FNN[:1], {"theano": 1.0, "cntk": 0.5, "torch": 0.25}, noise=0.001)
    odd = [each | {"threads": 1} if each["backend"] == "torch" else each for each in raws]
    assert said(odd).startswith(f"{WHAT}: cntk is fastest; theano comes next")
    assert said(odd).endswith("times its speed. torch can't be compared with them.")
    pair = [each for each in odd if each["backend"] != "cntk"]
    assert said(pair) == f"{WHAT}: theano and torch have no point at which all of them can be compared."


def test_leaders_that_only_the_baseline_can_be_held_against_are_not_ranked() -> None:
    threads = {"theano": None, "cntk": 1, "torch": 2}
    raws = [each | {"threads": threads[each["backend"]]} for each in raw(FNN[:1], noise=0.001)]
    assert said(raws, "theano") == f"{WHAT}: torch and cntk lead, and can't be compared with each other."
