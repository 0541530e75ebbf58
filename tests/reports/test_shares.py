"""The share of the machine over the study's sweeps: figures of our own beside the study's."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from analysis import saved_runs
from analysis.newest import Newest
from models.catalogue import points
from reports.__main__ import main
from reports.commands.common import Exit
from reports.figures import shares
from reports.figures.charts import Chart
from tests.builder import fields, save, session
from tests.reports.test_figures import SWEEP

SHARES = {"jax": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), "torch": (0.02, 0.04, 0.05, 0.05, 0.06, 0.07)}


def swept(**own: Any) -> list[dict[str, Any]]:
    """Three runs of each backend; of `theano` no doctor saw anything, and `cntk` fails in the end."""
    made = []
    for place, where in enumerate(SWEEP):
        drawn = session({"theano": 1.0, "jax": 0.5, "torch": 0.4}, at=where, **own)
        for each in drawn:
            seen = SHARES.get(each["backend"])
            made.append(each | {"machine_share": seen and seen[place] * (1 + 0.1 * each["run"] - 0.2)})
    return [*made, fields("cntk", at=SWEEP[-1], outcome="oom", reason="no memory", **own)]


def drawn(root: Path, raw: list[dict[str, Any]]) -> list[Chart]:
    save(root, "0001_a", raw)
    return shares.charts(Newest(saved_runs.everything(root)[0]))


def test_a_sweep_has_a_line_for_each_backend_that_a_doctor_saw(tmp_path: Path) -> None:
    (chart,) = drawn(tmp_path, swept())
    assert (chart.heading, chart.title) == (
        "Not in the study",
        "Share of the machine: imdb_lstm on imdb, over LSTM cells of a layer",
    )
    assert chart.y_label == "rate of the products over the fastest product [%]"
    assert chart.ticks == (25, 50, 100, 200, 400, 800)
    lines = {line.name: [spot.value for spot in line.spots] for line in chart.series if line.name != "cntk"}
    assert lines == {name: pytest.approx([100 * share for share in of]) for name, of in SHARES.items()}
    first = chart.series[-1].spots[0]
    assert [first.low, first.high, first.runs] == pytest.approx([1.8, 2.2, 3])
    assert chart.failures == {800: ["cntk: oom"]}


def test_there_is_none_where_no_doctor_saw_anything(tmp_path: Path) -> None:
    assert drawn(tmp_path, [each | {"machine_share": None} for each in swept()]) == []
    trials = [each | {"profile": "smoke"} for each in swept()]
    assert drawn(tmp_path / "trials", trials) == []


def test_replaced_settings_have_a_chart_of_their_own(tmp_path: Path) -> None:
    charts = drawn(tmp_path, [*swept(), *swept(overridden={"batch_size": 8}, batch_size=8)])
    assert [each.heading for each in charts] == ["Not in the study", "batch_size=8"]
    assert len({each.id for each in charts}) == 2


def test_every_sweep_of_the_study_can_have_one(tmp_path: Path) -> None:
    raw = [fields(at=point.id, machine_share=0.5) for point in points() if point.axis]
    sweeps = {(point.dataset, point.architecture, point.axis) for point in points() if point.axis}
    assert {(each.dataset, each.architecture, each.axis) for each in drawn(tmp_path, raw)} == sweeps


def test_the_commands_draw_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path, "0001_a", swept())
    root, name = f"--root={tmp_path}", "figure-share-imdb-imdb_lstm-cells"
    assert main([root, "figures", f"--output={tmp_path}", "--figure=share", "--format=svg"]) == Exit.FINE
    text = " ".join(ET.parse(tmp_path / f"{name}.svg").getroot().itertext())
    assert "Share of the machine: imdb_lstm on imdb" in text
    assert "exact range of the median" in text
    assert "Figure" not in text
    assert main([root, "html", f"--output={tmp_path / 'page.html'}"]) == Exit.FINE
    page = (tmp_path / "page.html").read_text("utf-8")
    assert f'<a href="#{name}">Not in the study</a> Share of the machine: imdb_lstm on imdb' in page
    save(tmp_path / "other", "0001_a", session({"torch": 1.0}))
    capsys.readouterr()
    assert main([f"--root={tmp_path / 'other'}", "figures", "--figure=share"]) == Exit.NOTHING
    assert "share of the machine: it takes runs with --doctor" in capsys.readouterr().err
