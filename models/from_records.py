"""Networks and trainings from their JSON, as a worker sends them that has called a user's function."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from models import layers
from models.layers import Graph, Initializer, Input, Layer, Network, Node, Output, graph
from models.schedules import SGD, Adam, Optimizer, RMSprop, Training

LAYERS: Mapping[str, type[Layer]] = {
    each.kind: each for each in vars(layers).values() if isinstance(each, type) and hasattr(each, "kind")
}
OPTIMIZERS: Mapping[str, type[Optimizer]] = {each.kind: each for each in (SGD, Adam, RMSprop)}
SCHEDULE = typing.get_type_hints(Training)["learning_rate"]  # or None


class BadRecord(ValueError):
    """JSON that is no network or training; the text names the layer or field."""


@dataclass(frozen=True)
class Listed:
    """A value for each epoch, of which the last one stays."""

    values: tuple[float, ...]

    def at(self, epoch: int) -> float:
        return self.values[min(epoch, len(self.values) - 1)]


def network(record: Mapping[str, Any]) -> Network:
    """The network of a record; raises BadRecord, and ShapeError for a layer that can't take its input."""
    if isinstance(record, Mapping) and "inputs" in record:
        return _graph(record)
    made: Network = _read(record, Network)
    made.shapes()
    return made


def training(record: Mapping[str, Any]) -> Training:
    """The training of a record, whose schedules are lists of values; raises BadRecord."""
    made: Training = _read(record, Training)
    return made


def optimizer(record: Mapping[str, Any]) -> Optimizer:
    """The optimizer of a record; raises BadRecord."""
    made: Optimizer = _value(record, Optimizer)
    return made


def _graph(record: Mapping[str, Any]) -> Graph:
    try:
        return _made(record)
    except KeyError as error:
        raise BadRecord(f"the network's record has no {error}") from None
    except msgspec.ValidationError as error:
        raise BadRecord(f"the network's record: {error}") from None


def _made(record: Mapping[str, Any]) -> Graph:
    nodes = []
    for each in record["layers"]:
        layer = {name: value for name, value in each.items() if name not in ("name", "from")}
        made = _read(layer, _known(LAYERS, "layer", layer))
        nodes.append(Node(msgspec.convert(each["name"], str), made, msgspec.convert(each["from"], tuple[str, ...])))
    inputs = [_read(each, Input) for each in record["inputs"]]
    return graph(inputs, nodes, [_read(each, Output) for each in record["outputs"]])


def _read(record: Mapping[str, Any], cls: type[Any]) -> Any:
    """An instance of a dataclass whose fields are those of a record."""
    if not isinstance(record, Mapping):
        raise BadRecord(f"{record!r:.80} is no {cls.__name__}")
    hints, values = typing.get_type_hints(cls), {}
    for field in dataclasses.fields(cls):
        if field.name in record:
            try:
                values[field.name] = _value(record[field.name], hints[field.name])
            except (msgspec.ValidationError, TypeError, ValueError, KeyError) as error:
                if isinstance(error, BadRecord | layers.ShapeError):
                    raise
                raise BadRecord(f"{cls.__name__} has {field.name} {record[field.name]!r:.80}: {error}") from None
    try:
        return cls(**values)
    except TypeError as error:
        raise BadRecord(f"{cls.__name__}: {error}") from None


def _value(value: Any, kind: Any) -> Any:
    if kind == tuple[Layer, ...]:
        return tuple(_read(each, _known(LAYERS, "layer", each)) for each in value)
    if kind is Optimizer:
        return _read(value, _known(OPTIMIZERS, "optimizer", value))
    if kind is Initializer:
        options = tuple((name, number) for name, number in value.items() if name != "name")
        return msgspec.convert({"name": value["name"], "options": options}, Initializer)
    if kind == SCHEDULE:
        return None if value is None else Listed(msgspec.convert(value, tuple[float, ...]))
    return msgspec.convert(value, kind)


def _known(kinds: Mapping[str, Any], what: str, record: Mapping[str, Any]) -> Any:
    if record[what] not in kinds:
        raise BadRecord(f"there is no {what} '{record[what]}'; there are {', '.join(sorted(kinds))}")
    return kinds[record[what]]
