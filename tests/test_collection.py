"""What may be collected: a benchmark stands in a session once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.plugin import collection
from fixtures.plugin.parallel import Controller


def item(run: int, **config: Any) -> Any:
    """A benchmark as pytest holds it, as far as its place in a session takes."""
    params = {"point": "mnist-fnn-layers-2", "backend": "jax", "run": run}
    return SimpleNamespace(
        callspec=SimpleNamespace(params=params), config=SimpleNamespace(**config), get_closest_marker=lambda name: name
    )


def test_runs_are_put_in_their_order() -> None:
    items = [item(2), item(1)]
    collection.in_blocks(items, seed=1)
    assert [collection.values(each)[2] for each in items] == [1, 2]


def test_what_is_there_twice_is_refused_before_it_is_measured() -> None:
    told = r"run 1 of mnist-fnn-layers-2 on jax is there 2 times: leave out .* --count, and give more --runs"
    with pytest.raises(pytest.UsageError, match=told):
        collection.in_blocks([item(1), item(2), item(1)], seed=1)
    collection.in_blocks([item(1, workerinput={}), item(1, workerinput={})], seed=1)  # its controller refuses


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("benchmarks/test_fnn.py::test_fnn[mnist-fnn-layers-2-jax]", False),
        ("benchmarks/test_fnn.py::test_fnn[mnist-fnn-layers-2-jax-run2]", False),
        ("benchmarks/test_fnn.py::test_fnn[mnist-fnn-layers-2-theano1.0-again-run2]", False),
        ("benchmarks/test_fnn.py::test_fnn[mnist-fnn-layers-2-jax-1-2]", True),
        ("benchmarks/test_fnn.py::test_fnn[mnist-fnn-layers-2-jax-run1-2-2]", True),
        ("tests/test_doctor.py::test_it[mnist-fnn-layers-2-jax-1-2]", False),
    ],
)
def test_a_parallel_session_refuses_it_by_its_id(name: str, refused: bool) -> None:
    """Its parts collect, and its controller hears of ids alone; pytest-repeat puts a step and their number behind."""
    controller = Controller.__new__(Controller)
    if not refused:
        controller.pytest_xdist_node_collection_finished([name])
        return
    with pytest.raises(pytest.UsageError, match="is there several times: leave out"):
        controller.pytest_xdist_node_collection_finished([name])
