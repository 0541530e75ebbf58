from __future__ import annotations

from analysis import format as fmt
from analysis.comparison import compare
from analysis.outlook import sentences
from analysis.record import Record
from analysis.statistics import paired_ratio
from analysis.totals import Total
from tests.builder import bare


def records(*times: tuple[float, float]) -> list[Record]:
    return [
        bare(backend=name, run=run, outcome="ok", epoch_s=seconds, wall_s=60.0)
        for run, pair in enumerate(times, 1)
        for name, seconds in zip(("theano", "jax"), pair, strict=True)
    ]


def test_a_ratio_that_may_be_anything_is_not_known_yet_and_has_a_price() -> None:
    wide = records((1.0, 0.5), (1.0, 0.7), (1.0, 0.3))
    (row,) = (row for row in compare(wide, baselines=["theano"]).rows if row.arm == "jax")
    assert fmt.ratio(row.speed_up) == "not known yet"
    (text,) = sentences(compare(wide, baselines=["theano"]))
    assert "not known yet: jax; about 7" in text
    assert "more blocks would tell" in text
    assert "--budget=" in text


def test_a_ratio_that_is_known_has_its_interval_and_no_sentence() -> None:
    known = records((1.0, 0.5), (1.0, 0.51), (1.0, 0.49))
    assert fmt.ratio(paired_ratio([1, 1, 1], [0.5, 0.51, 0.49])).startswith("2.00 [")
    assert [*sentences(compare(known, baselines=["theano"]))] == []


def test_a_projection_that_may_be_anything_says_so_and_a_measurement_is_one() -> None:
    assert fmt.total(Total(1.0, 99.0, 20.0, 500.0, "runs")) == "projected, not known yet"
    assert fmt.total(Total(1.0, 99.0, 20.0, 500.0, "measured")).startswith("100 [")
