"""How far two processors are from each other, measured for real."""

from __future__ import annotations

import pytest

from fixtures.hardware import machine
from fixtures.hardware.exchange import exchange_ns

OWN = machine.available_processors()


def test_one_processor_exchanges_nothing() -> None:
    assert exchange_ns(OWN[:1]) is None


@pytest.mark.alone
@pytest.mark.skipif(len(OWN) < 2, reason="needs two processors")
def test_two_processors_take_some_nanoseconds() -> None:
    found = exchange_ns(OWN[:2])
    assert found is not None
    assert 10 < found < 1_000_000  # more than light needs, also where other tests keep them busy


def test_a_processor_that_is_not_there_is_no_figure() -> None:
    assert exchange_ns((OWN[0], 4_000)) is None
