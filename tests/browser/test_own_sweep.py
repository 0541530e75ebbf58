"""The sweep of a network of a user's own in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from tests.browser.conftest import Opened, made
from tests.browser.test_report import SHOWN, errors, plotted
from tests.builder import save
from tests.reports.test_own_sweeps import results

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of two arguments of one network, and of a network without any."""
    sizes = [(width, depth) for width in (16, 64, 256) for depth in (1, 2)]
    raw = [
        each
        for width, depth in sizes
        for each in results("mine-build", {"width": width, "depth": depth}, width * depth / 1000, 90.0 + width)
    ]
    root = tmp_path_factory.mktemp("own")
    save(root, "0001_own", [*raw, *results("other", {}, 0.1)])
    return made(root)


def test_its_lines_are_drawn_and_can_be_chosen(own: Path, opened: Opened) -> None:
    page = opened(own)
    shown = page.execute_script(SHOWN)
    assert len(shown) == 2 * (2 + 3)  # time and memory: over width at two depths, over depth at three widths
    titles = [page.find_element(By.CSS_SELECTOR, f"[id='{each}'] h3").text for each in shown]
    assert titles[:3] == [
        "Epoch time: mine-build, over width, depth=1",
        "Memory: mine-build, over width, depth=1",
        "Epoch time: mine-build, over width, depth=2",
    ]
    lines = plotted(page, shown[0].removeprefix("figure-"))
    assert lines["jax"]["x"] == pytest.approx([16, 64, 256], rel=0.05)  # beside each other, so that none hides another
    assert lines["jax"]["y"] == pytest.approx([0.016, 0.064, 0.256])
    assert lines["cntk"]["y"] == pytest.approx([0.048, 0.192, 0.768])
    Select(page.find_element(By.NAME, "axis")).select_by_visible_text("depth")
    assert len(page.execute_script(SHOWN)) == 6
    assert errors(page) == []


@pytest.mark.parametrize("width", [400, 1280])
def test_it_fits_the_screen_and_names_the_study_nowhere(width: int, own: Path, opened: Opened) -> None:
    page = opened(own, width)
    assert page.execute_script("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.find_element(By.ID, "figures-title").text == "Figures"
