"""How Much Did It Rain? II: hours of radar scans, and the rain that a gauge below collected. A regression.

Kaggle hands it out, to users who have an account and accept its rules; nobody else does, and there is no published
checksum. So the user downloads it, and what can be checked is its form: header, types, rows, order.
"""

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import numpy as np

from datasets import synthetic
from datasets.archives import BROKEN
from datasets.dataset import Array, Dataset, File, Part, Slice, each
from datasets.errors import Damaged, DatasetUnavailable
from datasets.preprocessing.radar import COLUMNS, RATES, SCANS, features

PAGE = "https://www.kaggle.com/c/how-much-did-it-rain-ii/data"
FILE = File("train.csv", "", 1_300_000_000)
HEADER = ("Id", *COLUMNS, "Expected")
TABLE_ROWS = 13_765_201
LONGEST = 1 << 32  # bytes of the table
BLOCK = 1 << 23  # bytes that are parsed at once
HELD_OUT = 20  # every 20th hour is for testing: what rained in the competition's own test hours is not published


def accept(given: Path, target: Path) -> None:
    """Copy the table out of what the user downloaded (train.csv, or a .zip with it); raises DatasetUnavailable."""
    remedy = f"download train.zip from {PAGE}, and give that"
    with ExitStack() as stack:
        try:
            if zipfile.is_zipfile(given):
                archive = stack.enter_context(zipfile.ZipFile(given))
                source: IO[bytes] = stack.enter_context(archive.open("train.csv"))
            else:
                source = stack.enter_context(given.open("rb"))
            header = source.readline(1_000).removeprefix(codecs.BOM_UTF8)  # of a spreadsheet that saved it anew
            if header.decode("ascii", "replace").strip().split(",") != list(HEADER):
                raise ValueError("its first line is not that of the competition's train.csv")
            lines = _copy(source, header, stack.enter_context(target.open("wb")))
        except KeyError:
            raise DatasetUnavailable(f"{given} has no train.csv in it", remedy) from None
        except (*BROKEN, RuntimeError) as error:  # RuntimeError: encrypted
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk, and not what is on it
            raise DatasetUnavailable(f"{given} is not the competition's table: {error}", remedy) from error
    if lines != TABLE_ROWS:
        raise DatasetUnavailable(f"{given} has {lines:,} rows where the table has {TABLE_ROWS:,}", remedy)


def _copy(source: IO[bytes], header: bytes, target: IO[bytes]) -> int:
    """The number of lines copied behind the header."""
    size = target.write(header)
    lines, last = 0, b"\n"
    while block := source.read(1 << 20):
        size += target.write(block)
        if size > LONGEST:
            raise ValueError(f"it has more than {LONGEST:,} bytes")
        lines, last = lines + block.count(b"\n"), block[-1:]
    return lines + (last != b"\n")


def read(folder: Path) -> Iterator[Slice]:
    """Slices with x float32 (n, 19, 22), NaN where nothing was measured, and y float32 in mm; in the table's order.

    Hours in which no scan has a reflectivity (Ref) are left out, as the competition's winners did: nothing in them
    tells of rain. Of the others every 20th is a test example. Hours of improbable rain stay, as the study mentions no
    limit.
    """
    path = folder / FILE.name
    before, kept = 0, 0
    for ids, values, expected in _groups(path):
        starts = np.flatnonzero(np.diff(ids, prepend=ids[0] - 1))
        lengths = np.diff(starts, append=len(ids))
        hours, rain = ids[starts], expected[starts]
        if hours[0] <= before or (np.diff(hours) <= 0).any():
            raise Damaged(path, f"its hours are not in the order of their Ids, behind {before}")
        if lengths.max() > SCANS or not np.isfinite(rain).all() or np.isnan(values[:, 0]).any():
            raise Damaged(path, f"an hour from {hours[0]} on has over {SCANS} scans, or no rain or minutes")
        before = int(hours[-1])
        number = np.repeat(np.arange(len(starts)), lengths)
        x = np.full((len(starts), SCANS, len(COLUMNS)), np.nan, np.float32)
        x[number, np.arange(len(ids)) - starts[number]] = values
        told = ~np.isnan(x[:, :, RATES[0]]).all(axis=1)
        testing = (kept + np.cumsum(told)) % HELD_OUT == 0
        kept += int(told.sum())
        parts: dict[Part, Array] = {"train": told & ~testing, "test": told & testing}
        for part, mine in parts.items():
            if mine.any():
                yield part, x[mine], rain[mine]


def _groups(path: Path) -> Iterator[tuple[Array, Array, Array]]:
    """(Ids, 22 values, rain) of some rows, none of them empty; no hour is spread over two of these."""
    kept: tuple[Array, Array, Array] | None = None
    for rows in _batches(path):
        if kept is not None:
            rows = tuple(map(np.concatenate, zip(kept, rows, strict=True)))  # type: ignore[assignment]
        ids = rows[0]
        last = len(ids) - int(np.argmax(ids[::-1] != ids[-1])) if ids[0] != ids[-1] else 0
        if last:
            yield rows[0][:last], rows[1][:last], rows[2][:last]
        kept = rows[0][last:], rows[1][last:], rows[2][last:]
        if len(kept[0]) > SCANS:
            raise Damaged(path, f"hour {ids[-1]} has over {SCANS} scans")
    if kept is not None:
        yield kept


def _batches(path: Path) -> Iterator[tuple[Array, Array, Array]]:
    import pyarrow as pa  # type: ignore[import-untyped]  # late: a warm cache needs none of it
    from pyarrow import csv

    try:
        reader = csv.open_csv(
            path,
            read_options=csv.ReadOptions(block_size=BLOCK),
            convert_options=csv.ConvertOptions(
                column_types={"Id": pa.int64(), **{name: pa.float32() for name in HEADER[1:]}},
                include_columns=list(HEADER),
            ),
        )
        for batch in reader:
            if len(batch):
                values = np.empty((len(batch), len(COLUMNS)), np.float32)
                for place, name in enumerate(COLUMNS):
                    values[:, place] = batch.column(name).to_numpy(zero_copy_only=False)
                ids, rain = (batch.column(name).to_numpy(zero_copy_only=False) for name in ("Id", "Expected"))
                if ids.dtype != np.int64:
                    raise ValueError("a row has no Id")
                yield ids, values, rain
    except (pa.ArrowException, KeyError, *BROKEN) as error:
        raise Damaged(path, error) from error


DATASET = Dataset(
    name="hmdir",
    title="How Much Did It Rain? II, up to 19 radar scans an hour, regression in mm",
    examples="13,765,201 scans of 1.2 million hours; of those with an echo every 20th to test",
    files=(FILE,),
    mirrors=(),
    page=PAGE,
    terms="the competition's rules, which you accept there: https://www.kaggle.com/c/how-much-did-it-rain-ii/rules",
    recipes={"sequences": each(features)},
    read=read,
    stand_in=synthetic.radar_hours,
    stand_in_sizes=(60_000, 6_000),
    accept=accept,
)
