"""What is typed in from the study: complete, consistent in itself and with the catalogue."""

import json
from collections import Counter
from pathlib import Path

import pytest

import study
from models.catalogue import point, points

IDS = {point.id for point in points()}
BACKENDS = {"theano", "tensorflow1", "cntk"}


def test_results_are_three_backends_of_ten_networks() -> None:
    rows = Counter(result.table for result in study.results())
    assert rows == {"4.3": 6} | dict.fromkeys(("4.7", "4.8", "4.13", "4.14", "4.19", "4.20", "4.25", "4.26"), 3)
    assert len({(r.table, r.point, r.backend) for r in study.results()}) == 30
    assert {r.backend for r in study.results()} == BACKENDS


def test_results_are_of_points() -> None:
    for result in study.results():
        assert result.point == result.candidates[0]
        assert set(result.candidates) <= IDS
        assert result.table in ("4.3", "4.8", "4.14", "4.20", "4.26") or point(result.point).table == result.table


def test_doubtful_results_name_both_networks() -> None:
    doubtful = {result.table: result.candidates for result in study.results() if len(result.candidates) > 1}
    assert doubtful == {
        "4.8": ("mnist-cnn_softmax-filters-1", "mnist-cnn_softmax-layers-1"),
        "4.14": ("cifar10-cnn_relu-filters-1", "cifar10-cnn_relu-layers-1"),
        "4.19": ("svhn-wrn_16_8", "svhn-wrn_16_8-literal"),
    }


def test_results_have_what_their_table_prints() -> None:
    for result in study.results():
        assert result.time_s > 0
        if result.table == "4.3":
            assert (result.runs, result.memory_mib, result.train_error, result.test_error) == (5, None, None, None)
            assert result.spread_s is not None
        else:
            assert (result.runs, result.spread_s) == (1, None)
            assert None not in (result.memory_mib, result.train_error, result.test_error)


@pytest.mark.parametrize(
    ("table", "numerator", "denominator", "time", "memory"),
    [  # ratios as the text prints them beside their tables
        ("4.7", "theano", "tensorflow1", 1.8, None),
        ("4.7", "theano", "cntk", 2.5, None),
        ("4.7", "tensorflow1", "theano", None, 1.6),
        ("4.8", "theano", "tensorflow1", 2.2, None),
        ("4.8", "theano", "cntk", 2.3, None),
        ("4.8", "tensorflow1", "cntk", 1.1, 1.1),
        ("4.13", "theano", "cntk", 2.0, None),
        ("4.13", "cntk", "theano", None, 1.4),
        ("4.14", "cntk", "tensorflow1", 1.2, 1.2),
        ("4.14", "theano", "tensorflow1", 1.9, None),
        ("4.20", "cntk", "tensorflow1", None, 1.5),
        ("4.20", "cntk", "theano", None, 2.8),
        ("4.25", "theano", "tensorflow1", 2.2, None),
        ("4.25", "tensorflow1", "theano", None, 2.7),
    ],
)
def test_results_give_the_ratios_of_the_text(
    table: str, numerator: str, denominator: str, time: float | None, memory: float | None
) -> None:
    rows = {result.backend: result for result in study.results() if result.table == table}
    above, below = rows[numerator], rows[denominator]  # type: ignore[index]
    if time is not None:
        assert above.time_s / below.time_s == pytest.approx(time, abs=0.051)
    if memory is not None:
        assert above.memory_mib is not None
        assert below.memory_mib is not None
        assert above.memory_mib / below.memory_mib == pytest.approx(memory, abs=0.051)


def test_figures_are_those_of_the_catalogue() -> None:
    assert [figure.figure for figure in study.figures()] == [f"4.{number}" for number in range(1, 90)]
    for figure in study.figures():
        drawn = [p for p in points() if figure.figure in p.figures and not p.variant]
        assert figure.points == tuple(p.id for p in drawn)
        assert {(figure.dataset, figure.architecture, figure.axis)} == {
            (p.dataset, p.architecture, p.axis) for p in drawn
        }


def test_kinds_of_figures() -> None:
    assert Counter(figure.kind for figure in study.figures()) == {
        "time": 26, "speedup": 26, "memory": 16, "relative_memory": 16, "throughput": 4, "diagram": 1
    }  # fmt: skip


def test_claims() -> None:
    assert Counter(claim.status for claim in study.claims()) == {
        "ok": 104, "misreferenced": 6, "self_contradictory": 8, "text_conflict": 5, "conflicts_with_table": 4,
        "unit_note": 3, "swapped": 2,
    }  # fmt: skip
    figures = {figure.figure: figure for figure in study.figures()}
    for claim in study.claims():
        figure = figures[claim.figure]
        assert claim.metric == {"memory": "memory_difference"}.get(figure.kind, figure.kind)
        assert claim.min <= claim.max
        assert claim.settled_min <= claim.settled_max
        assert claim.points
        assert set(claim.min_at + claim.max_at) <= set(claim.points) <= set(figure.points)
        assert claim.note or claim.status == "ok"
        assert {claim.numerator, claim.denominator} <= BACKENDS | {None}
        assert claim.numerator != claim.denominator


def test_claims_leave_out_points_where_a_backend_ran_out_of_memory() -> None:
    assert len(study.out_of_memory()) == 3
    for id_, backend in study.out_of_memory():
        assert id_ in IDS
        for claim in study.claims():
            assert id_ not in claim.points or backend not in (claim.numerator, claim.denominator)


def test_settled_ranges() -> None:
    settled = {
        (c.figure, c.numerator, c.denominator): (c.settled_min, c.settled_max)
        for c in study.claims()
        if (c.min, c.max) != (c.settled_min, c.settled_max)
    }
    assert settled == {
        ("4.48", "theano", "cntk"): (1.6, 2.1),
        ("4.50", "cntk", "theano"): (2.8, 5.3),
        ("4.61", "theano", "tensorflow1"): (1.7, 2.4),
        ("4.61", "theano", "cntk"): (1.5, 1.9),
        ("4.65", "cntk", "theano"): (1.3, 3.5),
    }


@pytest.mark.parametrize("table", ["4.8", "4.20", "4.26"])
def test_claims_and_results_of_one_point_agree(table: str) -> None:
    """Where the study prints both a table and a range for a point, the settled range holds the table's ratio."""
    rows = {result.backend: result for result in study.results() if result.table == table}
    id_ = rows["cntk"].point
    twins = {p.id for p in points() if (p.network, p.training) == (point(id_).network, point(id_).training)}
    checked = 0
    for claim in study.claims():
        if claim.denominator is None or not twins & set(claim.points):
            continue
        above, below = rows[claim.numerator], rows[claim.denominator]
        if claim.metric == "speedup":
            ratio = above.time_s / below.time_s
        else:
            assert above.memory_mib is not None
            assert below.memory_mib is not None
            ratio = above.memory_mib / below.memory_mib
        assert claim.settled_min - 0.06 <= ratio <= claim.settled_max + 0.06, claim
        checked += 1
    assert checked >= 6


def test_conclusions_are_held_against_their_figures() -> None:
    assert len(study.conclusions()) == 43
    claims = {(claim.figure, claim.metric, claim.numerator, claim.denominator): claim for claim in study.claims()}
    for said in study.conclusions():
        found = [
            claim
            for figure in said.figures
            if (claim := claims.get((figure, said.metric, said.numerator, said.denominator)))
        ]
        if said.agrees is None:
            assert not found
            continue
        assert (said.figures_min, said.figures_max) == (min(c.min for c in found), max(c.max for c in found))
        assert said.agrees == ((said.min, said.max) == (said.figures_min, said.figures_max))
    assert sum(said.agrees is False for said in study.conclusions()) == 17


def test_contradictions_say_everything() -> None:
    kinds = Counter(entry.kind for entry in study.contradictions())
    assert kinds["contradiction"] == 58
    assert kinds["choice"] > 0
    assert all(e.where and e.problem and e.settled and e.evidence for e in study.contradictions())


def test_the_setup_names_the_stack_and_the_machine() -> None:
    assert "Keras 2.0.8" in study.platform().stack
    assert "TITAN X" in study.platform().machine


def test_the_file_holds_nothing_that_no_loader_reads() -> None:
    content = json.loads(Path(study.__file__).with_name("study.json").read_text("utf-8"))
    lists = {key for key, value in content.items() if isinstance(value, list)}
    assert lists == {"results", "out_of_memory", "figures", "claims", "conclusions", "contradictions"}
    entries = [content, *(entry for key in lists for entry in content[key])]
    assert set(content) - lists - set(study.FOR_PEOPLE) == {"stack", "machine"}
    assert set(study.FOR_PEOPLE) <= {key for entry in entries for key in entry}
