"""The catalogue against the study's tables: counts, examples, mini-batches, ids."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression

from models.catalogue import Point, point, points
from models.layers import Params

STUDY = tuple(point for point in points() if point.table)  # without points that somebody added
IDS = Path(__file__).with_name("ids.txt")

# what the study has in each of its tables, by axis; batch sizes have no table but their network's
BY_TABLE = {
    ("4.4", "layers"): 6, ("4.5", "layers"): 6, ("4.6", "layers"): 6,
    ("4.4", "batch_size"): 7, ("4.5", "batch_size"): 7, ("4.6", "batch_size"): 7,
    ("4.7", None): 1, ("4.13", None): 1, ("4.19", None): 2, ("4.25", None): 1,
    ("4.9", "examples"): 6, ("4.15", "examples"): 6, ("4.21", "examples"): 6, ("4.27", "examples"): 6,
    ("4.10", "layers"): 5, ("4.16", "layers"): 5, ("4.22", "layers"): 5, ("4.28", "layers"): 5,
    ("4.11", "filters"): 5, ("4.17", "filters"): 5, ("4.23", "filters"): 5, ("4.29", "filters"): 5,
    ("4.12", "filter_size"): 6, ("4.18", "filter_size"): 6, ("4.24", "filter_size"): 6, ("4.30", "filter_size"): 6,
    ("4.31", "layers"): 5, ("4.33", "layers"): 5, ("4.32", "cells"): 6, ("4.34", "cells"): 6,
}  # fmt: skip


@pytest.mark.parametrize("point", STUDY, ids=lambda point: point.id)
def test_arithmetic_gives_the_printed_count(point: Point) -> None:
    counted = point.network.params()
    assert point.printed_params == (counted.total if point.count_kind == "total" else counted.trainable)


def test_every_table_is_complete() -> None:
    assert Counter((point.table, point.axis) for point in STUDY) == BY_TABLE


def test_153_points_and_one_variant() -> None:
    published = [point for point in STUDY if not point.variant]
    repeats = Counter("counts again" if p.axis in ("examples", "batch_size") else "counts" for p in published)
    assert repeats == {"counts": 108, "counts again": 24 + 21}
    assert [point.id for point in STUDY if point.variant] == ["svhn-wrn_16_8-literal"]


def test_counts_with_and_without_moving_statistics() -> None:
    trainable = {point.architecture for point in points() if point.count_kind == "trainable"}
    assert trainable == {"wrn_16_8", "basic_svhn"}
    assert [p.id for p in points() if p.architecture in trainable and p.count_kind == "total"] == [
        "svhn-basic_svhn-filters-4"
    ]
    assert point("svhn-basic_svhn-filters-4").network.params() == Params(141_716_362, 8_320)
    assert point("svhn-wrn_16_8").network.params().total == 10_968_570
    assert point("svhn-wrn_16_8-literal").network.params().total == 10_964_986


def test_both_networks_that_table_4_14_may_be_of_are_there() -> None:
    assert point("cifar10-cnn_relu-filters-1").printed_params == 5_877_258
    assert point("cifar10-cnn_relu-layers-1").printed_params == 10_071_562


@pytest.mark.parametrize(
    ("base", "examples"),
    [
        ("mnist-cnn_softmax", (19_800, 24_000, 34_200, 38_400, 49_800, 60_000)),
        ("cifar10-cnn_relu", (16_500, 20_000, 28_500, 32_000, 41_500, 50_000)),  # the last one misprinted: 60,000
        ("svhn-basic_svhn", (24_174, 29_302, 41_756, 46_884, 60_803, 73_257)),
        ("norb-mp_relu", (19_245, 23_328, 33_242, 37_324, 48_405, 58_320)),
    ],
)
def test_shares_of_the_examples_are_the_printed_ones(base: str, examples: tuple[int, ...]) -> None:
    swept = [point(f"{base}-examples-{percent}") for percent in (33, 40, 57, 64, 83, 100)]
    assert tuple(p.training.examples for p in swept) == examples
    assert {p.network for p in swept} == {point(f"{base}-filters-1").network}


@pytest.mark.parametrize("dataset", ["cifar10", "svhn", "mnist"])
def test_mini_batches_change_nothing_else(dataset: str) -> None:
    deepest = point(f"{dataset}-fnn-layers-6")
    for size in (8, 16, 32, 64, 128, 256, 512):
        swept = point(f"{dataset}-fnn-batch_size-{size}")
        assert swept.training.batch_size == size
        assert (swept.network, swept.training.epochs) == (deepest.network, deepest.training.epochs)


def test_every_figure_draws_a_sweep() -> None:
    drawn = {figure: [p.axis for p in points() if figure in p.figures] for figure in _figures()}
    assert [figure for figure, axes in drawn.items() if not axes] == []
    assert all(len(set(axes)) == 1 for axes in drawn.values())
    assert {figure for p in points() for figure in p.figures} == set(_figures())


def _figures() -> list[str]:
    return [f"4.{number}" for number in range(1, 90)]


def test_ids_are_those_that_saved_runs_know() -> None:
    """Saved runs are compared by id. A new point gets a new line in ids.txt; an old line never changes."""
    assert [point.id for point in points()] == IDS.read_text().split()


def test_ids_are_unique_and_made_of_what_k_accepts() -> None:
    ids = [point.id for point in points()]
    assert len(set(ids)) == len(ids)
    assert all(set(id_) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-.") for id_ in ids)


def test_k_selects_each_id() -> None:
    ids = [point.id for point in points()]
    for id_ in ids:
        expression = Expression.compile(id_)
        selected = [other for other in ids if expression.evaluate(lambda name, /, other=other, **_: name in other)]
        assert selected == [other for other in ids if id_ in other]


def test_k_selects_a_sweep_by_its_words() -> None:
    expression = Expression.compile("svhn and filters and not 0.25")
    ids = [point.id for point in points("cnn")]
    selected = [id_ for id_ in ids if expression.evaluate(lambda name, /, id_=id_, **_: name in id_)]
    assert selected == [f"svhn-basic_svhn-filters-{value}" for value in ("0.5", "1", "2", "4")]


def test_each_family_has_one_headline() -> None:
    headlines = [point.id for point in points() if point.headline]
    assert headlines == ["mnist-fnn-layers-6", "mnist-cnn_softmax-filters-1", "imdb-imdb_lstm-layers-1"]
    assert [point.family for point in points() if point.headline] == ["fnn", "cnn", "rnn"]


def test_families_share_the_points_among_them() -> None:
    assert points("fnn") + points("cnn") + points("rnn") == points()


def test_an_unknown_id_is_refused_with_what_was_meant() -> None:
    with pytest.raises(KeyError, match=r"no point 'mnist-fnn-layers-7'; the nearest are .*mnist-fnn-layers-6"):
        point("mnist-fnn-layers-7")


def test_collecting_reads_no_file_and_imports_no_library() -> None:
    code = (
        "import sys; from models.catalogue import points; points();"
        "print({'numpy', 'keras', 'pytest', 'study.printed'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=IDS.parents[2])
    assert done.stdout.strip() == "set()"


RECIPES = {
    ("mnist", "scaled"): (784,), ("mnist", "gcn"): (28, 28, 1), ("mnist", "w20"): (28, 20, 1),
    ("cifar10", "gist"): (960,), ("cifar10", "gcn_zca"): (32, 32, 3),
    ("cifar10", "centred"): (32, 32, 3), ("cifar10", "centred64"): (64, 64, 3),
    ("svhn", "hog_hue"): (154,), ("svhn", "scaled"): (32, 32, 3),
    ("norb", "rescaled48"): (48, 48, 2), ("norb", "rescaled96"): (96, 96, 2),
    ("imdb", "ranks"): (500,), ("hmdir", "sequences"): (19, 24),
}  # fmt: skip
CLASSES = {"mnist": 10, "cifar10": 10, "svhn": 10, "norb": 6, "imdb": 1, "hmdir": 1}


@pytest.mark.parametrize("point", STUDY, ids=lambda point: point.id)
def test_a_network_takes_its_data_and_ends_in_its_classes(point: Point) -> None:
    assert point.network.input_shape == RECIPES[point.dataset, point.preprocessing]
    assert point.network.shapes()[-1] == (CLASSES[point.dataset],) == (point.network.classes,)
