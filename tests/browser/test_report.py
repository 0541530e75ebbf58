"""The report in a real browser: what a reader sees, hears, filters and prints."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.selenium import Axe  # type: ignore[import-untyped]
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

from analysis import saved_runs
from analysis.newest import Newest
from analysis.record import table
from models.catalogue import points
from reports.figures.charts import Chart
from reports.figures.sweeps import charts
from tests.browser.conftest import EPOCHS, Opened, logged, made
from tests.builder import fields, save, session, with_total

pytestmark = pytest.mark.browser

PLOTTED = (
    "return document.querySelector(arguments[0] + ' .plot').data"
    "?.map(({name, x, y, error_y}) => ({name, x, y, above: error_y?.array}))"
)
FIRST_FIGURE = """const [id, done] = arguments, look = () => document.getElementById(id).querySelector(".main-svg")
    ? done(performance.now()) : setTimeout(look, 10); look()"""  # milliseconds since the page was asked for
SHOWN = "return [...document.querySelectorAll('figure')].filter(each => !each.hidden).map(each => each.id)"


def plotted(page: Chrome, figure: str) -> dict[str, dict[str, Any]]:
    """The lines of a figure, once it is drawn: name to what plotly was given."""
    selector = f"#figure-{figure.replace('.', chr(92) + '.')}"
    page.execute_script("document.querySelector(arguments[0]).scrollIntoView()", selector)
    traces = WebDriverWait(page, 99).until(lambda _: page.execute_script(PLOTTED, selector))
    return {trace["name"]: trace for trace in traces}


def errors(page: Chrome) -> list[Any]:
    return [entry for entry in logged(page) if entry["level"] in ("SEVERE", "WARNING")]


def test_figures_hold_the_numbers_of_the_runs(report: Path, opened: Opened) -> None:
    page = opened(report)
    saved, _ = saved_runs.everything(report.parent)
    wanted = {each.number: each for each in charts(Newest(saved))}
    for number in ("4.44", "4.45", "4.46", "4.79", "4.80", "4.81"):
        holds_the_numbers(page, wanted[number])
    assert errors(page) == []


def holds_the_numbers(page: Chrome, wanted: Chart) -> None:
    lines = plotted(page, wanted.number)
    for series in (each for each in wanted.series if each.main):
        shown = lines[series.name]
        values = {tick: y for tick, y in zip(wanted.ticks, shown["y"], strict=True) if y is not None}
        exact = {spot.x: spot for spot in series.spots if spot.value is not None}
        assert values == pytest.approx({x: spot.value for x, spot in exact.items()}, rel=1e-4)  # five digits
        above = dict(zip(wanted.ticks, shown["above"], strict=True))
        for x, spot in exact.items():
            assert spot.high is not None
            assert values[x] + above[x] == pytest.approx(spot.high, rel=1e-3)


def test_ranges_of_the_study_and_lost_cells_are_drawn(report: Path, opened: Opened) -> None:
    lines = plotted(opened(report), "4.79")
    assert lines["study: theano / cntk, 0.9 to 1.4"]["y"] == [0.9, 0.9, 1.4, 1.4, 0.9]
    assert lines["no result"]["x"] == [800]


def test_filters_choose_backends_and_figures(report: Path, opened: Opened) -> None:
    page = opened(report)
    assert set(page.execute_script(SHOWN)) == {f"figure-4.{n}" for n in (44, 45, 46, 78, 79, 80, 81)}
    Select(page.find_element(By.NAME, "family")).select_by_visible_text("rnn")
    assert page.execute_script(SHOWN) == [f"figure-4.{n}" for n in (78, 79, 80, 81)]
    assert page.find_element(By.ID, "count").text == "4 of 88 figures"
    for name in ("theano", "tensorflow1", "cntk"):
        page.find_element(By.CSS_SELECTOR, f"[name=backend][value={name}]").click()
    lines = plotted(page, "4.79")
    assert set(lines) == {"tensorflow2 / jax", "tensorflow2 / torch", "jax / torch"}
    assert not page.find_element(By.CSS_SELECTOR, "#answer td[data-backend=theano]").is_displayed()
    page.find_element(By.NAME, "unmeasured").click()
    Select(page.find_element(By.NAME, "family")).select_by_visible_text("all")
    assert len(page.execute_script(SHOWN)) == 88
    assert errors(page) == []


def test_a_link_leads_to_a_figure_that_was_not_measured(report: Path, opened: Opened) -> None:
    page = opened(report, anchor="#figure-4.2")
    assert page.find_element(By.ID, "figure-4.2").is_displayed()
    assert "not measured" in page.find_element(By.ID, "figure-4.2").text


def test_numbers_and_raw_rounds_come_when_asked_for(report: Path, opened: Opened) -> None:
    page = opened(report, anchor="#figure-4.80")
    details = page.find_element(By.CSS_SELECTOR, "#figure-4\\.80 .numbers summary")
    assert page.find_elements(By.CSS_SELECTOR, "#figure-4\\.80 .numbers table") == []
    details.click()
    cells = WebDriverWait(page, 99).until(lambda _: page.find_element(By.CSS_SELECTOR, "#figure-4\\.80 .numbers table"))
    assert "oom" in cells.text
    page.find_element(By.CSS_SELECTOR, "#raw > summary").click()
    groups = WebDriverWait(page, 99).until(lambda _: page.find_elements(By.CSS_SELECTOR, "#groups details"))
    assert len(groups) == 12
    groups[0].find_element(By.TAG_NAME, "summary").click()
    WebDriverWait(page, 99).until(lambda _: groups[0].find_elements(By.TAG_NAME, "tr"))
    assert len(groups[0].find_elements(By.TAG_NAME, "tr")) == 1 + 3 * len(EPOCHS)
    (head,) = (row for row in groups[0].find_elements(By.TAG_NAME, "tr") if "rounds_s [s]" in row.text)
    titles = {cell.text: cell.get_attribute("title") for cell in head.find_elements(By.TAG_NAME, "th")}
    assert titles["rounds_s [s]"] == table()["rounds_s"].field.text
    first = json.loads(next(report.parent.glob("**/0001_a.json")).read_text())["benchmarks"][0]["extra_info"]
    wanted = " ".join(f"{seconds:.5g}" for seconds in first["rounds_s"])
    assert any(wanted in row.text for row in groups[0].find_elements(By.TAG_NAME, "tr"))


def test_the_keyboard_reaches_everything_in_the_order_of_reading(report: Path, opened: Opened) -> None:
    page = opened(report)
    names: list[str] = []
    for _ in range(34):
        page.switch_to.active_element.send_keys(Keys.TAB)
        now = page.switch_to.active_element
        names.append(now.get_attribute("name") or now.get_attribute("id") or now.text or now.tag_name)
    assert names[:2] == ["Skip to the answer", "Answer"]
    order = [
        names.index(name) for name in ("theme", "backend", "family", "dataset", "axis", "unmeasured", "Figure 4.44")
    ]
    assert order == sorted(order)
    assert names[order[-1] + 1] == "Numbers of figure 4.44"
    page.find_element(By.NAME, "unmeasured").send_keys(Keys.SPACE)
    assert len(page.execute_script(SHOWN)) == 88


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (400, "dark"),
        pytest.param(1280, "light", marks=pytest.mark.slow),
        pytest.param(400, "light", marks=pytest.mark.slow),  # axe looks for ten seconds each time
        pytest.param(1280, "dark", marks=pytest.mark.slow),
    ],
)
def test_it_fits_the_screen_and_axe_finds_nothing_serious(
    width: int, scheme: str, report: Path, opened: Opened
) -> None:
    page = opened(report, width, scheme=scheme)
    plotted(page, "4.79")
    assert page.execute_script("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.execute_script("return document.documentElement.dataset.theme") == scheme
    found = Axe().run(page)["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert serious == []


def test_the_theme_can_be_changed(report: Path, opened: Opened) -> None:
    page = opened(report)
    paper = "return getComputedStyle(document.body).backgroundColor"
    light = page.execute_script(paper)
    page.find_element(By.ID, "theme").click()
    assert page.execute_script(paper) != light


def test_it_prints_with_all_its_figures(report: Path, opened: Opened, tmp_path: Path) -> None:
    page = opened(report, scheme="dark")
    page.execute_script("addEventListener('afterprint', () => window.printed = "
                        "document.querySelectorAll('figure:not([hidden]) .main-svg').length)")  # fmt: skip
    pdf = base64.b64decode(page.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") > 5
    assert errors(page) == []
    assert page.execute_script("return document.documentElement.dataset.theme") == "dark"


def test_hostile_names_are_shown_and_not_run(opened: Opened, tmp_path: Path) -> None:
    evil = "</script><script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">"
    raw = session({"theano": 1.0, "jax": 0.5}, at="imdb-imdb_lstm-layers-1")
    raw = [with_total(each) | {"machine": {"machine": evil}, "commit": evil, "data": evil} for each in raw]
    raw.append(fields(evil, outcome="crash", reason=evil, flags=[{"code": "unsteady", "text": evil}]))
    save(tmp_path, "0001_a", raw)
    page = opened(made(tmp_path))
    plotted(page, "4.75")
    page.find_element(By.CSS_SELECTOR, "#raw > summary").click()
    for group in page.find_elements(By.CSS_SELECTOR, "#groups summary"):
        group.click()
    assert page.title != "owned"
    assert evil in page.find_element(By.ID, "doubts").text
    assert page.find_elements(By.TAG_NAME, "img") == []
    assert errors(page) == []


@pytest.mark.alone
def test_ten_thousand_results_open_in_two_seconds(report: Path, opened: Opened, tmp_path: Path) -> None:
    raw = [each for point in points() for each in session(EPOCHS, runs=11, at=point.id)]
    assert len(raw) > 10_000
    save(tmp_path, "0001_a", raw)
    path = made(tmp_path)
    assert path.stat().st_size < 10e6
    page = opened(path)

    def drawn(report: Path, figure: str) -> float:
        """Seconds; the least of three, as the other times something else had the processors."""
        times = [opened(report, anchor=f"#{figure}").execute_async_script(FIRST_FIGURE, figure) for _ in range(3)]
        return float(min(times)) / 1000

    many = drawn(path, "figure-4.20")
    assert many < 2 or many < 4 * drawn(report, "figure-4.44")  # where a small page takes long, too
    assert errors(page) == []
