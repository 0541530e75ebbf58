"""The study's tables in the report."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from analysis import saved_runs
from analysis.comparison import compare
from analysis.newest import Newest
from models.catalogue import points
from reports.html import study_tables
from reports.html.study_tables import StudyTable, tables
from tests.builder import save
from tests.reports.pages import raw


def table(root: Path, number: str) -> StudyTable:
    saved, _ = saved_runs.everything(root)
    found = tables(compare(Newest(saved).records()))
    assert [each.number for each in found] == [f"4.{n}" for n in range(3, 35)]
    return next(each for each in found if each.number == number)


def test_tables_have_what_is_printed_beside_what_was_measured(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw(test_error=1.5))
    lines = {line.backend: line for line in table(tmp_path, "4.8").rows}
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
    lines = {(line.point, line.backend): line for line in table(tmp_path, "4.19").rows}
    assert lines["svhn-wrn_16_8", "theano"].printed == ("134,023.3", "2,983", "0.0", "5.94")


def test_an_error_that_is_missing_has_no_unit(tmp_path: Path) -> None:
    rain = raw(("hmdir-hmdir_lstm-cells-9",), error_unit="mm", train_error=None, test_error=1.5)
    save(tmp_path, "0001_a", rain)
    lines = {line.point: line for line in table(tmp_path, "4.34").rows if line.backend == "torch"}
    assert lines["hmdir-hmdir_lstm-cells-9"].measured[2:] == ("-", "1.50 mm")


def test_a_table_of_counts_shows_points_without_a_result(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw())
    found = table(tmp_path, "4.34")
    assert not found.measured
    assert {line.backend for line in found.rows} == {"not measured"}
    assert found.rows[0].parameters == "1,234"


def test_a_point_of_ones_own_is_in_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = dataclasses.replace(points()[0], architecture="mine", table="", printed_params=None)
    monkeypatch.setattr(study_tables, "points", lambda: (*points(), own))
    save(tmp_path, "0001_a", raw())
    lines = [line.point for number in range(3, 35) for line in table(tmp_path, f"4.{number}").rows]
    assert own.id not in lines
    assert {each.id for each in points()} <= {*lines}
