"""The report's environments, and the commands that do it again."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.expression import Expression
from markupsafe import escape

from analysis import saved_runs
from analysis.record import table
from models.catalogue import points
from reports.html import origin
from reports.html.raw import FIGURES
from tests.builder import fields, save
from tests.reports.pages import embedded, page, raw, shown


def test_environments_flags_and_the_way_to_repeat_it_are_told(tmp_path: Path) -> None:
    doubt = {"code": "unsteady", "text": "so it is"}
    save(tmp_path, "0001_a", [each | {"flags": [doubt]} for each in raw()])
    words = shown(page(tmp_path))
    for expected in ("cpu_model Test CPU", "keras 3.0.0", "docs/comparing.md#unsteady", "git checkout 0123456789ab"):
        assert expected in words
    saved, _ = saved_runs.everything(tmp_path)
    plan = "--profile=quick --runs=3 --warmup=2 --rounds=5 --seed=1 --threads=2 --device=cpu"
    commands = [line for line in origin.reproduce(saved) if line.startswith("pytest")]
    assert commands == [f"pytest benchmarks --headline --backend=theano,cntk,torch {plan}"]


def test_the_page_says_of_each_field_what_the_table_says(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", raw(waited_s=1.0))
    saved, _ = saved_runs.everything(tmp_path)
    facts = dict(origin.provenance(saved)[0].facts)
    assert {column.name for column in facts} <= table().keys()
    assert facts[table()["warmup"]] == "2"
    text = page(tmp_path)
    for name in ("machine", "order_seed", "environment"):
        assert f'<dt title="{escape(table()[name].field.text)}">{name}</dt>' in text
    for column in (*origin.FACTS, *FIGURES):
        assert f"<dt>{column.title}</dt><dd>{escape(column.field.text)}</dd>" in text
    headers = {name: (title, meaning) for name, title, meaning in embedded(text, "results")["headers"]}
    assert headers["rounds_s"] == ("rounds_s [s]", "every round: wall time by the worker")
    assert headers["peak_memory_mib"][0] == "peak_memory_mib [MiB]"


@pytest.mark.parametrize(
    ("at", "chosen"),
    [
        (tuple(f"mnist-fnn-layers-{n}" for n in range(1, 7)), "-k mnist-fnn-layers"),
        (("mnist-fnn-layers-2", "svhn-wrn_16_8"), "-k 'mnist-fnn-layers-2 or svhn-wrn_16_8 and not literal'"),
        (("svhn-wrn_16_8-literal",), "-k svhn-wrn_16_8-literal "),
        (("svhn-wrn_16_8", "svhn-wrn_16_8-literal"), "-k 'svhn-wrn_16_8 or svhn-wrn_16_8-literal'"),
        (tuple(each.id for each in points()), "--backend"),
    ],
)
def test_a_session_is_chosen_by_its_sweeps(tmp_path: Path, at: tuple[str, ...], chosen: str) -> None:
    save(tmp_path, "0001_a", [fields(at=where) for where in at])
    saved, _ = saved_runs.everything(tmp_path)
    assert next(line for line in origin.reproduce(saved) if "pytest" in line).startswith(f"pytest benchmarks {chosen}")


def commands(root: Path) -> list[str]:
    saved, _ = saved_runs.everything(root)
    return [*origin.reproduce(saved)]


def named(name: str) -> Any:
    return lambda text, **_: text in name


@pytest.mark.parametrize("chosen", [*([each.id] for each in points()), ["svhn-wrn_16_8", "cifar10-fnn-layers-6"]])
def test_what_is_chosen_again_is_what_was_measured(chosen: list[str], tmp_path: Path) -> None:
    """By the expression as pytest evaluates it, on names as benchmarks have them."""
    save(tmp_path, "0001_a", [fields(at=where) for where in chosen])
    words = shlex.split(commands(tmp_path)[-1])
    selector = Expression.compile(words[words.index("-k") + 1])
    names = {each.id: f"test_{each.family}[{each.id}-torch]" for each in points()}
    picked = [id for id, name in names.items() if selector.evaluate(named(name))]
    assert sorted(picked) == sorted(chosen)


def test_second_names_and_stand_ins_are_asked_for_again(tmp_path: Path) -> None:
    again = [fields("torch", backend_alias="torch-again", aa_of="torch", data="synthetic")]
    save(tmp_path, "0001_a", [fields("torch", data="synthetic"), *again, fields("jax", outcome="crash", data=None)])
    command = commands(tmp_path)[-1]
    assert command.startswith("pytest benchmarks -k mnist-fnn-layers-6 --backend=torch,jax ")
    assert command.endswith(" --aa --data=synthetic")
    save(tmp_path, "0001_a", [fields("torch", data="synthetic"), fields("jax", data="real")])
    assert "--data" not in commands(tmp_path)[-1]
    assert "--aa" not in commands(tmp_path)[-1]


def test_options_that_were_chosen_are_asked_for_again(tmp_path: Path) -> None:
    chosen = {"jit": "off", "tf32": True, "fix_update_race": False, "steady": True}
    save(tmp_path, "0001_a", [fields(options=chosen)])
    assert commands(tmp_path)[-1].endswith(" --jit=off --tf32 --race --steady")


def test_a_commit_is_one_word_of_the_shell(tmp_path: Path) -> None:
    save(tmp_path, "0001_a", [fields(commit="0123; rm -r *+")])
    (line,) = [line for line in commands(tmp_path) if line.startswith("git")]
    assert shlex.split(line, comments=True) == ["git", "checkout", "0123; rm -r *"]
