"""Sweeps of a user's own networks are drawn: a chart of the time and one of the memory for each argument."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis import saved_runs
from analysis.newest import Newest
from reports.__main__ import main
from reports.commands.common import Exit
from reports.figures import own_sweeps
from reports.figures.charts import Chart
from tests.builder import fields, save


def results(name: str, arguments: dict[str, Any], epoch_s: float, memory_mib: float = 500.0) -> list[dict[str, Any]]:
    """Three runs on two backends of a network at these arguments."""
    point = "-".join([name, *(f"{key}-{value}" for key, value in arguments.items())])
    own = {"network": f"/x/{name}.py:network", "arguments": arguments, "source": "0"}
    return [
        fields(
            backend, run, point=point, family=name, dataset="own", architecture=name, own=own, axis=None, value=None,
            rounds_s=[factor * epoch_s] * 5, peak_memory_mib=memory_mib, data="synthetic",
        )
        for run in (1, 2, 3)
        for backend, factor in (("jax", 1.0), ("cntk", 3.0))
    ]  # fmt: skip


def drawn(root: Path, raw: list[dict[str, Any]]) -> list[Chart]:
    save(root, "0001_own", raw)
    return own_sweeps.charts(Newest(saved_runs.everything(root)[0]))


def test_an_argument_with_numbers_is_a_line_of_each_backend(tmp_path: Path) -> None:
    raw = [each for width in (8, 16, 64) for each in results("mine", {"width": width}, width / 100, 100.0 + width)]
    epoch, memory = drawn(tmp_path, raw)
    assert (epoch.title, epoch.x_label, epoch.y_label) == (
        "Epoch time: mine, over width", "width", "time of an epoch [s]",
    )  # fmt: skip
    assert {line.name: [(spot.x, spot.value) for spot in line.spots] for line in epoch.series} == {
        "jax": [(8.0, 0.08), (16.0, 0.16), (64.0, 0.64)],
        "cntk": [(8.0, pytest.approx(0.24)), (16.0, pytest.approx(0.48)), (64.0, pytest.approx(1.92))],
    }
    assert [spot.value for spot in memory.series[0].spots] == [108.0, 116.0, 164.0]
    assert epoch.labels == ("synthetic data",)
    assert epoch.logarithmic


def test_the_share_of_the_machine_is_drawn_where_a_doctor_saw_it(tmp_path: Path) -> None:
    raw = [
        each | {"machine_share": width / 100 if each["backend"] == "jax" else None}
        for width in (8, 16)
        for each in results("mine", {"width": width}, 0.1)
    ]
    *_, share = drawn(tmp_path, raw)
    assert share.title == "Share of the machine: mine, over width"
    assert {line.name: [spot.value for spot in line.spots] for line in share.series} == {"jax": [8.0, 16.0]}


def test_each_argument_has_a_chart_for_each_choice_of_the_others(tmp_path: Path) -> None:
    raw = [
        each
        for width in (8, 16)
        for depth in (1, 2)
        for each in results("mine", {"width": width, "depth": depth, "kind": "wide"}, width * depth / 100)
    ]
    epochs = [each for each in drawn(tmp_path, raw) if each.kind == "epoch"]
    assert {(each.axis, each.settings): each.ticks for each in epochs} == {
        ("width", "depth=1"): (8.0, 16.0),
        ("width", "depth=2"): (8.0, 16.0),
        ("depth", "width=8"): (1.0, 2.0),
        ("depth", "width=16"): (1.0, 2.0),
    }
    assert len({each.id for each in epochs}) == len(epochs)


def test_single_points_and_other_networks_make_no_line(tmp_path: Path) -> None:
    raw = [*results("mine", {"width": 8}, 0.1), *results("other", {"width": 16}, 0.2), *results("plain", {}, 0.1)]
    words = [each for kind in ("a", "b") for each in results("words", {"kind": kind}, 0.1)]
    assert drawn(tmp_path, raw + words) == []


def test_the_commands_draw_them(tmp_path: Path) -> None:
    save(tmp_path, "0001_own", [each for width in (8, 16) for each in results("mine", {"width": width}, width / 100)])
    root, folder = f"--root={tmp_path}", tmp_path / "figures"
    assert main([root, "figures", f"--output={folder}", "--format=svg"]) == Exit.FINE
    names = ["figure-mine-width-epoch.svg", "figure-mine-width-memory.svg"]
    assert sorted(each.name for each in folder.iterdir()) == names
    assert "Epoch time: mine, over width" in (folder / names[0]).read_text("utf-8")
    assert main([root, "html", f"--output={tmp_path / 'page.html'}"]) == Exit.FINE
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "Epoch time: mine, over width" in page
    assert '<option value="width">width</option>' in page
