"""How fast processors compute, measured for real."""

from __future__ import annotations

import os

import pytest

from fixtures.hardware import machine
from fixtures.hardware.pace import STEPS, loop_us

OWN = machine.available_processors()


@pytest.mark.alone
def test_a_loop_takes_its_time_and_leaves_the_thread_where_it_was() -> None:
    before = os.sched_getaffinity(0)
    found = loop_us(OWN)
    assert found is not None
    assert STEPS / 1_000 < found < STEPS * 10  # 1 ns to 10 us a step
    assert os.sched_getaffinity(0) == before


def test_a_processor_that_is_not_there_is_no_figure() -> None:
    before = os.sched_getaffinity(0)
    assert loop_us((OWN[0], 4_000)) is None
    assert loop_us(()) is None
    assert os.sched_getaffinity(0) == before
