"""The table of fields: written, read, documented and spoken by the worker in one form."""

from __future__ import annotations

import ast
import json
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reading import record
from analysis.record import VERSION, Flag, columns, table
from analysis.table import documentation
from fixtures.run import protocol
from tests import ROOT
from tests.builder import bare, fields

TABLE = table()
ALWAYS = ("point", "family", "backend", "run", "outcome")


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Whatever a field of this type may hold."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return limited(arguments[0], *arguments[1:])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is list:
        return st.lists(values(arguments[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(st.text(max_size=3), values(arguments[1]), max_size=3)
    if arguments:
        return st.one_of([values(each) for each in arguments])
    plain: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        str: st.text(max_size=5),
        int: st.integers(-(2**40), 2**40),
        float: st.floats(allow_nan=False, allow_infinity=False),
        type(None): st.none(),
        Any: st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=3), st.lists(st.integers(0, 9))),
        Flag: st.builds(lambda *said: msgspec.to_builtins(Flag(*said)), st.text(max_size=5), st.text(max_size=5)),
    }
    return plain[kind]


def limited(kind: Any, meta: msgspec.Meta) -> st.SearchStrategy[Any]:
    if kind is str:
        return st.text(min_size=meta.min_length or 0, max_size=5)
    least = meta.ge if meta.gt is None else meta.gt
    if kind is int:
        return st.integers(int(least or 0) + (meta.gt is not None), 2**40)
    return st.floats(least, meta.le, exclude_min=meta.gt is not None)


def any_of_them(*required: str) -> st.SearchStrategy[dict[str, Any]]:
    """These fields, and any of the others."""
    drawn = {name: values(each.type) for name, each in TABLE.items() if name != "record_version"}
    first = {name: drawn.pop(name) for name in required}
    return st.fixed_dictionaries({"record_version": st.just(VERSION), **first}, optional=drawn)


def raws() -> st.SearchStrategy[dict[str, Any]]:
    """Records as they may be saved."""
    failed = any_of_them(*ALWAYS).map(lambda raw: raw | {"outcome": "crash"} if raw["outcome"] == "ok" else raw)
    good = any_of_them(*ALWAYS, "epoch_s", "rounds_s").filter(lambda raw: raw["rounds_s"])
    return failed | good.map(lambda raw: {**raw, "outcome": "ok", "short_batches": 0})


@settings(max_examples=50)
@given(raws())
def test_what_is_written_is_read_again(raw: dict[str, Any]) -> None:
    made = record(raw)
    written = json.loads(json.dumps(made.json(), allow_nan=False))
    assert record(written) == made
    assert {name: raw[name] for name in raw if name in written} == {
        name: written[name] for name in raw if name in written
    }
    assert all(raw[name] in (None, "", [], {}) for name in raw if name not in written)


@given(st.sets(st.sampled_from(sorted(fields()))), st.lists(st.text(max_size=9), max_size=3))
def test_version_1_is_read_and_written_as_today(names: set[str], sentences: list[str]) -> None:
    whole = {**fields(), "outcome": "crash", "reason": "so it was"}
    raw = {name: value for name, value in whole.items() if name in names or name in ALWAYS}
    made = record({**raw, "record_version": 1, "flags": sentences})
    assert made.record_version == VERSION
    assert [flag.code for flag in made.flags] == [sentence.partition(": ")[0] for sentence in sentences]
    assert record(json.loads(json.dumps(made.json()))) == made


def test_fields_that_this_version_does_not_know_are_kept() -> None:
    made = record(fields(something_new=[1]))
    assert made.json()["something_new"] == [1]
    assert record(made.json()) == made


def test_the_page_of_fields_is_the_table() -> None:
    introduction, _, rest = (ROOT / "docs" / "results.md").read_text("utf-8").partition("\nRecorded by ")
    assert introduction.startswith("# The fields of a result\n")
    assert "|" not in introduction
    assert f"Recorded by {rest}" == documentation(table().values()), "write it anew from analysis.table.documentation()"


def kinds(type_: Any) -> set[Any]:
    """The types that a field may have, None left out."""
    return {*get_args(type_)} - {type(None)} if get_origin(type_) is Union or isinstance(type_, UnionType) else {type_}


@pytest.mark.parametrize("kind", sorted(protocol.FIELDS.keys() - {protocol.OF_AN_EPOCH}))
def test_what_a_worker_says_of_a_field_is_of_the_tables_type(kind: str) -> None:
    for name, type_ in protocol.FIELDS[kind].items():
        if name in TABLE:
            assert kinds(type_) == kinds(TABLE[name].type), name


def test_an_epochs_own_time_is_not_the_benchmarks() -> None:
    made = bare(wall_s=20.0)
    protocol.take_over({"kind": protocol.OF_AN_EPOCH, "wall_s": 1.0}, made)
    assert made.wall_s == 20.0


@pytest.mark.parametrize("where", dict.fromkeys(each.where for each in TABLE.values()))
def test_every_field_is_written_where_the_table_says(where: tuple[str, ...]) -> None:
    """By its name: as an argument, an attribute that is set, or a text."""
    names = {"record_version"}  # which is there by itself
    for node in (node for module in where for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8")))):
        if isinstance(node, ast.keyword) and node.arg:
            names.add(node.arg)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.Constant):
            names.add(str(node.value))
    if "fixtures/run/trainer.py" in where:  # it takes over what messages say
        names.update(*protocol.FIELDS.values())
    assert [each.name for each in TABLE.values() if each.where == where and each.name not in names] == []


def test_meanings_are_shown_without_markdown() -> None:
    for each in TABLE.values():
        assert not set("`[]") & set(each.field.text), each.name
    assert TABLE["outcome"].field.text == "see outcomes"


def test_a_name_that_is_not_in_the_table_is_no_column() -> None:
    assert [each.title for each in columns("run", "wall_s")] == ["run", "wall_s [s]"]
    with pytest.raises(KeyError):
        columns("session")
