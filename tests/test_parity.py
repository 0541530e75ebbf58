"""All backends do the same work: every architecture on every backend, against float64."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from fixtures import parity
from fixtures.errors import Unavailable
from fixtures.hardware.devices import Share
from fixtures.session.provider import Provider
from fixtures.session.session import Session
from models.catalogue import Point, points
from tests.conftest import Once
from tests.turns import PROCESSORS


def test_every_architecture_is_compared() -> None:
    chosen = {(point.architecture, point.variant) for point in parity.architectures()}
    assert chosen == {(point.architecture, point.variant) for point in points()}


def trace(losses: list[float], *weights: float, start: float = 0.0, moving: tuple[bool, ...] = ()) -> parity.Trace:
    arrays = [np.full(2, weight) for weight in weights]
    return parity.Trace(losses, arrays, [np.full(2, start)] * len(arrays), list(moving) or [False] * len(arrays))


def test_differences_are_shares_of_the_largest_step() -> None:
    reference = trace([2.0, 1.0], 0.1, 0.2)
    found = parity.difference("net", "b", trace([2.0, 1.1], 0.1, 0.15), reference)
    assert found.loss == pytest.approx(0.1)
    assert found.weights == pytest.approx(0.25)
    assert found.moving is None
    assert not found.within


def test_moving_statistics_are_kept_apart() -> None:
    reference = trace([1.0], 0.1, 1.0, moving=(False, True))
    found = parity.difference("net", "b", trace([1.0], 0.1, 0.5, moving=(False, True)), reference)
    assert (found.weights, found.moving) == (0, 0.5)
    assert found.within


def test_a_failure_is_not_within_the_tolerance() -> None:
    failed = parity.Difference("net", "b", failure="crash: no")
    assert not failed.within
    assert "! net, b: crash: no" in parity.report([failed])


FIRST = list({point.architecture: point for point in reversed(parity.architectures())}.values())
# of the 44 seconds that CNTK needs for all of them, the wide residual network and its variant take 37
VARIANTS = [point for point in parity.architectures() if point not in FIRST]


@pytest.fixture(scope="session")
def provider(keras_session: Session) -> Provider:
    """With two threads, also where tests have one: TensorFlow 1.3 rounds four times as coarsely on a single one."""
    processors = tuple(PROCESSORS[:2])
    settings = dataclasses.replace(keras_session.settings, threads=len(processors))
    return Provider(settings, print, Share(processors, None))


@pytest.fixture(
    scope="session", params=[FIRST, pytest.param(VARIANTS, marks=pytest.mark.slow)], ids=["all", "variants"]
)
def compared(request: pytest.FixtureRequest, provider: Provider, once: Once) -> tuple[list[Point], Path]:
    """Architectures, and the folder with their steps in float64, taken once for all backends."""
    chosen: list[Point] = request.param

    def write(folder: Path) -> None:
        parity.write_reference(provider, chosen, folder)

    try:
        return chosen, once(f"parity-{len(chosen)}", write)
    except Unavailable as error:
        pytest.skip(str(error))


@pytest.mark.backend
def test_backends_do_the_same_work(backend: str, compared: tuple[list[Point], Path], provider: Provider) -> None:
    chosen, reference = compared
    found = list(parity.against(provider, backend, chosen, reference))
    assert [one.architecture for one in found] == [point.id for point in chosen]
    assert all(one.within for one in found), parity.report(found)
