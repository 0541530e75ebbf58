"""A headless Chromium of the system's, and reports to open in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

import study
from reports.__main__ import main
from tests.builder import save, session, with_total

EPOCHS = {"theano": 1.0, "tensorflow1": 1.8, "cntk": 0.9, "tensorflow2": 0.7, "jax": 0.4, "torch": 0.5}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REMEDY = "needs Chromium and its driver: apt-get install chromium chromium-driver"


@pytest.fixture(scope="package")
def browser() -> Iterator[webdriver.Chrome]:
    binary = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if not binary or not driver:
        pytest.skip(REMEDY)
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    options.add_argument("--headless=new")
    options.add_argument("--disable-dev-shm-usage")
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium has none for root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with webdriver.Chrome(options, Service(driver)) as started:
        yield started


def swept(figures: tuple[str, ...], runs: int) -> list[dict[str, Any]]:
    """Runs of all points of these figures on six backends, slower along the axis; CNTK has no memory for the last."""
    made = []
    for figure in study.figures():
        for place, point in enumerate(figure.points if figure.figure in figures else ()):
            for each in session({name: s * (1 + place) for name, s in EPOCHS.items()}, runs, point, data="synthetic"):
                each |= with_total(each) | {"peak_memory_mib": 200.0 + 50 * place + 5 * len(each["backend"])}
                if each["backend"] == "cntk" and point == figure.points[-1]:
                    each = {"outcome": "oom", "reason": "out of memory", **_without_figures(each)}
                made.append(each)
    return made


def _without_figures(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in ("outcome", "epoch_s", "rounds_s")}


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of two sweeps with all kinds of figures, one of memory with a backend that ran out of it."""
    root = tmp_path_factory.mktemp("saved")
    save(root, "0001_a", swept(("4.78", "4.44"), runs=3))
    return made(root)


def made(root: Path, *arguments: str) -> Path:
    output = root / "report.html"
    assert main(["--root", str(root), "html", "--output", str(output), *arguments]) == 0
    return output


def logged(page: webdriver.Chrome) -> list[dict[str, Any]]:
    """What the console says since it was last asked."""
    entries: list[dict[str, Any]] = page.get_log("browser")  # type: ignore[no-untyped-call]
    return entries


def _complete(page: webdriver.Chrome) -> bool:
    return bool(page.execute_script("return document.readyState === 'complete'"))


Opened = Callable[..., webdriver.Chrome]


@pytest.fixture
def opened(browser: webdriver.Chrome) -> Opened:
    """Opens a file: opened(path, width=1280, height=900, scheme="light", anchor="")."""

    def _open(path: Path, width: int = 1280, height: int = 900, scheme: str = "light", anchor: str = "") -> Any:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        browser.get("about:blank")
        logged(browser)  # forgets what was logged before
        browser.get(path.as_uri() + anchor)
        WebDriverWait(browser, 300).until(_complete)  # on a busy machine, get returns while the page is still read
        return browser

    return _open
