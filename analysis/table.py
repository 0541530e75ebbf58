"""Tables of fields that are classes: kinds of values, a field's entry, and the table as it is read from a class."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from msgspec import Meta

LARGEST = sys.float_info.max  # JSON as Python writes it knows infinity, which no measurement is
Number = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
Duration = Annotated[float, Meta(gt=0, le=LARGEST)]
Seconds = Annotated[float, Meta(ge=0, le=LARGEST)]
Mebibytes = Annotated[float, Meta(ge=0, le=LARGEST)]
Memory = Annotated[float, Meta(gt=0, le=LARGEST)]  # MiB
Count = Annotated[int, Meta(ge=0)]
Whole = Annotated[int, Meta(gt=0)]
Text = Annotated[str, Meta(min_length=1)]

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Field:
    """A field's entry in the table, beside its name and type. The class that it is in says where it is computed.

    meaning: in Markdown. unit: of each value. since: the first version of records that has it.
    """

    meaning: str
    unit: str = ""
    since: int = 1

    @property
    def text(self) -> str:
        """The meaning without Markdown."""
        return _LINK.sub(r"\1", self.meaning).replace("`", "")


@dataclass(frozen=True)
class Column:
    """One line of the table. type: without None, which every field may be. where: the modules that compute it."""

    name: str
    type: Any
    field: Field
    where: tuple[str, ...]

    @property
    def title(self) -> str:
        """The name with the unit, for people."""
        return self.name + (f" [{self.field.unit}]" if self.field.unit else "")

    def of(self, record: object) -> Any:
        """The record's value; None where it has none."""
        return getattr(record, self.name)


def columns(table: type, left_out: Iterable[str] = ()) -> dict[str, Column]:
    """Each field of a class and of the classes that it is made of, by name and in order."""
    hints = get_type_hints(table, include_extras=True)
    left_out = {"where", *left_out}
    lines = {}
    parts: list[Any] = [part for part in reversed(table.__mro__) if hasattr(part, "where")]
    for part in parts:
        for name in part.__annotations__:
            if name not in left_out:
                kind, *notes = get_args(hints[name])
                (field,) = (each for each in notes if isinstance(each, Field))
                for limit in notes[: notes.index(field)]:  # an Annotated in an Annotated is one
                    kind = Annotated[kind, limit]
                lines[name] = Column(name, _without_none(kind), field, part.where)
    return lines


def _without_none(hint: Any) -> Any:
    kinds = [each for each in get_args(hint) if each is not NoneType]
    return Union[*kinds] if isinstance(hint, UnionType) or get_origin(hint) is Union else hint


def documentation(table: Iterable[Column]) -> str:
    """The table in Markdown, as docs/results.md holds it: a section for each place where fields are computed."""
    lines: list[str] = []
    where: tuple[str, ...] = ()
    for each in table:
        if each.where != where:
            where = each.where
            modules = " and ".join(f"`{module}`" for module in where)
            lines += ["", f"Recorded by {modules}:", "", "| field | unit | since | meaning |", "|---|---|---|---|"]
        lines.append(f"| `{each.name}` | {each.field.unit} | {each.field.since} | {each.field.meaning} |")
    return "\n".join(lines).strip() + "\n"
