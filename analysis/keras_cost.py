"""What Keras costs: a framework under Keras beside the same framework without it, on one point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from analysis.pairs import differences, ratio, values
from analysis.record import Record, counted
from analysis.statistics import Ratio


@dataclass(frozen=True)
class KerasCost:
    """Keras's figures over those of the framework alone; above 1 Keras costs something.

    group: the point and the settings that were replaced. keras, without: the two arms. first_epoch: with compilation.
    reason: why there are no figures, where the two can't be compared. remarks: other work that one of them did.
    """

    group: str
    family: str
    keras: str
    without: str
    time: Ratio | None = None
    first_epoch: Ratio | None = None
    memory: Ratio | None = None
    reason: str = ""
    remarks: tuple[str, ...] = ()


def costs(records: Iterable[Record], bare: Mapping[str, str]) -> list[KerasCost]:
    """A row for each group and pair of arms that have complete runs and are alike but for Keras.

    bare: the backend without Keras, by that with it.
    """
    cells: dict[tuple[str, str], dict[str, list[Record]]] = {}
    for each in counted(records):
        if each.ok and not each.aa_of:
            cells.setdefault((each.group, each.family), {}).setdefault(each.arm, []).append(each)
    return [
        _cost(group, family, (keras, without), arms[keras], arms[without])
        for (group, family), arms in cells.items()
        for backends in bare.items()
        for keras, without in product(arms, repeat=2)
        if backends == (arms[keras][0].backend, arms[without][0].backend)
        and _asked(arms[keras][0]) == _asked(arms[without][0])
    ]


def _asked(record: Record) -> tuple[str | None, bool, dict[str, Any]]:
    """The interpreter, whether LSTM cells have the sigmoid gates that a framework's own have, and all other options."""
    options = dict(record.own_options)
    own_gates = [options.pop("idiom", False), options.pop("gates", None)]
    has_cells = any(layer.lower() == "lstm" for layer in record.layers)
    return record.interpreter, has_cells and any(own_gates), options


def _cost(group: str, family: str, names: tuple[str, str], keras: list[Record], without: list[Record]) -> KerasCost:
    flags = [flag for each in (*keras, *without) for flag in each.flags if flag.code == "other-work"]
    remarks = tuple(dict.fromkeys(flag.text for flag in flags))
    reasons = [*differences(without, keras, "backend"), *_other_versions(keras[0], without[0])]
    if reasons := [*dict.fromkeys(reasons)]:
        return KerasCost(group, family, *names, reason="; ".join(reasons), remarks=remarks)
    alike = len(values("memory_kind", keras, without)) == 1
    return KerasCost(
        group,
        family,
        *names,
        time=ratio(keras, without, "epoch_s"),
        first_epoch=ratio(keras, without, "first_epoch_s"),
        memory=ratio(keras, without, "peak_memory_mib") if alike else None,
        remarks=remarks,
    )


def _other_versions(keras: Record, without: Record) -> Iterator[str]:
    for package, version in without.versions.items():
        if (other := keras.versions.get(package, version)) != version:
            yield f"{package}: {version} and {other}"
