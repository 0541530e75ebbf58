"""What Keras costs: a framework under Keras beside the same framework without it, on one point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis.pairs import differences, ratio, values
from analysis.record import Record, counted
from analysis.statistics import Ratio


@dataclass(frozen=True)
class KerasCost:
    """Keras's figures over those of the framework alone; above 1 Keras costs something.

    group: the point and the settings that were replaced. keras, without: the two arms. first_epoch: with compilation.
    reason: why there are no figures, where the two can't be compared.
    """

    group: str
    family: str
    keras: str
    without: str
    time: Ratio | None = None
    first_epoch: Ratio | None = None
    memory: Ratio | None = None
    reason: str = ""


def costs(records: Iterable[Record], pairs: Mapping[str, str]) -> list[KerasCost]:
    """A row for each group and pair of which both arms have complete runs.

    pairs: the name of the arm without Keras, by that of the arm with it.
    """
    cells: dict[tuple[str, str], dict[str, list[Record]]] = {}
    for each in counted(records):
        if each.ok:
            cells.setdefault((each.group, each.family), {}).setdefault(each.arm, []).append(each)
    return [
        _cost(group, family, (keras, without), arms[keras], arms[without])
        for (group, family), arms in cells.items()
        for keras, without in pairs.items()
        if keras in arms and without in arms
    ]


def _cost(group: str, family: str, names: tuple[str, str], keras: list[Record], without: list[Record]) -> KerasCost:
    if reasons := [*dict.fromkeys(differences(without, keras, "backend"))]:
        return KerasCost(group, family, *names, reason="; ".join(reasons))
    alike = len(values("memory_kind", keras, without)) == 1
    return KerasCost(
        group,
        family,
        *names,
        time=ratio(keras, without, "epoch_s"),
        first_epoch=ratio(keras, without, "first_epoch_s"),
        memory=ratio(keras, without, "peak_memory_mib") if alike else None,
    )
