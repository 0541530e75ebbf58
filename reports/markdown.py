"""Markdown, as GitHub and others show it: text that reads there as it is, whatever names and messages are in it."""

from __future__ import annotations

import re

STYLE = "github"  # as tabulate calls it
_MARKS = re.compile(
    r"""([\\`*<|~$]         # escapes, code, emphasis, HTML, cells of a table, what is struck out, formulas
    | (?<!\w)_ | _(?!\w)    # emphasis, which underscores within words aren't
    | \](?=[(\[:])          # links
    | &(?=\#?\w+;)          # entities
    | ^[-+\#=>\[]           # at the beginning: lists, headings, quotations, boxes to tick
    | (?<=^\d)[.)] | (?<=^\d\d)[.)] | (?<=^\d\d\d)[.)])""",
    re.VERBOSE,
)


def escape(text: str, style: str = STYLE) -> str:
    """The text on one line for a paragraph, an item or a cell; as it is in any other of tabulate's styles."""
    return _MARKS.sub(r"\\\1", " ".join(text.split())) if style == STYLE else text
