"""The report as text: what is in it, and what bad input makes of it. In a browser: tests/browser."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.expression import Expression

from models.catalogue import points
from reports import runs
from reports.__main__ import main
from reports.comparison import compare
from reports.exits import Exit
from reports.html import answer, origin, study_tables
from reports.html.study_tables import Table, tables
from reports.newest import Newest
from reports.projection import fields_of
from tests.reports.builder import fields, journal, save, session, typed

POINTS = ("mnist-fnn-layers-6", "mnist-cnn_softmax-filters-1", "imdb-imdb_lstm-layers-1")
Output = pytest.CaptureFixture[str]


def raw(at: tuple[str, ...] = POINTS, epochs: dict[str, float] | None = None, **own: Any) -> list[dict[str, Any]]:
    epochs = epochs or {"theano": 1.0, "cntk": 0.5, "torch": 0.25}
    made = [each for where in at for each in session(epochs, at=where, **own)]
    return [each | fields_of(each) for each in made]


def written(root: Path, *arguments: str) -> int:
    return main(["--root", str(root), "html", "--output", str(root / "report.html"), *arguments])


def page(root: Path, *arguments: str) -> str:
    assert written(root, *arguments) == Exit.FINE
    return (root / "report.html").read_text("utf-8")


def embedded(text: str, id: str) -> Any:
    (found,) = re.findall(rf'<script type="application/json" id="{id}">(.*?)</script>', text)
    return json.loads(found)


def shown(text: str) -> str:
    """What stands between the tags, without scripts."""
    text = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.S)
    return html.unescape(re.sub(r"<[^>]*>", " ", text))


def test_it_needs_nothing_but_itself(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw())
    text = page(tmp_path)
    outside = re.sub(r'<script type="text/plain" id="plotly">.*?</script>', "", text, flags=re.S)
    assert not re.findall(r'(?:src|href)="(?!#|data:)', outside)
    assert "@import" not in outside
    assert text.count('id="plotly"') == 1
    assert len(text) < 6e6


def test_every_figure_and_table_has_its_link(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw())
    text = page(tmp_path)
    ids = set(re.findall(r' id="([^"]+)"', text))
    assert {f"figure-4.{n}" for n in range(1, 90) if n != 43} | {f"table-4.{n}" for n in range(3, 35)} <= ids
    assert set(re.findall(r'href="#([^"]+)"', text)) <= ids


def test_it_opens_with_the_answer(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw())
    words = shown(page(tmp_path))
    assert "fnn, real-subset data: torch is fastest; cntk comes next" in words
    assert words.index("fnn, real-subset data: torch is fastest") < words.index("Figure 4.1")
    assert "total times are projected" in words


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


def test_trials_say_nothing_of_times(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw(profile="smoke"))
    text = page(tmp_path)
    assert "they say nothing of times" in shown(text)
    measured = {each["id"] for each in embedded(text, "drawn") if each["series"]}
    assert measured == {f"figure-4.{n}" for n in (22, 23, 76, 77)}, "memory is all that is drawn"


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
    base = [fields("theano", run, rounds_s=[seconds] * 5) for run, seconds in enumerate([1.0, 1.01, 1.0, 8.0, 8.1], 1)]
    cntk = [fields("cntk", run, rounds_s=[seconds] * 5) for run, seconds in enumerate([0.6, 0.61, 0.6, 0.6, 0.61], 1)]
    torch = [fields("torch", run, rounds_s=[seconds] * 5) for run, seconds in enumerate([0.5, 0.505, 0.502], 1)]
    raws = [each | fields_of(each) for each in (*base, *cntk, *torch)]
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


def table(root: Path, number: str) -> Table:
    saved, _ = runs.everything(root)
    found = tables(compare(Newest(saved).records()))
    assert [each.number for each in found] == [f"4.{n}" for n in range(3, 35)]
    return next(each for each in found if each.number == number)


def test_tables_have_what_is_printed_beside_what_was_measured(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw(test_error=1.5))
    lines = {line.backend: line for line in table(tmp_path, "4.8").lines}
    assert lines["theano"].printed == ("830.2", "258", "0.54", "0.82")
    assert lines["theano"].parameters == "569,606"
    total, memory, train, test = lines["theano"].measured
    assert total.startswith("projected ")
    assert (memory, train, test, lines["theano"].runs) == ("500", "10.00", "1.50", "3")
    assert lines["torch"].printed == ("", "", "", "")
    assert lines["tensorflow1"].measured == ("", "", "", "")
    assert lines["tensorflow1"].runs == ""


def test_printed_times_keep_all_their_digits(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw())
    lines = {(line.point, line.backend): line for line in table(tmp_path, "4.19").lines}
    assert lines["svhn-wrn_16_8", "theano"].printed == ("134,023.3", "2,983", "0.0", "5.94")


def test_an_error_that_is_missing_has_no_unit(tmp_path: Path) -> None:
    rain = raw(("hmdir-hmdir_lstm-cells-9",), error_unit="mm", train_error=None, test_error=1.5)
    save(tmp_path, "0001_a", rain)
    lines = {line.point: line for line in table(tmp_path, "4.34").lines if line.backend == "torch"}
    assert lines["hmdir-hmdir_lstm-cells-9"].measured[2:] == ("-", "1.50 mm")


def test_a_table_of_counts_shows_points_without_a_result(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw())
    found = table(tmp_path, "4.34")
    assert not found.measured
    assert {line.backend for line in found.lines} == {"not measured"}
    assert found.lines[0].parameters == "1,234"


def test_a_point_of_ones_own_is_in_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = dataclasses.replace(points()[0], architecture="mine", table="", printed_params=None)
    monkeypatch.setattr(study_tables, "points", lambda: (*points(), own))
    save(tmp_path, "0001_a", raw())
    lines = [line.point for number in range(3, 35) for line in table(tmp_path, f"4.{number}").lines]
    assert own.id not in lines
    assert {each.id for each in points()} <= {*lines}


def test_raw_rounds_are_those_of_the_json(tmp_path: Path) -> None:
    path = save(tmp_path, "0001_a", raw())
    results = embedded(page(tmp_path), "results")
    wanted = [each["extra_info"] for each in json.loads(path.read_text())["benchmarks"]]
    rows = [dict(zip(results["columns"], row, strict=True)) for row in results["rows"]]
    for row, exact in zip(rows, wanted, strict=True):
        assert row["rounds"] == pytest.approx(exact["rounds_s"], rel=1e-4)
        assert results["texts"][row["backend"]] == exact["backend"]
        assert results["texts"][row["group"]] == exact["point"]


def test_figures_in_the_page_are_the_figures(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw())
    drawn = {each["id"]: each for each in embedded(page(tmp_path), "drawn")}
    (theano, *_) = drawn["figure-4.80"]["series"] or [None]
    assert theano is None
    (first,) = drawn["figure-4.76"]["series"][0]["spots"]
    assert first[0] == 1
    assert first[2] == 500
    assert drawn["figure-4.75"]["bands"][0]["text"] == "0.98 to 1.1"


def test_flexibility_is_shown_where_it_was_tried(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw())
    assert "pytest benchmarks/test_flexibility.py -m targets" in page(tmp_path)
    (tmp_path / "flexibility").mkdir()
    case = {"kind": "layer", "name": "GRU", "verdict": "with help", "detail": "a seed"}
    (tmp_path / "flexibility" / "latest.json").write_text(json.dumps({"torch": [case]}))
    words = shown(page(tmp_path))
    assert "GRU, with help: a seed (torch)" in words
    for broken in ("{", "[]", '{"torch": 3}', '{"torch": [{}]}'):
        (tmp_path / "flexibility" / "latest.json").write_text(broken)
        assert "can't be used" in shown(page(tmp_path))


def test_environments_flags_and_the_way_to_repeat_it_are_told(tmp_path: Path) -> None:
    doubt = {"code": "unsteady", "text": "so it is"}
    save(tmp_path, "0001_a", [each | {"flags": [doubt]} for each in raw()])
    words = shown(page(tmp_path))
    for expected in ("cpu_model Test CPU", "keras 3.0.0", "docs/comparing.md#unsteady", "git checkout 0123456789ab"):
        assert expected in words
    saved, _ = runs.everything(tmp_path)
    plan = "--profile=quick --runs=3 --warmup=2 --rounds=5 --seed=1 --threads=2 --device=cpu"
    commands = [line for line in origin.reproduce(saved) if line.startswith("pytest")]
    assert commands == [f"pytest benchmarks --headline --backend=theano,cntk,torch {plan}"]


@pytest.mark.parametrize(
    ("at", "chosen"),
    [
        (tuple(f"mnist-fnn-layers-{n}" for n in range(1, 7)), "-k mnist-fnn-layers"),
        (("mnist-fnn-layers-2", "svhn-wrn_16_8"), "-k 'mnist-fnn-layers-2 or svhn-wrn_16_8 and not literal'"),
        (("svhn-wrn_16_8-literal",), "-k svhn-wrn_16_8-literal "),
        (("svhn-wrn_16_8", "svhn-wrn_16_8-literal"), "-k 'svhn-wrn_16_8 or svhn-wrn_16_8-literal'"),
        (tuple(each.id for each in points()), "--backend"),
    ],
)
def test_a_session_is_chosen_by_its_sweeps(tmp_path: Path, at: tuple[str, ...], chosen: str) -> None:
    save(tmp_path, "0001_a", [fields(at=where) for where in at])
    saved, _ = runs.everything(tmp_path)
    assert next(line for line in origin.reproduce(saved) if "pytest" in line).startswith(f"pytest benchmarks {chosen}")


def commands(root: Path) -> list[str]:
    saved, _ = runs.everything(root)
    return [*origin.reproduce(saved)]


def named(name: str) -> Any:
    return lambda text, **_: text in name


@pytest.mark.parametrize("chosen", [*([each.id] for each in points()), ["svhn-wrn_16_8", "cifar10-fnn-layers-6"]])
def test_what_is_chosen_again_is_what_was_measured(chosen: list[str], tmp_path: Path) -> None:
    """By the expression as pytest evaluates it, on names as benchmarks have them."""
    save(tmp_path, "0001_a", [fields(at=where) for where in chosen])
    words = shlex.split(commands(tmp_path)[-1])
    selector = Expression.compile(words[words.index("-k") + 1])
    names = {each.id: f"test_{each.family}[{each.id}-torch]" for each in points()}
    picked = [id for id, name in names.items() if selector.evaluate(named(name))]
    assert sorted(picked) == sorted(chosen)


def test_second_names_and_stand_ins_are_asked_for_again(tmp_path: Path) -> None:
    again = [fields("torch", backend_alias="torch-again", aa_of="torch", data="synthetic")]
    save(tmp_path, "0001_a", [fields("torch", data="synthetic"), *again, fields("jax", outcome="crash", data=None)])
    command = commands(tmp_path)[-1]
    assert command.startswith("pytest benchmarks -k mnist-fnn-layers-6 --backend=torch,jax ")
    assert command.endswith(" --aa --data=synthetic")
    save(tmp_path, "0001_a", [fields("torch", data="synthetic"), fields("jax", data="real")])
    assert "--data" not in commands(tmp_path)[-1]
    assert "--aa" not in commands(tmp_path)[-1]


def test_a_commit_is_one_word_of_the_shell(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", [fields(commit="0123; rm -r *+")])
    (line,) = [line for line in commands(tmp_path) if line.startswith("git")]
    assert shlex.split(line, comments=True) == ["git", "checkout", "0123; rm -r *"]


def test_doubts_about_a_ratio_stand_at_it_and_among_the_flags(tmp_path: Path) -> None:
    raws = raw(POINTS[:1], {"theano": 1.0, "cntk": 0.1})
    save(tmp_path, "0001_a", [each | {"test_error": 40.0} if each["backend"] == "cntk" else each for each in raws])
    words = shown(page(tmp_path))
    assert "flagged: error-gap, implausible-ratio" in words
    assert "docs/comparing.md#implausible-ratio" in words


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    hostile = [
        each | {"machine": {"machine": evil}, "commit": evil, "data": evil, "versions": {evil: evil}} for each in raw()
    ]
    hostile.append(fields(evil, outcome="crash", reason=evil, flags=[{"code": evil, "text": evil}]))
    save(tmp_path, "0001_a", hostile)
    text = page(tmp_path)
    assert "<script>alert(1)" not in text
    assert "<img" not in re.sub(r'<script type="text/plain" id="plotly">.*?</script>', "", text, flags=re.S)
    assert evil in embedded(text, "results")["texts"]


@pytest.mark.parametrize(
    "odd", [{"machine": "x"}, {"options": 3}, {"versions": [1]}, {"rounds_s": None}, {"warmup_s": [1, "x"]}]
)
def test_fields_of_another_kind_are_refused(tmp_path: Path, odd: dict[str, Any], capsys: Output) -> None:
    save(tmp_path, "0001_a", [each | odd for each in raw()])
    assert written(tmp_path) == Exit.USAGE
    assert f"its field {next(iter(odd))} is" in capsys.readouterr().err


def test_nothing_saved_is_a_message(tmp_path: Path, capsys: Output) -> None:
    assert written(tmp_path) == Exit.USAGE
    assert "pytest benchmarks --headline" in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()


def test_damaged_and_newer_files_are_left_out_and_told(tmp_path: Path, capsys: Output) -> None:
    path = save(tmp_path, "0001_a", raw())
    (path.parent / "0002_b.json").write_text(path.read_text()[:-200])
    save(tmp_path, "0003_c", [each | {"record_version": 99} for each in raw()])
    words = shown(page(tmp_path))
    told = capsys.readouterr().err
    for expected in ("cut off or damaged", "version 99"):
        assert expected in words
        assert expected in told
    for name in ("0002_b", "0003_c"):
        assert written(tmp_path, str(path.parent / f"{name}.json")) == Exit.USAGE
    path.unlink()
    assert written(tmp_path) == Exit.USAGE
    assert "no saved run that can be read" in capsys.readouterr().err


def test_a_session_that_was_killed_is_reported_from_its_journal(tmp_path: Path) -> None:
    path = journal(tmp_path, "20260102-030405-1", raw())
    path.write_text(path.read_text() + '{"record_ver')
    words = shown(page(tmp_path))
    assert "its last line is incomplete" in words
    assert "27 results" in words


def test_runs_without_any_complete_result_give_a_report(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", [fields(name, outcome="crash", reason="signal 9") for name in ("theano", "torch")])
    words = shown(page(tmp_path))
    assert "signal 9" in words
    assert "0 of" not in words


def test_mixed_sessions_and_settings_are_kept_apart(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw(POINTS[:1], {"theano": 1.0}), "2026-01-01")
    save(tmp_path, "0002_b", raw(POINTS[:1], {"torch": 0.5}, overridden={"batch_size": 64}), "2026-01-02")
    words = shown(page(tmp_path))
    assert "fnn, real-subset data: only theano was measured." in words
    assert "fnn batch_size=64, real-subset data: only torch was measured." in words
    assert "Figure 4.9 batch_size=64" in words


def test_a_place_that_cannot_be_written_is_a_message(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", raw())
    (tmp_path / "file").write_text("")
    assert written(tmp_path, "--output", str(tmp_path / "file" / "report.html")) == Exit.USAGE
    assert "can't be written" in capsys.readouterr().err
