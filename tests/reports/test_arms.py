"""Arms look and stand in every figure as the backend that they are named after, or as ones of their own."""

from __future__ import annotations

import plotly.graph_objects  # type: ignore[import-untyped]
import pytest
from matplotlib.markers import MarkerStyle

from reports import arms


def test_an_arm_stands_with_its_backend() -> None:
    names = ["mine", "torch-2.9.1", "jax-own", "torch", "theano1.0-jit-on", "theano", "jax", "torch-again"]
    assert arms.ordered(names) == [
        *("theano", "theano1.0-jit-on", "jax", "jax-own", "torch", "torch-2.9.1", "torch-again", "mine"),
    ]


def test_an_arm_of_ones_own_has_one_look_that_no_backend_has() -> None:
    backends = {(look.colour, look.marker, look.dash) for look in arms.STYLES.values()}
    for arm in ("mine", "torch-own", "torch-own2", "jax-0.9.1"):
        look = arms.style((arm,))
        assert look == arms.style((arm,))
        assert (look.colour, look.marker, look.dash) not in backends
    assert arms.style(("torch-own",)) != arms.style(("torch-own2",))
    assert arms.style(("torch-again",)) == arms.OTHERS


@pytest.mark.parametrize("look", arms.OWN)
def test_both_libraries_know_its_marker(look: tuple[str, str, str]) -> None:
    colour, marker, symbol = look
    MarkerStyle(marker)
    plotly.graph_objects.Scatter(marker={"symbol": symbol, "color": colour})
