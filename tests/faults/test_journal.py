"""A damaged journal is read but for its damaged lines, and every result is on some disk."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import journal as format_
from analysis.journal import JournalProblem, line, parse
from fixtures.session import journal_writer
from fixtures.session.journal_writer import Writer
from tests import ROOT
from tests.builder import fields
from tests.datasets.disk import full_beyond

Make = Callable[..., Writer]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=3,
)
entries = st.lists(
    st.tuples(st.sampled_from(["session", "started", "progress"]), st.dictionaries(st.text(min_size=5), values)),
    min_size=1,
    max_size=5,
)


def lines_of(pairs: list[tuple[str, dict[str, Any]]]) -> list[bytes]:
    return [line(kind, content) for kind, content in pairs]


def plain(journal: format_.Journal) -> list[dict[str, Any]]:
    return [{key: value for key, value in entry.items() if key != "crc32"} for entry in journal.entries]


# --- the format


@settings(max_examples=60)
@given(entries)
def test_what_is_written_is_read(pairs: list[tuple[str, dict[str, Any]]]) -> None:
    journal = parse(b"".join(lines_of(pairs)))
    assert plain(journal) == [{**content, "kind": content.get("kind", kind)} for kind, content in pairs]
    assert not journal.notes
    assert all(json.loads(each)["kind"] for each in lines_of(pairs))  # each line is JSON by itself


@settings(max_examples=60)
@given(entries, st.data())
def test_a_file_that_was_cut_off_gives_all_that_was_complete(
    pairs: list[tuple[str, dict[str, Any]]], data: st.DataObject
) -> None:
    lines = lines_of(pairs)
    whole = b"".join(lines)
    cut = data.draw(st.integers(0, len(whole)))
    complete = whole[:cut].count(b"\n")
    journal = parse(whole[:cut])
    at_a_boundary = cut == sum(map(len, lines[:complete]))
    lacks_only_its_end = cut == sum(map(len, lines[: complete + 1])) - 1
    assert len(journal.entries) == complete + (lacks_only_its_end and not at_a_boundary)
    assert journal.torn == (not at_a_boundary and not lacks_only_its_end)
    assert not journal.damaged


@settings(max_examples=60)
@given(entries, st.data())
def test_a_changed_byte_is_noticed(pairs: list[tuple[str, dict[str, Any]]], data: st.DataObject) -> None:
    whole = bytearray(b"".join(lines_of(pairs)))
    before = plain(parse(bytes(whole)))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    journal = parse(bytes(whole))
    assert all(entry in before for entry in plain(journal))
    assert len(journal.entries) < len(before) or bytes(whole[at : at + 1]).isspace() or at == len(whole) - 1
    assert journal.notes or len(journal.entries) == len(before)


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.lists(st.binary(max_size=60)).map(b"\n".join))
def test_any_bytes_are_a_journal_with_notes(data: bytes) -> None:
    journal = parse(data)
    assert all(isinstance(record, dict) for record in journal.records)
    assert isinstance(journal.header, dict)
    journal.unfinished()
    lines = len(data.split(b"\n")) - (data[-1:] in (b"\n", b""))
    assert len(journal.entries) + len(journal.damaged) + journal.torn == lines


@settings(max_examples=60)
@given(values)
def test_any_json_in_a_sound_line_is_an_entry_or_left_out(content: object) -> None:
    for data in (line("result", {"record": content}), json.dumps({"kind": content}).encode(), line("result", {})):
        journal = parse(data + b"\n")
        assert journal.damaged or isinstance(journal.records[0], dict)


def test_a_journal_of_before_checksums_is_read() -> None:
    raw = [fields(), fields("jax")]
    journal = parse("".join(json.dumps(each) + "\n" for each in raw).encode())
    assert journal.records == raw
    assert not journal.notes
    assert parse(b'{"a": 1}\n').damaged == [(1, "it has neither a checksum nor the fields of a record")]


def test_a_deeply_nested_line_is_left_out() -> None:
    assert parse(b"[" * 100_000 + b"\n").damaged[0][0] == 1


def test_the_last_result_of_a_benchmark_counts_and_what_has_none_is_unfinished() -> None:
    data = [
        line("started", {"benchmark": "a"}),
        line("progress", {"benchmark": "a", "epochs": [1]}),
        line("started", {"benchmark": "a"}),
        line("progress", {"benchmark": "a", "epochs": [2]}),
        line("started", {"benchmark": "b"}),
        line("result", {"benchmark": "b", "record": {"run": 1}}),
        line("result", {"benchmark": "b", "record": {"run": 2}}),
    ]
    journal = parse(b"".join(data))
    assert journal.records == [{"run": 2}]
    (name, since), *more = journal.unfinished().items()
    assert (name, more) == ("a", [])
    assert [entry.get("epochs") for entry in since] == [None, [2]]


# --- the writer


@pytest.fixture
def messages() -> list[str]:
    return []


@pytest.fixture
def make(messages: list[str]) -> Iterator[Callable[..., Writer]]:
    """make(folder, *rescue) returns a writer, which is closed at the end."""
    writers: list[Writer] = []

    def writer(folder: Path, *rescue: Path) -> Writer:
        writers.append(Writer(folder, messages.append, rescue))
        return writers[-1]

    yield writer
    for each in writers:
        each.close()


def test_nothing_is_created_before_the_first_line(tmp_path: Path, messages: list[str], make: Make) -> None:
    make(tmp_path / "journal")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_to_is_reported_before_anything_is_measured(tmp_path: Path, make: Make) -> None:
    (tmp_path / "journal").write_text("a file in its place")
    with pytest.raises(JournalProblem, match=r"results can't be written to .*--benchmark-storage"):
        make(tmp_path / "journal").begin()


def test_a_read_only_folder_is_reported_before_anything_is_measured(
    small_disk: Path, messages: list[str], make: Make
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(JournalProblem, match="Read-only file system"):
        make(small_disk / "journal").begin()


def test_from_a_full_disk_the_journal_moves_with_all_that_it_holds(
    small_disk: Path, tmp_path: Path, messages: list[str], make: Make
) -> None:
    writer = make(small_disk / "journal", small_disk / "also-full", tmp_path / "rescue")
    writer.begin(planned=["a"])
    for number in range(40):
        writer.write("result", benchmark=str(number), record={"pad": "x" * 4000, "number": number})
    writer.close()
    assert writer.path.parent == tmp_path / "rescue"
    journal = format_.read(writer.path)
    assert [record["number"] for record in journal.records] == list(range(40))
    assert journal.header["planned"] == ["a"]
    (message,) = messages
    assert "No space left on device" in message
    assert str(writer.path) in message
    rest = format_.read(small_disk / "journal" / writer.path.name)
    assert 5 < len(rest.records) < 40
    assert not rest.notes  # no line is torn


def test_what_is_carried_over_is_there_with_the_header_or_not_at_all(tmp_path: Path, make: Make) -> None:
    earlier = make(tmp_path / "earlier")
    earlier.begin()
    for number in range(40):
        earlier.write("result", benchmark=f"b{number}", record={"number": number, "pad": "x" * 100})
    carried = list(format_.read(earlier.path).kind("result"))
    with full_beyond(4000), pytest.raises(JournalProblem, match="results can't be written"):
        make(tmp_path / "small").begin(carried, planned=["a"])
    assert not [record for path in (tmp_path / "small").iterdir() for record in format_.read(path).records]
    resumed = make(tmp_path / "resumed")
    resumed.begin(carried, planned=["a"])
    assert list(format_.read(resumed.path).kind("result")) == carried
    assert format_.read(resumed.path).header["planned"] == ["a"]


def test_where_no_disk_takes_it_the_screen_does(
    tmp_path: Path, messages: list[str], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fixtures.session.journal_writer.tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    writer = make(tmp_path / "journal", tmp_path / "rescue")
    writer.begin()
    with full_beyond(4000), pytest.raises(JournalProblem, match=r"can't be continued .*--resume"):
        writer.write("result", benchmark="a", record={"pad": "x" * 5000})
    assert parse(messages[-1].encode() + b"\n").records[0]["pad"] == "x" * 5000
    writer.write("result", benchmark="b", record={"number": 2})  # there is room again
    assert not list(tmp_path.glob("rescue/*"))
    assert [r["number"] for path in format_.paths(tmp_path) for r in format_.read(path).records] == [2]


def test_a_slow_disk_is_reported_once(
    tmp_path: Path, messages: list[str], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]

    def slowly(descriptor: int) -> None:
        now[0] += 3.0

    monkeypatch.setattr("fixtures.session.journal_writer.os.fsync", slowly)
    monkeypatch.setattr("fixtures.session.journal_writer.time.monotonic", lambda: now[0])
    writer = make(tmp_path / "journal")
    writer.begin()
    writer.write("started", benchmark="a")
    assert len(messages) == 1
    assert "a line of the journal took 3.0 s" in messages[0]


def test_sessions_in_one_folder_and_a_clock_that_is_set_back_never_share_a_file(
    tmp_path: Path, messages: list[str], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fixtures.session.journal_writer.time.strftime", lambda *_: "20260101-000000")
    writers = [make(tmp_path / "journal") for _ in range(3)]
    for number, writer in enumerate(writers):
        writer.begin(number=number)
    assert len({writer.path for writer in writers}) == 3
    assert [format_.read(writer.path).header["number"] for writer in writers] == [0, 1, 2]


def test_only_a_running_session_keeps_its_lock(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from fixtures.session.journal_writer import Writer
writer = Writer(Path({str(tmp_path / "journal")!r}), print)
writer.begin()
print(writer.path, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as session:
        assert session.stdout
        path = Path(session.stdout.readline().strip())
        with path.open("rb") as file:
            assert not journal_writer.lock(file)
        session.kill()
        session.wait()
        with path.open("rb") as file:
            assert journal_writer.lock(file)


def test_names_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(JournalProblem, match="run `pytest benchmarks --headline` first"):
        format_.named("last", [])
    paths = [tmp_path / "journal" / f"{name}.jsonl" for name in ("20260101-1-1", "20260102-1-1", "20260102-2-1")]
    assert format_.named("last", paths) == paths[-1]
    assert format_.named("20260101", paths) == paths[0]
    assert format_.named("20260102-1-1", paths) == paths[1]
    for name, says in (("20260102", "several sessions"), ("benchmarks", "no session")):
        with pytest.raises(JournalProblem, match=f"'{name}' names {says}; there are: .*20260102-2-1"):
            format_.named(name, paths)


def test_a_newer_journal_asks_for_an_update(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(line("session", {"journal_version": 2}))
    with pytest.raises(JournalProblem, match=r"version 2.*update"):
        format_.read(path)
    with pytest.raises(JournalProblem, match="can't be read: No such file"):
        format_.read(tmp_path / "nowhere.jsonl")


def test_a_line_costs_milliseconds_not_seconds(tmp_path: Path, messages: list[str], make: Make) -> None:
    writer = make(tmp_path / "journal")
    start = time.perf_counter()
    for _ in range(20):
        writer.write("progress", epochs=[{"wall_s": 1.0}])
    assert (time.perf_counter() - start) / 20 < 0.5
    assert writer.path.stat().st_size > 0
