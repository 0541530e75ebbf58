from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.record import Record
from analysis.spreads import of_arms, sentence
from tests.builder import bare

TRUE = {"theano": 0.09, "jax": 0.02, "torch": 0.02, "cntk": 0.02}


def records(blocks: int, spreads: dict[str, float], seed: int = 1) -> list[Record]:
    draw = np.random.default_rng(seed)
    made = []
    for run in range(1, blocks + 1):
        shared = draw.normal(0, 0.2)
        made += [
            bare(backend=arm, run=run, outcome="ok", epoch_s=math.exp(shared + draw.normal(0, spread)))
            for arm, spread in spreads.items()
        ]
    return made


def test_the_arm_that_varies_is_found_behind_what_blocks_share() -> None:
    found = of_arms(records(400, TRUE))
    assert found == pytest.approx(TRUE, rel=0.2, abs=0.01)
    text = sentence(found)
    assert text
    assert text.startswith("theano differs by 9")


def test_arms_that_vary_alike_are_no_news() -> None:
    assert sentence(of_arms(records(400, dict.fromkeys(TRUE, 0.03)))) is None


def test_two_blocks_or_two_arms_show_nothing() -> None:
    assert of_arms(records(2, TRUE)) == {}
    assert of_arms(records(9, {"jax": 0.1, "torch": 0.01})) == {}
    assert sentence({}) is None


def test_a_block_that_lacks_an_arm_does_not_count() -> None:
    some = [each for each in records(4, TRUE) if (each.run, each.arm) not in ((1, "jax"), (2, "cntk"))]
    assert of_arms(some) == {}
