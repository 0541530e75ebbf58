"""Saved runs have names that differ, whatever their files are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import naming
from analysis.pairs import ratio
from tests.builder import fields, typed


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/x/M/0001_ci.json"], ["M/0001_ci"]),
        (["/x/base/M/0001.json", "/x/head/M/0001.json"], ["base/M/0001", "head/M/0001"]),
        (
            ["/x/base/M/0001.json", "/x/head/M/0001.json", "/x/head/M/0002.json"],
            ["base/M/0001", "head/M/0001", "M/0002"],
        ),
        (["/a/x/M/1.json", "/b/x/M/1.json", "/b/y/M/1.json"], ["a/x/M/1", "b/x/M/1", "y/M/1"]),
        (["/M/1.json", "/x/M/1.json"], ["M/1", "x/M/1"]),
        (["/M/1.json", "/M/1.jsonl"], ["M/1.json", "M/1.jsonl"]),
        (["/x/y/../M/1.json", "/z/M/1.json"], ["x/M/1", "z/M/1"]),
        (["/1.json"], ["1"]),
    ],
)
def test_names_are_as_long_as_it_takes(paths: list[str], names: list[str]) -> None:
    assert naming.names([Path(path) for path in paths]) == names


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("0003", True), ("0003_ci", True), ("0003_ci.json", True), ("M/0003", True), ("./base/M/0003_ci", True),
        ("/x/base/M/0003_ci.json", True), ("003", False), ("head/M/0003", False), ("ci", False), ("", False),
    ],
)  # fmt: skip
def test_a_name_is_the_end_of_a_path(name: str, fits: bool) -> None:
    assert naming.goes_by(Path("/x/base/M/0003_ci.json"), name) is fits


def test_what_was_measured_twice_under_one_number_counts_twice() -> None:
    torch, jax = (typed([fields(name, epoch_s=each) for each in (1.0, 4.0)]) for name in ("torch", "jax"))
    found = ratio(torch, jax, "epoch_s")
    assert found
    assert (found.method, found.pairs, found.value) == ("paired", 2, 1.0)
