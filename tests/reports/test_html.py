"""The report as text: what is in it, and what bad input makes of it. In a browser: tests/browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from reports.commands.common import Exit
from tests.builder import fields, journal, save
from tests.reports.pages import POINTS, embedded, page, raw, shown, written

Output = pytest.CaptureFixture[str]


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


def test_trials_say_nothing_of_times(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw(profile="smoke"))
    text = page(tmp_path)
    assert "they say nothing of times" in shown(text)
    measured = {each["id"] for each in embedded(text, "drawn") if each["series"]}
    assert measured == {f"figure-4.{n}" for n in (22, 23, 76, 77)}, "memory is all that is drawn"


def test_raw_rounds_are_those_of_the_json(tmp_path: Path) -> None:
    path = save(tmp_path, "0001_a", raw())
    results = embedded(page(tmp_path), "results")
    wanted = [each["extra_info"] for each in json.loads(path.read_text())["benchmarks"]]
    rows = [dict(zip(results["columns"], row, strict=True)) for row in results["rows"]]
    for row, exact in zip(rows, wanted, strict=True):
        assert row["rounds_s"] == pytest.approx(exact["rounds_s"], rel=1e-4)
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
    assert "pytest benchmarks/targets/test_flexibility.py -m targets" in page(tmp_path)
    (tmp_path / "flexibility").mkdir()
    case = {"kind": "layer", "name": "GRU", "verdict": "with help", "detail": "a seed"}
    (tmp_path / "flexibility" / "latest.json").write_text(json.dumps({"torch": [case]}))
    words = shown(page(tmp_path))
    assert "GRU, with help: a seed (torch)" in words
    for broken in ("{", "[]", '{"torch": 3}', '{"torch": [{}]}'):
        (tmp_path / "flexibility" / "latest.json").write_text(broken)
        assert "can't be used" in shown(page(tmp_path))


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
    messages = capsys.readouterr().err
    for expected in ("cut off or damaged", "version 99"):
        assert expected in words
        assert expected in messages
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
    assert capsys.readouterr().err == f"reports: {tmp_path / 'file'}: File exists\n"
