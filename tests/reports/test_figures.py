"""The study's figures as data and as files: they hold the numbers of the saved runs."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import study
from analysis import saved_runs
from analysis.newest import Newest
from models.catalogue import point
from reports.__main__ import main
from reports.arms import ORDER, STYLES, style
from reports.commands.common import Exit
from reports.figures.charts import Chart
from reports.figures.drawing import rendered
from reports.figures.sweeps import charts
from tests.builder import fields, save, session, with_total

SWEEP = tuple(f"imdb-imdb_lstm-cells-{cells}" for cells in (25, 50, 100, 200, 400, 800))
EPOCHS = {"theano": 1.0, "tensorflow1": 1.8, "cntk": 0.9, "torch": 0.5, "jax": 0.4}


def swept(at: tuple[str, ...] = SWEEP, runs: int = 3, **own: Any) -> list[dict[str, Any]]:
    made = [each for where in at for each in session(EPOCHS, runs, where, **own)]
    return [with_total(each) for each in made]


def drawn(root: Path, number: str, settings: str = "", baseline: str | None = None) -> Chart:
    saved, _ = saved_runs.everything(root)
    return next(f for f in charts(Newest(saved), baseline) if (f.number, f.settings) == (number, settings))


def test_every_figure_of_the_study_but_the_diagram_is_there() -> None:
    numbers = [each.number for each in charts(Newest([]))]
    assert numbers == [f"4.{n}" for n in range(1, 90) if n != 43]
    assert not any(each.measured for each in charts(Newest([])))


def test_memory_and_throughput_are_medians_of_the_saved_json(tmp_path: Path) -> None:
    raw = [each | {"peak_memory_mib": 100.0 + 7 * i} for i, each in enumerate(swept())]
    path = save(tmp_path, "0001_a", raw)
    saved = [entry["extra_info"] for entry in json.loads(path.read_text())["benchmarks"]]
    figure = drawn(tmp_path, "4.80")
    assert [line.name for line in figure.series] == ["theano", "tensorflow1", "cntk", "jax", "torch"]
    for line in figure.series:
        for spot, where in zip(line.spots, SWEEP, strict=True):
            mine = [e["peak_memory_mib"] for e in saved if (e["point"], e["backend"]) == (where, line.name)]
            assert (spot.x, spot.value) == (point(where).value, statistics.median(mine))
            assert (spot.low, spot.high, spot.runs) == (min(mine), max(mine), 3)


def test_times_are_projected_totals_and_called_so(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", swept())
    figure = drawn(tmp_path, "4.78")
    assert figure.y_label == "projected total training time [s]"
    assert figure.x_label == "LSTM cells of a layer"
    assert figure.labels[0].startswith("projected")
    (torch,) = [line for line in figure.series if line.name == "torch"]
    seen = [each["projected_total_s"] for each in swept(SWEEP[:1]) if each["backend"] == "torch"]
    assert min(seen) < (torch.spots[0].value or 0) < max(seen)
    assert torch.spots[0].note == "projected"


def test_speed_ups_are_paired_ratios_with_the_studys_ranges(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", swept())
    figure = drawn(tmp_path, "4.79")
    lines = {line.name: line for line in figure.series}
    first = lines["tensorflow1 / theano"].spots[0]
    assert first.value == pytest.approx(1.8, rel=0.1)
    assert first.low is not None
    assert first.low < 1.8
    assert (first.runs, first.note) == (3, "paired")
    bands = {band.name: band for band in figure.bands}
    assert (bands["tensorflow1 / cntk"].low, bands["tensorflow1 / cntk"].high) == (1.4, 2.5)
    assert bands["tensorflow1 / cntk"].last == 400, "CNTK had no memory for 800 cells"
    assert sum(line.main for line in figure.series) == 5, "the study's three, and two with the baseline"
    assert len(lines) == 10


def test_a_settled_contradiction_is_marked_and_told(tmp_path: Path) -> None:
    at = tuple(f"norb-mp_relu-layers-{n}" for n in range(1, 6))
    save(tmp_path, "0001_a", swept(at))
    figure = drawn(tmp_path, "4.65")
    band = next(each for each in figure.bands if each.name == "cntk / theano")
    assert (band.low, band.high, band.contradictory) == (1.3, 3.5, True)
    assert any("printed as 3.4 to 5.3" in note and "contradicts itself" in note for note in figure.notes)
    assert any(note.startswith("Contradiction (Figure 4.65") for note in figure.notes)


def test_throughput_claims_are_per_epoch_of_all_epochs(tmp_path: Path) -> None:
    bands = {band.name: band for band in drawn(tmp_path, "4.45").bands}
    assert (bands["theano"].low, bands["tensorflow1"].high) == (2 * 160, 11 * 160)


def test_a_backend_without_memory_is_drawn_where_it_failed(tmp_path: Path) -> None:
    raw = [e for e in swept() if (e["backend"], e["point"]) != ("cntk", SWEEP[-1])]
    save(tmp_path, "0001_a", [*raw, fields("cntk", at=SWEEP[-1], outcome="oom", reason="out of memory")])
    for number in ("4.78", "4.79", "4.80"):
        figure = drawn(tmp_path, number)
        assert figure.failures == {800: ["cntk: oom"]}
        assert any(label.startswith("partial") for label in figure.labels)
        assert any("oom: out of memory" in note for note in figure.notes)


def test_synthetic_data_and_trials_are_labelled(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", swept(data="synthetic", profile="smoke"))
    assert {"synthetic data", "profile smoke: tried out, not timed"} <= set(drawn(tmp_path, "4.80").labels)
    assert not drawn(tmp_path, "4.78").measured, "such times mean nothing"
    assert not drawn(tmp_path, "4.79").measured


@pytest.mark.parametrize(("backends", "said"), [(tuple(EPOCHS), "all runs"), (("torch",), "some runs")])
def test_steady_runs_are_labelled(tmp_path: Path, backends: tuple[str, ...], said: str) -> None:
    raw = [each | ({"options": {"steady": True}} if each["backend"] in backends else {}) for each in swept()]
    save(tmp_path, "0001_a", raw)
    (label,) = [label for label in drawn(tmp_path, "4.80").labels if "steady" in label]
    assert said in label


def test_what_may_not_be_divided_is_told_and_not_drawn(tmp_path: Path) -> None:
    raw = [each | ({"data": "synthetic"} if each["backend"] == "jax" else {}) for each in swept()]
    save(tmp_path, "0001_a", raw)
    figure = drawn(tmp_path, "4.79")
    (line,) = [each for each in figure.series if each.name == "theano / jax"]
    assert {(spot.value, spot.outcome) for spot in line.spots} == {(None, "not comparable")}
    assert any("not comparable: data: real-subset and synthetic" in note for note in figure.notes)


def test_replaced_settings_have_figures_of_their_own(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", swept() + swept(overridden={"batch_size": 64}))
    assert drawn(tmp_path, "4.80").measured
    other = drawn(tmp_path, "4.80", "batch_size=64")
    assert other.id == "4.80 batch_size=64"
    assert other.bands == ()


def test_the_newest_run_counts_and_a_trial_only_where_there_is_nothing_else(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", [each | {"peak_memory_mib": 1.0} for each in swept()], "2026-01-01")
    save(tmp_path, "0002_b", [each | {"peak_memory_mib": 2.0} for each in swept()], "2026-01-02")
    save(tmp_path, "0003_c", [each | {"peak_memory_mib": 3.0, "profile": "smoke"} for each in swept()], "2026-01-03")
    assert {spot.value for line in drawn(tmp_path, "4.80").series for spot in line.spots} == {2.0}


def test_backends_of_different_sessions_are_compared_unpaired_and_labelled(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", [each for each in swept() if each["backend"] in ("theano", "cntk")], "2026-01-01")
    save(tmp_path, "0002_b", [each for each in swept() if each["backend"] == "torch"], "2026-01-02")
    figure = drawn(tmp_path, "4.79")
    notes = {line.name: {spot.note for spot in line.spots} for line in figure.series}
    assert notes["theano / cntk"] == {"paired"}
    assert notes["theano / torch"] == {"unpaired"}
    assert any(label.startswith("unpaired") for label in figure.labels)


def test_the_baseline_is_chosen(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", swept())
    main_ones = [line.name for line in drawn(tmp_path, "4.79", baseline="torch").series if line.main]
    assert "torch / jax" in main_ones
    assert "theano / jax" not in main_ones


@pytest.mark.parametrize("wanted", [None, "theano"])
def test_a_backend_without_a_result_is_not_who_the_pairs_have_in_common(tmp_path: Path, wanted: str | None) -> None:
    raws = [each for each in swept() if each["backend"] in ("torch", "jax")]
    failed = [fields("theano", at=where, outcome="crash", reason="signal 9") for where in SWEEP]
    save(tmp_path, "0001_a", [*failed, *raws])
    for number, name in (("4.79", "jax / torch"), ("4.81", "torch / jax")):
        (line,) = [each for each in drawn(tmp_path, number, baseline=wanted).series if each.main and each.name == name]
        assert None not in [spot.value for spot in line.spots]
    arguments = ["--figure", "4.79", *(["--baseline", wanted] if wanted else [])]
    assert command(tmp_path, *arguments) == Exit.FINE
    text = " ".join(ET.parse(tmp_path / "out" / "figure-4.79.svg").getroot().itertext())
    assert "jax / torch" in text


def test_each_sweep_has_a_baseline_that_was_measured_in_it(tmp_path: Path) -> None:
    elsewhere = [with_total(each) for each in session({"theano": 1.0, "torch": 0.5})]
    save(tmp_path, "0001_a", [*elsewhere, *(each for each in swept() if each["backend"] in ("torch", "jax"))])
    assert [line.name for line in drawn(tmp_path, "4.79").series if line.main] == ["jax / torch"]
    assert [line.name for line in drawn(tmp_path, "4.10").series if line.main] == ["theano / torch"]


def test_backends_differ_without_colour() -> None:
    assert set(STYLES) == set(ORDER)
    assert len({each.marker for each in STYLES.values()}) == len(STYLES)
    assert len({each.symbol for each in STYLES.values()}) == len(STYLES)
    pairs = [style(pair) for pair in combinations(("theano", "tensorflow1", "cntk", "tensorflow2", "jax", "torch"), 2)]
    assert len({(each.marker, each.dash) for each in pairs}) == len(pairs)


def test_lines_stand_beside_each_other(tmp_path: Path) -> None:
    figure = drawn(tmp_path, "4.80")
    places = [figure.aside(100, index, 3) for index in range(3)]
    assert places == sorted(places)
    assert places[1] == 100
    assert max(places) < 200


def test_the_study_itself_can_be_drawn(tmp_path: Path) -> None:
    main(["--root", str(tmp_path), "study-run"])
    (saved,) = saved_runs.choose(["study-2018"], tmp_path)
    figure = next(each for each in charts(Newest([saved])) if each.number == "4.20")
    printed = {r.backend: r.time_s for r in study.results() if r.table == "4.8"}
    assert {line.name: line.spots[0].value for line in figure.series} == pytest.approx(printed)
    assert not any(label.startswith("projected") for label in figure.labels)


def command(root: Path, *arguments: str) -> int:
    return main(["--root", str(root), "figures", "--output", str(root / "out"), *arguments])


def test_the_command_writes_svg_and_png_with_units_and_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path, "0001_a", swept(data="synthetic"))
    assert command(tmp_path, "--figure", "4.78,4.79") == Exit.FINE
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == [f"figure-4.{n}.{kind}" for n in (78, 79) for kind in ("png", "svg")]
    assert len(capsys.readouterr().out.splitlines()) == 4
    text = " ".join(ET.parse(tmp_path / "out" / "figure-4.78.svg").getroot().itertext())
    for expected in (
        "Figure 4.78",
        "projected total training time [s]",
        "n = 3 runs a point",
        "synthetic data",
        "torch",
    ):
        assert expected in text
    assert (tmp_path / "out" / "figure-4.79.png").read_bytes().startswith(b"\x89PNG")


def test_the_command_says_what_it_cannot_draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path, "0001_a", swept())
    assert command(tmp_path, "--figure", "4.1") == Exit.NOTHING
    assert "figure 4.1: these runs have none of its points" in capsys.readouterr().err
    for wrong in (["--figure", "4.43"], ["--figure", "9.9"], ["--format", "gif"]):
        with pytest.raises(SystemExit) as ended:
            command(tmp_path, *wrong)
        assert ended.value.code == Exit.USAGE
    assert command(tmp_path, "--baseline", "caffe") == Exit.USAGE
    assert "--baseline=caffe: these runs have theano" in capsys.readouterr().err


DRAW = """
import sys
from pathlib import Path
from reports.figures.drawing import draw
from tests.reports.test_figures import drawn
draw(drawn(Path(sys.argv[1]), "4.78"), Path(sys.argv[1]) / "own", ["svg", "png"])
"""
HOSTILE = (
    "font.size: 30\nfont.family: monospace\naxes.facecolor: red\nsavefig.dpi: 30\nbackend: no such\nno such key: 1\n"
)


def test_a_figure_is_the_same_whatever_a_users_settings_are(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", swept())
    plain = rendered(drawn(tmp_path, "4.78"), ["svg", "png"])
    user = tmp_path / "config" / "matplotlib"
    (user / "stylelib").mkdir(parents=True)
    for path in (user / "matplotlibrc", user / "stylelib" / "default.mplstyle", tmp_path / "named"):
        path.write_text(HOSTILE)
    (tmp_path / "matplotlibrc").write_bytes(b"\xff\xfe is no UTF-8")  # of the current folder: it goes before all others
    environ = {
        **os.environ,
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # Jupyter's
        "MATPLOTLIBRC": str(tmp_path / "named"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    command = [sys.executable, "-W", "error", "-c", DRAW, str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.suffix[1:]: path.read_bytes() for path in (tmp_path / "own").iterdir()} == plain


def test_an_own_setting_of_this_process_is_left_out_and_left_as_it_is(tmp_path: Path) -> None:
    import matplotlib  # late: of the other test's process it is the drawing that imports it

    save(tmp_path, "0001_a", swept())
    figure = drawn(tmp_path, "4.78")
    plain = rendered(figure, ["svg"])
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert rendered(figure, ["svg"]) == plain
        assert matplotlib.rcParams["font.size"] == 30


def test_without_runs_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(tmp_path) == Exit.USAGE
    assert "pytest benchmarks --headline" in capsys.readouterr().err
