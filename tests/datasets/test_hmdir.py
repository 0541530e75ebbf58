"""The rain's table: from the user's file, which has no checksum but a form, to hours of scans."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from datasets import hmdir, holdings
from datasets.errors import Damaged, DatasetUnavailable
from datasets.fetch import fetch
from tests.datasets import originals
from tests.datasets.disk import left_behind
from tests.datasets.preparing import made, read


@pytest.mark.parametrize("block", [1 << 9, 1_111, 1 << 23])
def test_rain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(hmdir, "BLOCK", block)  # an hour of 19 scans is larger than the first two
    rows = originals.rain(folder := made(tmp_path, "hmdir"))
    found = read(folder)
    # without the hours that reflect nothing; every 20th of the others is for testing
    kept = [hour for hour, _, reflects in originals.HOURS if reflects]
    test = [kept[19], kept[39]]
    train = [hour for hour in kept if hour not in test]
    np.testing.assert_array_equal(found["y_train"], np.array(train, np.float32) / 8)
    np.testing.assert_array_equal(found["y_test"], np.array(test, np.float32) / 8)
    for x, hour in zip([*found["x_train"], *found["x_test"]], [*train, *test], strict=True):
        expected = np.full((19, 22), np.nan, np.float32)
        mine = [row for row in rows if row[0] == str(hour)]
        expected[: len(mine)] = [[float(value or "nan") for value in row[1:-1]] for row in mine]
        np.testing.assert_array_equal(x, expected)


def test_a_table_with_broken_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmdir, "BLOCK", 1 << 9)
    folder = made(tmp_path, "hmdir")
    for hours in ([(1, 20, True)], [(1, 45, True), (2, 1, True)], [(2, 1, True), (1, 1, True)], [(0, 1, True)]):
        originals.rain(folder, hours)
        with pytest.raises(Damaged, match=r"scans|order"):
            read(folder)
    originals.rain(folder, [(5, 2, True)])
    good = (folder / "train.csv").read_text()
    for old, new in (("0.625", ""), ("0.625", "much"), ("\n5,", "\n,"), ("\n5,3", "\n5,"), ("radardist_km", "far")):
        (folder / "train.csv").write_text(good.replace(old, new))
        with pytest.raises(Damaged):
            read(folder)


ROW = "{},{},2.0" + "," * 20 + ",0.254"


TABLE = "\n".join([originals.HEADER, ROW.format(1, 3), ROW.format(1, 16), ROW.format(2, 4)]) + "\n"


@pytest.fixture
def short_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmdir, "TABLE_ROWS", 3)


def kaggle(cache: Path, given: Path | None) -> Path:
    fetch(hmdir.DATASET, cache, lambda line: None, given)
    return cache / "downloads" / "hmdir" / "train.csv"


def test_kaggle_s_table_needs_an_account(cache: Path) -> None:
    with pytest.raises(DatasetUnavailable, match=r"account of your own; no password is asked for.*--from FILE"):
        kaggle(cache, None)


@pytest.mark.usefixtures("short_table")
@pytest.mark.parametrize("name", ["train.csv", "train.csv.zip", "train.zip"])
@pytest.mark.parametrize("newline_at_the_end", [True, False])
def test_kaggle_s_table_from_the_user(cache: Path, tmp_path: Path, name: str, newline_at_the_end: bool) -> None:
    table = TABLE if newline_at_the_end else TABLE.rstrip("\n")
    given = tmp_path / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(given, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("train.csv", table)
    else:
        given.write_text(table)
    assert kaggle(cache, given).read_text() == table
    assert holdings.fetched(hmdir.DATASET, cache)


def zipped(path: Path, name: str, text: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return path


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (TABLE, "3 rows where the table has 13,765,201"),
        (TABLE.replace("Expected", "Guess"), "first line"),
        ("", "first line"),
        ("\0\xff" * 3_000, "first line"),
    ],
)
def test_a_table_of_another_form(cache: Path, tmp_path: Path, text: str, reported: str) -> None:
    given = tmp_path / "train.csv"
    given.write_text(text)
    with pytest.raises(DatasetUnavailable, match=reported):
        kaggle(cache, given)
    assert left_behind(cache) == []


@pytest.mark.usefixtures("short_table")
def test_hostile_zips(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatasetUnavailable, match=r"no train\.csv in it"):
        kaggle(cache, zipped(tmp_path / "a.zip", "../../train.csv", TABLE))
    monkeypatch.setattr(hmdir, "LONGEST", 1_000_000)
    bomb = zipped(tmp_path / "b.zip", "train.csv", TABLE + "\0" * 3_000_000)
    with pytest.raises(DatasetUnavailable, match="more than 1,000,000 bytes"):
        kaggle(cache, bomb)
    broken = bytearray(zipped(tmp_path / "c.zip", "train.csv", TABLE * 50).read_bytes())
    broken[60:80] = bytes(20)
    (tmp_path / "c.zip").write_bytes(broken)
    with pytest.raises(DatasetUnavailable, match="is not the competition's table"):
        kaggle(cache, tmp_path / "c.zip")
    assert left_behind(cache) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "b.zip", "c.zip", "cache"]
