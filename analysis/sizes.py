"""Epochs of different sizes in one table: times are compared per mini-batch, and say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from analysis import doubts_between
from analysis.record import Record


def alike(cells: Mapping[str, Sequence[Record]]) -> dict[str, list[Record]]:
    """The records of a table's arms with epochs of one size, which is that of the first result.

    A record whose epochs had more or fewer mini-batches of the same size is replaced by a copy with times, energy and
    examples as of that many, and with a flag. What an epoch costs apart from its mini-batches is scaled with them.
    """
    known = [each for arm in cells.values() for each in arm if each.ok and each.batches and each.examples]
    if len({each.examples for each in known}) < 2:
        return {arm: list(records) for arm, records in cells.items()}
    return {arm: [_scaled(each, known[0]) for each in records] for arm, records in cells.items()}


def _scaled(record: Record, like: Record) -> Record:
    same = record.examples == like.examples or record.batch_size != like.batch_size
    if same or not (record.ok and record.batches and like.batches and record.epoch_s):
        return record
    factor = like.batches / record.batches
    joules = record.joules_per_epoch
    return msgspec.structs.replace(
        record,
        epoch_s=factor * record.epoch_s,
        rounds_s=[factor * each for each in record.rounds_s],
        joules_per_epoch=None if joules is None else factor * joules,
        batches=like.batches,
        examples=like.examples,
        flags=[*record.flags, doubts_between.of_size(record.batches, like.batches)],
    )
