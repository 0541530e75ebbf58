"""Markdown shows names and messages as they are: held against a renderer of GitHub's Markdown."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tabulate import tabulate

from reports.commands.common import Exit
from reports.tables.writing import MARKDOWN, PLAIN, escape, item
from tests.builder import MACHINE, fields, save
from tests.reports.commands import Output, run

RENDERER = MarkdownIt("gfm-like", {"linkify": False, "html": True})
NASTY = "a|b\\|c *d* <b>e</b> `f` [g](h) ~~i~~ &lt; _j_\n# k"
TEXTS = st.text(st.sampled_from("ab1_ \\`*{}[]()<>#+-.!|~&;:=\"'/$\n\t"), max_size=20) | st.text(
    st.characters(exclude_categories=("C", "Z")), max_size=10
)


class Page(HTMLParser):
    """The texts of a rendered page by the elements that they are directly in."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.parts: dict[str, list[str]] = {}
        self.feed(RENDERER.render(source))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        self.open.append(tag)
        self.parts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.parts[self.open[-1]][-1] += data


@given(TEXTS)
@example(NASTY)
@example("1. a")
@example("- a")
@example("[x] a")
@example("[a]: b")
@example("__0__")
def test_any_text_reads_as_it_is(text: str) -> None:
    plain = " ".join(text.split())
    listed = Page(f"* before\n{item(text)}\n* behind")
    assert listed.seen == {"ul", "li"}
    assert [each.strip() for each in listed.parts["li"]] == ["before", plain, "behind"]
    table = Page(tabulate([[escape(text), "x"]], ["one", "two"], tablefmt=MARKDOWN, disable_numparse=True))
    assert table.seen == {"table", "thead", "tbody", "tr", "th", "td"}
    assert table.parts["td"] == [plain, "x"]
    heading = Page(f"### a {escape(text)}: b")
    assert (heading.seen, heading.parts["h3"]) == ({"h3"}, [f"a {plain}: b"])


def test_figures_and_names_stay_legible() -> None:
    for text in ("1.05 [0.98, 1.18] 88%", "mnist-cnn_softmax-filter_size-3", "-", "projected 798 [606, 1,052]"):
        assert escape(text) == text
    assert escape(NASTY, PLAIN) == NASTY


def test_a_comparison_shows_every_name_and_message_as_it_is(tmp_path: Path, capsys: Output) -> None:
    plain = " ".join(NASTY.split())
    own: dict[str, Any] = {
        "machine": {**MACHINE, "cpu_model": NASTY},
        "versions": {NASTY: NASTY},
        "options": {NASTY: NASTY},
    }
    flags = [{"code": NASTY, "text": NASTY}]
    raw = [fields(name, **own, flags=flags, overridden={NASTY: NASTY}) for name in ("jax", NASTY)]
    for number in (1, 2):
        gone = fields("torch") if number == 1 else fields("torch", outcome="crash", reason=NASTY)
        save(tmp_path, f"000{number}_[a](b)", [*raw, gone], f"2026-01-0{number}")
    for names in (["0001"], ["0001", "0002"]):
        assert run(tmp_path, "compare", *names, "--format=markdown") == Exit.FINE
        page = Page(capsys.readouterr().out)
        assert page.seen == {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
        assert any(f"{plain}={plain}" in title for title in page.parts["h3"])
        assert plain in page.parts["td"] or names[1:]
        noted = "\n".join(page.parts["li"])
        assert f"({plain})" in noted
        assert f"{plain}: {plain}" in noted
        assert f"{plain} {plain}" in noted
    assert (
        f"Lost: Linux-CPython-3.11-64bit/0002_[a](b) has no result of mnist-fnn-layers-6 torch: crash: {plain}" in noted
    )


@pytest.mark.parametrize("command", ["compare", "study"])
def test_markdown_of_plain_results_is_sound(root: Path, command: str, capsys: Output) -> None:
    run(root, command, "0001", "--format=markdown")
    page = Page(capsys.readouterr().out)
    assert page.seen <= {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
