"""README.md and docs/: what they link to and name is there, and every flag and field has its place in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from reports.__main__ import COMMANDS
from tests import ROOT
from tests.builder import bare

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("analysis", "benchmarks", "datasets", "docs", "fixtures", "models", "reports", "storage", "study", "tests")
FILES = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")]
FILES += [ROOT / name for name in ("Makefile", "conftest.py", "pyproject.toml", "tox.ini")]
LINKING = [path for path in FILES if path.suffix in (".py", ".j2", ".js", ".toml", ".ini", "")]
per_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S), re.M)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def broken(target: str, folder: Path) -> bool:
    path, _, anchor = target.partition("#")
    page = (folder / path).resolve()
    return not page.exists() or bool(anchor and anchor not in anchors(page))


@per_page
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")) if "://" not in link]
    assert not [link for link in links if broken(link if not link.startswith("#") else page.name + link, page.parent)]


def test_every_page_can_be_reached_from_the_readme() -> None:
    linked = {name for page in PAGES for name in re.findall(r"\]\((?:docs/)?([\w-]+\.md)", page.read_text("utf-8"))}
    assert {page.name for page in PAGES} == linked | {"README.md"}


def test_what_the_code_links_to_is_there() -> None:
    links = {
        (path.name, link)
        for path in LINKING
        for link in re.findall(r"\bdocs/[\w-]+\.md(?:#[\w-]+)?", path.read_text("utf-8"))
    }
    assert ("test_doubts.py", "docs/comparing.md#unsteady") in links, "the search itself is broken"
    assert not [(name, link) for name, link in links if broken(link, ROOT)]


def test_every_flag_is_explained() -> None:
    codes = {
        code
        for path in (ROOT / "analysis").glob("doubts*.py")
        for code in re.findall(r'Flag\(\s*"([\w-]+)"', path.read_text("utf-8"))
    }
    assert {"unsteady", "error-gap"} <= codes, "the search itself is broken"
    assert not codes - anchors(ROOT / "docs" / "comparing.md")


def missing(text: str, pattern: str = r"`([^`\n]+)`") -> Iterator[str]:
    """Paths of this project that are not there. NAME stands for any; a file may be named by the end of its path."""
    for words in re.findall(pattern, text):
        for word in words.split():
            path = word.partition("::")[0].rstrip(".,;:/").replace("NAME", "*")
            if re.fullmatch(rf"(?:{'|'.join(FOLDERS)})(?:/[\w.*-]+)+", path):
                if not any(ROOT.glob(path)):
                    yield path
            elif re.fullmatch(r"(?:[\w*-]+/)*[\w*-]+\.py", path) and not any(each.match(path) for each in FILES):
                yield path


@per_page
def test_every_path_is_there(page: Path) -> None:
    assert not [*missing(page.read_text("utf-8"))]


def test_every_path_in_the_picture_is_there() -> None:
    text = (ROOT / "docs" / "images" / "number.svg").read_text("utf-8")
    assert text.count(".py</text>") == 10
    assert not [*missing(text, r">(\S+\.py)</text>")]


@per_page
def test_every_module_and_command_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    modules = {name for name in re.findall(r"python -m ([\w.]+)", text) if name.split(".")[0] in FOLDERS}
    assert not [name for name in modules if find_spec(name) is None]
    assert not set(re.findall(r"python -m reports ([a-z][\w-]*)", text)) - set(COMMANDS)


def test_a_field_that_the_page_does_not_explain_cannot_be_written() -> None:
    """The page is the table (tests/analysis/test_record.py), and a record takes nothing else."""
    with pytest.raises(AttributeError):
        bare().something_new = 1  # type: ignore[attr-defined]
