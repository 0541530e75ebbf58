from __future__ import annotations

from analysis.causes import hoisted
from analysis.comparison import Comparison, compare
from analysis.record import Flag, Record
from tests.builder import bare

MOVED, UNSTEADY = Flag("processors-moved", "they moved"), Flag("unsteady", "the rounds got slower")


def comparison(moved: int, arms: int = 6, **fields: object) -> Comparison:
    records: list[Record] = [
        bare(
            backend=f"b{arm}",
            run=run,
            outcome="ok",
            epoch_s=1.0 + arm,
            flags=[MOVED] if arm < moved else [UNSTEADY],
            **fields,
        )
        for arm in range(arms)
        for run in (1, 2)
    ]
    return compare(records)


def codes(of: Comparison) -> set[str]:
    return {flag.code for row in of.rows for flag in row.flags}


def test_what_holds_for_most_results_is_said_once() -> None:
    sentences, left = hoisted(comparison(moved=5))
    assert [text.split(":")[0] for text in sentences] == ["In 5 of 6 results"]
    assert codes(left) == {"unsteady", "implausible-ratio"}


def test_in_turns_it_is_said_that_ratios_hold() -> None:
    sentences, _ = hoisted(comparison(moved=5, turns="alternate"))
    assert "Ratios are of backends that trained in turns" in sentences[-1]


def test_what_holds_for_half_of_them_stays_where_it_is() -> None:
    sentences, left = hoisted(comparison(moved=3))
    assert sentences == []
    assert codes(left) >= {"processors-moved", "unsteady"}


def test_three_results_have_no_rule() -> None:
    assert hoisted(comparison(moved=3, arms=3))[0] == []
