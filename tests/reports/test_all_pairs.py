from __future__ import annotations

from analysis.comparison import compare
from reports.tables import all_pairs
from reports.tables.writing import MARKDOWN, PLAIN
from tests.builder import bare

TIMES = {"theano": 1.0, "cntk": 0.5, "jax": 0.25}
RECORDS = [
    bare(backend=name, run=run, outcome="ok", epoch_s=seconds * (1 + 0.001 * run * (name == "jax")))
    for name, seconds in TIMES.items()
    for run in (1, 2, 3)
]


def test_every_pair_has_both_ways() -> None:
    lines = all_pairs.text(compare(RECORDS), PLAIN).splitlines()
    rows = {line.split()[0]: line for line in lines if line.split()[:1] and line.split()[0] in TIMES}
    assert "2.00 [2.00, 2.00]" in rows["theano"]
    assert "3.99 [3.98, 4.00]" in rows["theano"]
    assert "0.500 [0.500, 0.500]" in rows["cntk"]


def test_two_arms_have_no_table_of_their_own() -> None:
    assert all_pairs.text(compare(RECORDS[:6]), PLAIN) == ""


def test_what_is_unlike_is_not_divided() -> None:
    unlike = [*RECORDS[:6], *(bare(backend="jax", run=run, outcome="ok", epoch_s=0.2, data="real") for run in (1, 2))]
    other = [bare(backend="torch", run=run, outcome="ok", epoch_s=0.2, data="synthetic") for run in (1, 2)]
    assert "not comparable" in all_pairs.text(compare([*unlike, *other]), MARKDOWN)
