"""How tables and lists are written: as plain text, as Markdown or as CSV.

In Markdown, as GitHub and others show it, every text reads as it is, whatever names and messages are in it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tabulate import tabulate

PLAIN, MARKDOWN = "simple", "github"  # as tabulate calls them
_MARKS = re.compile(
    r"""([\\`*<|~$]         # escapes, code, emphasis, HTML, cells of a table, what is struck out, formulas
    | (?<![^\W_])_ | _(?![^\W_])  # emphasis, which an underscore between two letters isn't
    | \](?=[(\[:])          # links
    | &(?=\#?\w+;))         # entities""",
    re.VERBOSE,
)
_FIRST = re.compile(r"^(\d{0,9})([-+#=>\[.)])")  # lists, headings, quotations, boxes to tick


def escape(text: str, style: str = MARKDOWN) -> str:
    """The text for a cell or a heading of Markdown, on one line; unchanged for any other style."""
    return _MARKS.sub(r"\\\1", " ".join(text.split())) if style == MARKDOWN else text


def item(text: str, style: str = MARKDOWN) -> str:
    """The text as an item of a list."""
    return "* " + (_FIRST.sub(r"\1\\\2", escape(text, style)) if style == MARKDOWN else text)


def as_text(rows: Sequence[Sequence[str]], headers: Sequence[str], style: str) -> str:
    """A table in one of tabulate's styles."""
    cells = [[escape(cell, style) for cell in row] for row in rows]
    return tabulate(cells, [escape(each, style) for each in headers], tablefmt=style, disable_numparse=True)


def as_csv(lines: Sequence[Mapping[str, Any]]) -> str:
    """A table as CSV: a column for each name of the first line."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(lines[0]) if lines else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()
