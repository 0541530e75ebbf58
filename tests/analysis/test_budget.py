"""A budget's rule: which block comes next, and that intervals hold their coverage though the rule looks at them."""

from __future__ import annotations

import argparse
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.budget import FIRST, Need, blocks_s, next_point, seconds
from analysis.statistics import Ratio, paired_ratio
from tests.builder import bare

NAN = math.nan
counts, times = st.integers(1, 12), st.floats(0.1, 100.0)
needs = st.dictionaries(
    st.text("abc", min_size=1, max_size=3), st.builds(Need, counts, st.floats(0.01, 10) | st.just(NAN), times)
)


@pytest.mark.parametrize(("text", "expected"), [("90s", 90), ("10m", 600), ("1.5h", 5400)])
def test_a_budget_is_a_time_with_its_unit(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "10", "0m", "-1m", "m", "1 m", "nan", "inf", "1d", "9" * 400 + "h"])
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is no time such as"):
        seconds(text)


@given(needs, times)
def test_a_block_that_does_not_fit_is_never_chosen(state: dict[str, Need], left_s: float) -> None:
    name = next_point(state, left_s, most=10)
    fitting = {key for key, need in state.items() if need.blocks < 10 and need.block_s <= left_s}
    assert (name in fitting) if fitting else name is None


def test_every_point_gets_its_first_blocks_before_the_widest_gets_more() -> None:
    state = {"a": Need(FIRST, 0.5, 10), "b": Need(2, 0.01, 10), "c": Need(1, NAN, 90)}
    assert next_point(state, 100, 20) == "c"
    assert next_point(state, 50, 20) == "b"  # c doesn't fit any more
    assert next_point({**state, "b": Need(FIRST, 0.1, 10)}, 50, 20) == "a"


def test_a_block_takes_what_its_arms_take() -> None:
    records = [bare(point="p", run=1, wall_s=2.0), bare(point="p", run=1, wall_s=3.0), bare(point="p", run=2)]
    assert blocks_s(records) == {"p": [5.0, 0.0]}


def _ratios(blocks: list[list[float]]) -> list[Ratio]:
    """Of each other arm to the first, from the logarithms of a point's blocks."""
    columns = [[math.exp(value) for value in arm] for arm in zip(*blocks, strict=True)]
    return [paired_ratio(columns[0], arm) for arm in columns[1:]]


def _covered(draw: np.random.Generator, spreads: tuple[float, ...], blocks: int) -> list[bool]:
    """Whether each interval holds the truth, 1, when a budget of so many blocks is spent.

    spreads: how much each point's arms differ from block to block.
    """
    logs: dict[str, list[list[float]]] = {str(index): [] for index in range(len(spreads))}
    for left in range(blocks, 0, -1):
        widths = {name: max((each.half_width for each in _ratios(mine)), default=NAN) for name, mine in logs.items()}
        name = next_point({name: Need(len(logs[name]), widths[name], 1.0) for name in logs}, left, most=20)
        assert name
        shared = draw.normal(0, 0.1)
        logs[name].append((shared + draw.normal(0, spreads[int(name)], 4)).tolist())
    return [each.low <= 1 <= each.high for mine in logs.values() for each in _ratios(mine)]


@pytest.mark.parametrize(("spreads", "blocks"), [((0.02, 0.02, 0.02), 12), ((0.01, 0.03, 0.09), 15), ((0.04,) * 4, 24)])
def test_coverage_holds_though_wide_intervals_get_more_blocks(spreads: tuple[float, ...], blocks: int) -> None:
    draw = np.random.default_rng(1)
    held = [each for _ in range(300) for each in _covered(draw, spreads, blocks)]
    assert 0.93 <= np.mean(held) <= 0.97
