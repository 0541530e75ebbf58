"""Markdown, as GitHub and others show it: text that reads there as it is, whatever names and messages are in it."""

from __future__ import annotations

import re

STYLE = "github"  # as tabulate calls it
_MARKS = re.compile(
    r"""([\\`*<|~$]         # escapes, code, emphasis, HTML, cells of a table, what is struck out, formulas
    | (?<!\w)_ | _(?!\w)    # emphasis, which underscores within words aren't
    | \](?=[(\[:])          # links
    | &(?=\#?\w+;))         # entities""",
    re.VERBOSE,
)
_FIRST = re.compile(r"^(\d{0,9})([-+#=>\[.)])")  # lists, headings, quotations, boxes to tick


def escape(text: str, style: str = STYLE) -> str:
    """The text for a cell or a heading, on one line; as it is in any other of tabulate's styles."""
    return _MARKS.sub(r"\\\1", " ".join(text.split())) if style == STYLE else text


def item(text: str, style: str = STYLE) -> str:
    """The text as an item of a list."""
    return "* " + (_FIRST.sub(r"\1\\\2", escape(text, style)) if style == STYLE else text)
