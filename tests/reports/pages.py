"""Reports for tests: their records, the page that the command writes of them, and what is in it."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from reports.__main__ import main
from reports.commands.common import Exit
from tests.builder import session, with_total

POINTS = ("mnist-fnn-layers-6", "mnist-cnn_softmax-filters-1", "imdb-imdb_lstm-layers-1")


def raw(at: tuple[str, ...] = POINTS, epochs: dict[str, float] | None = None, **own: Any) -> list[dict[str, Any]]:
    epochs = epochs or {"theano": 1.0, "cntk": 0.5, "torch": 0.25}
    made = [each for where in at for each in session(epochs, at=where, **own)]
    return [with_total(each) for each in made]


def written(root: Path, *arguments: str) -> int:
    return main(["--root", str(root), "html", "--output", str(root / "report.html"), *arguments])


def page(root: Path, *arguments: str) -> str:
    assert written(root, *arguments) == Exit.FINE
    return (root / "report.html").read_text("utf-8")


def embedded(text: str, id: str) -> Any:
    (found,) = re.findall(rf'<script type="application/json" id="{id}">(.*?)</script>', text)
    return json.loads(found)


def shown(text: str) -> str:
    """What stands between the tags, without scripts."""
    text = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.S)
    return html.unescape(re.sub(r"<[^>]*>", " ", text))
