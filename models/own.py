"""Networks of a user's own: how --network names one, and the points that its arguments make of it.

    FILE.py:FUNCTION[?NAME=VALUE[,VALUE...][&NAME=...]]        FILE.keras

A network is a family of its own: nothing is averaged over it and another one.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from models import from_records
from models.layers import Network, Params, Shape
from models.point import Point
from models.schedules import Optimizer

Value = int | float | str
Form = Literal["label", "one-hot", "binary", "number"]

FORM = "write FILE.py:FUNCTION, FILE.py:FUNCTION?width=64,128 or FILE.keras"
RECORDS, BUILD = "network", "build"  # the names of functions that the documentation uses


class NotANetwork(ValueError):
    """What --network names is no network; the text says why, and what to write."""


@dataclass(frozen=True)
class Spec:
    """One network as the command line names it.

    text: as it was typed, with the whole path. function: empty for a .keras file. arguments: each with its values.
    """

    text: str
    file: Path
    function: str
    arguments: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    def chosen(self) -> Iterator[dict[str, Value]]:
        """The keyword arguments of each point: every combination of the values, the last argument's fastest."""
        for values in itertools.product(*self.arguments.values()):
            yield dict(zip(self.arguments, values, strict=True))


@dataclass(frozen=True)
class OwnPoint(Point):
    """A network of a user's own at one choice of its arguments.

    spec, arguments: how it is made. source: a hash of its file and of the modules beside it. Its family is its name.
    """

    spec: Spec = field(kw_only=True)
    arguments: Mapping[str, Value] = field(kw_only=True)
    source: str = field(kw_only=True)

    @property
    def id(self) -> str:
        """name[-argument-value...] with the arguments that are swept, in characters that pytest's -k accepts."""
        words = [f"{name}-{_word(self.arguments[name])}" for name, values in self.spec.arguments.items() if values[1:]]
        return "-".join([self.family, *words])

    @property
    def told(self) -> dict[str, Any]:
        """What a record says of the network."""
        described = (self.network.described or {}) if isinstance(self.network, KerasModel) else {}
        known = {name: described[name] for name in ("random", "custom", "callbacks") if described.get(name)}
        return {"network": self.spec.text, "arguments": dict(self.arguments), "source": self.source, **known}

    @property
    def fixed(self) -> dict[str, Value]:
        """The arguments with a single value, which the id leaves out."""
        return {name: values[0] for name, values in self.spec.arguments.items() if not values[1:]}


def parsed(text: str, folder: Path) -> Spec:
    """The network that a text names; paths are relative to `folder`. Raises NotANetwork."""
    named, _, query = text.partition("?")
    path, colon, function = named.rpartition(":")
    if not colon:
        path, function = named, ""
    file = (folder / Path(path).expanduser()).resolve()
    if file.suffix == ".keras" and not function:
        if query:
            raise NotANetwork(f"'{text}': a saved model has no arguments; a function has: {FORM}")
    elif file.suffix != ".py" or not function.isidentifier():
        raise NotANetwork(f"'{text}' names no network: {FORM}")
    if not file.is_file():
        raise NotANetwork(f"'{text}' names no network: there is no file {file}")
    whole = str(file) + (f":{function}" if function else "") + (f"?{query}" if query else "")
    return Spec(whole, file, function, _arguments(text, query))


def _arguments(text: str, query: str) -> dict[str, tuple[Value, ...]]:
    arguments: dict[str, tuple[Value, ...]] = {}
    for part in filter(None, query.split("&")):
        name, _, values = part.partition("=")
        if not name.isidentifier() or name in arguments or not all(values.split(",")):
            raise NotANetwork(f"'{text}': '{part}' gives no argument its values: write ?width=64,128&depth=2")
        arguments[name] = tuple(dict.fromkeys(_value(word) for word in values.split(",")))
    return arguments


def _value(word: str) -> Value:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def _word(value: Value) -> str:
    text = value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
    return re.sub(r"[^\w.+]+", "_", text)


def names(specs: Sequence[Spec]) -> list[str]:
    """A name for each: the file's stem and the function; with folders before it where files share a stem."""
    files = list(dict.fromkeys(spec.file for spec in specs))
    stems = {file: _stem(file, files) for file in files}
    return ["-".join(filter(None, (stems[spec.file], _word(spec.function)))) for spec in specs]


def _stem(file: Path, files: Sequence[Path]) -> str:
    """The end of a file's path that no other file of this stem has."""
    rivals = [each.with_suffix("").parts for each in files if each.stem == file.stem and each != file]
    parts, length = file.with_suffix("").parts, 1
    while length < len(parts) and any(rival[-length:] == parts[-length:] for rival in rivals):
        length += 1
    stem = "-".join(_word(part) for part in parts[-length:])
    twin = any(rival == parts for rival in rivals)  # mine.py and mine.keras, which a function's name sets apart
    return stem if not twin else f"{_word(file.stem)}"


def source_of(file: Path) -> str:
    """A hash of a network's file and, of a .py file, of all modules and packages beside it."""
    beside = [file]
    if file.suffix == ".py":
        packages = sorted(each.parent for each in file.parent.glob("*/__init__.py"))
        beside += sorted(each for each in file.parent.glob("*.py") if each != file)
        beside += sorted(each for package in packages for each in package.rglob("*.py"))
    digest = hashlib.sha256()
    for each in beside:
        digest.update(each.relative_to(file.parent).as_posix().encode() + b"\0" + each.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def swept(point: OwnPoint) -> OwnPoint:
    """The point with the axis of its sweep: the first argument that has several values, all of them numbers."""
    for name, values in point.spec.arguments.items():
        if len(values) > 1 and not any(isinstance(value, str) for value in values):
            return replace(point, axis=name, value=float(point.arguments[name]))
    return point


@dataclass(frozen=True)
class KerasModel(Network):
    """A Keras 3 model of a user's own, which only a worker can build: no layer of it is known here.

    options: what the worker needs to build and compile it. described: what a worker says of it, as JSON.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    described: Mapping[str, Any] | None = None

    @property
    def counts_errors(self) -> bool:
        return not self.described or loss_form(self.described["outputs"][0]["loss"]) != "number"

    def shapes(self) -> list[Shape]:
        return [tuple(output["shape"]) for output in self._known["outputs"]]

    def params(self) -> Params:
        return Params(self._known["trainable"], self._known["non_trainable"])

    def record(self) -> dict[str, Any]:
        if not self.described:
            return {"own": dict(self.options)}
        first = self.described["outputs"][0]
        return {"own": {**self.options, "form": loss_form(first["loss"]), "logits": first["logits"]}}

    @property
    def translated(self) -> tuple[Network, Optimizer] | None:
        """The model as layer records, and its optimizer, where it consists of what they know."""
        records = self._known["records"]
        return records and (from_records.network(records["network"]), from_records.optimizer(records["optimizer"]))

    @property
    def _known(self) -> Mapping[str, Any]:
        assert self.described, "a worker has to describe the model first"
        return self.described


def loss_form(loss: str) -> Form:
    """What a loss of Keras takes as its targets."""
    if loss.startswith("sparse_"):
        return "label"
    if loss.startswith(("categorical_", "kl_")):
        return "one-hot"
    return "binary" if loss.startswith("binary_") else "number"
