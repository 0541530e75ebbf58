"""Options: what they mean, and what a bad value is told."""

from __future__ import annotations

import argparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.backends import registry
from fixtures.benchmark.plan import plan_of
from fixtures.plugin.options import add_backend_options, add_options, from_options
from fixtures.session.settings import Settings
from models.catalogue import points

HEADLINE = [point for point in points() if point.headline]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["cntk"], ("cntk",)),
        (["jax,theano"], ("theano", "jax")),
        (["jax", "theano", "jax"], ("theano", "jax")),
        (["study"], ("theano", "tensorflow1", "cntk")),
        (["modern"], ("tensorflow2", "jax", "torch")),
        (["tensorflow"], ("tensorflow1", "tensorflow2")),
        (["study,jax"], ("theano", "tensorflow1", "cntk", "jax")),
        (["all"], tuple(registry.BACKENDS)),
    ],
)
def test_backends_by_name_list_and_group(words: list[str], names: tuple[str, ...]) -> None:
    assert registry.select(words) == names


@given(st.text(max_size=12))
def test_an_unknown_backend_is_told_what_there_is(word: str) -> None:
    names = {*registry.BACKENDS, *registry.GROUPS}
    if any(part.strip() not in names for part in word.split(",")):
        with pytest.raises(ValueError, match="choose from theano, tensorflow1, cntk"):
            registry.select([word])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--backend=keras"], "there is no backend 'keras'; choose from theano"),
        (["--threads=0"], "'0' is not a whole number of at least 1"),
        (["--threads=9999"], "'9999' threads: this process may use"),
        (["--device=tpu"], "invalid choice: 'tpu'"),
    ],
)
def test_a_bad_value_names_itself(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_backend_options(parser.add_argument)
    with pytest.raises(SystemExit):
        parser.parse_args(arguments)
    assert message in capsys.readouterr().err


class TestNamesThatAnotherPluginHas:
    @pytest.fixture
    def parser(self) -> pytest.Parser:
        return pytest.Parser(_ispytest=True)

    def test_the_old_name_of_the_time_limit_is_theirs(self, parser: pytest.Parser) -> None:
        parser.getgroup("timeout").addoption("--timeout", type=float)
        add_options(parser)
        found = parser.parse_known_args(["--timeout=5", "--time-limit=7"])
        assert (found.timeout, found.time_limit) == (5, 7)

    def test_else_it_is_ours(self, parser: pytest.Parser) -> None:
        add_options(parser)
        assert parser.parse_known_args(["--timeout=5"]).time_limit == 5

    def test_any_other_name_is_one_message(self, parser: pytest.Parser) -> None:
        parser.getgroup("profiling").addoption("--profile", action="store_true")
        with pytest.raises(pytest.UsageError, match="another plugin has an option --profile already"):
            add_options(parser)


def options(**given: object) -> argparse.Namespace:
    defaults = {name: getattr(Settings(()), name) for name in Settings.__dataclass_fields__ if name != "backends"}
    return argparse.Namespace(**{**defaults, "backend": None, **given})


def test_epochs_and_rounds_contradict_each_other() -> None:
    with pytest.raises(pytest.UsageError, match="--epochs 3 and --rounds 2 both say how long to train"):
        from_options(options(epochs=3, rounds=2))


def test_left_out_means_the_studys_and_todays() -> None:
    assert set(from_options(options()).backends) == {*registry.GROUPS["study"], *registry.GROUPS["modern"]}


@given(st.integers(1, 20))
def test_epochs_are_warm_ups_and_rounds(epochs: int) -> None:
    for point in HEADLINE:
        plan = from_options(options(epochs=epochs)).plan(point)
        assert plan.epochs == epochs
        assert plan.rounds >= 1


def test_each_number_of_a_profile_can_be_replaced() -> None:
    plan = from_options(options(runs=7, rounds=8, warmup=9, examples=10, time_limit=11.0)).plan(HEADLINE[0])
    assert (plan.runs, plan.rounds, plan.warmup, plan.examples, plan.timeout) == (7, 8, 9, 10, 11)
    assert from_options(options(time_limit=0.0)).plan(HEADLINE[0]).timeout is None


@pytest.mark.parametrize("point", HEADLINE, ids=lambda point: point.id)
def test_the_study_profile_is_the_studys_schedule(point) -> None:  # type: ignore[no-untyped-def]
    plan = plan_of("study", point)
    assert (plan.epochs, plan.examples) == (point.training.epochs, point.training.examples)
    assert Settings((), profile="study").overridden(point) == {}


def test_steady_is_an_option_of_the_results_where_it_was_chosen() -> None:
    assert from_options(options(steady=True)).options["steady"] is True
    assert "steady" not in from_options(options()).options  # so that older results have the same options


def test_only_what_differs_from_the_study_counts_as_overridden() -> None:
    point = HEADLINE[0]
    same = Settings((), batch_size=point.training.batch_size, examples=100)
    assert same.overridden(point) == {"examples": 100}
