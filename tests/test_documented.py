"""docs/results.md names every field that a record gets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests import ROOT


def documented() -> set[str]:
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "docs" / "results.md").read_text("utf-8"), re.M)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def written() -> Iterator[str]:
    """Keys that are set on a `record`, by name or by `update`, and those of the record that a benchmark starts with."""
    for path in (*ROOT.glob("fixtures/run/*.py"), *ROOT.glob("fixtures/session/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _is_record(node.value):
                yield from _texts([node.slice])
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr == "update" and _is_record(node.func.value):
                    yield from (each.arg for each in node.keywords if each.arg)
                    yield from (key for each in node.args if isinstance(each, ast.Dict) for key in _texts(each.keys))
            elif isinstance(node, ast.FunctionDef) and node.name == "described":
                yield from (key for each in ast.walk(node) if isinstance(each, ast.Dict) for key in _texts(each.keys))


def _is_record(node: ast.expr) -> bool:
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) == "record"


def _texts(nodes: list[ast.expr] | list[ast.expr | None]) -> Iterator[str]:
    yield from (each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str))


def test_every_field_of_a_record_is_explained() -> None:
    found = {*written()}
    assert {"point", "aa_of", "gpu_conditions", "busy", "wall_s"} <= found, "the search itself is broken"
    assert not found - documented()
