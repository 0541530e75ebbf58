"""--network's grammar, names and ids; and what counts as a change of a network's source."""

from pathlib import Path

import pytest

from models.layers import Dense, Network
from models.own import NotANetwork, OwnPoint, Spec, names, parsed, source_of, swept
from models.schedules import SGD, Training


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("mine.py", "mine.keras", "a/mine.py", "b/mine.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


def point(spec: Spec, name: str = "mine-network") -> OwnPoint:
    network = Network((4,), (Dense(2, "softmax"),), "categorical_crossentropy", classes=2)
    training = Training(SGD(0.1), batch_size=8, epochs=2, examples=64)
    arguments = next(spec.chosen())
    return OwnPoint(name, "own", "", name, network, training, "", None, spec=spec, arguments=arguments, source="")


def test_a_function_with_arguments_is_a_sweep(folder: Path) -> None:
    spec = parsed("mine.py:network?width=64,128&rate=0.5&kind=wide,deep", folder)
    assert (spec.file, spec.function) == (folder / "mine.py", "network")
    assert [*spec.chosen()] == [
        {"width": width, "rate": 0.5, "kind": kind} for width in (64, 128) for kind in ("wide", "deep")
    ]
    assert parsed(spec.text, Path("/")) == spec  # as a resumed session reads it again
    assert point(spec).id == "mine-network-width-64-kind-wide"
    assert point(spec).fixed == {"rate": 0.5}
    assert (swept(point(spec)).axis, swept(point(spec)).value) == ("width", 64)


def test_words_are_no_axis_and_ids_are_such_as_k_selects(folder: Path) -> None:
    spec = parsed("mine.py:network?kind=a b,c=d", folder)
    assert point(spec).id == "mine-network-kind-a_b"
    assert swept(point(spec)).axis is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mine.py", "names no network"),
        ("mine.py:2", "names no network"),
        ("mine.txt:network", "names no network"),
        ("none.py:network", "there is no file"),
        ("mine.keras?width=2", "has no arguments"),
        ("mine.py:network?width", "gives no argument its values"),
        ("mine.py:network?width=1,,2", "gives no argument its values"),
        ("mine.py:network?width=1&width=2", "gives no argument its values"),
        ("mine.py:network?1=2", "gives no argument its values"),
    ],
)
def test_what_names_no_network_is_told(folder: Path, text: str, reason: str) -> None:
    with pytest.raises(NotANetwork, match=reason):
        parsed(text, folder)


def test_files_of_one_stem_have_names_that_differ(folder: Path) -> None:
    texts = ["a/mine.py:network", "b/mine.py:network", "a/mine.py:build"]
    assert names([parsed(text, folder) for text in texts]) == ["a-mine-network", "b-mine-network", "a-mine-build"]
    assert names([parsed(text, folder) for text in ("mine.py:build", "mine.keras")]) == ["mine-build", "mine"]


def test_a_module_beside_the_file_belongs_to_its_source(folder: Path) -> None:
    file = folder / "mine.py"
    before = source_of(file)
    (folder / "notes.txt").write_text("no code")
    assert source_of(file) == before
    (folder / "beside.py").write_text("x = 1")
    beside = source_of(file)
    (folder / "package").mkdir()
    (folder / "package" / "__init__.py").write_text("")
    (folder / "package" / "part.py").write_text("x = 1")
    package = source_of(file)
    (folder / "package" / "part.py").write_text("x = 2")
    assert len({before, beside, package, source_of(file)}) == 4
    assert source_of(folder / "mine.keras") == source_of(folder / "mine.keras")
