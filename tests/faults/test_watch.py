"""Progress and checkpoints between epochs, by an injected clock; and clocks of the wall that decide nothing."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.benchmark.watch import PROGRESS_S, Checkpoint, Watch, last_checkpoint

ROOT = Path(__file__).parents[2]
Entry = dict[str, Any]


class Recorder:
    """A journal in memory, and a clock that tests set."""

    def __init__(self) -> None:
        self.now = 0.0
        self.entries: list[Entry] = []

    def write(self, kind: str, **fields: Any) -> None:
        self.entries.append({"kind": kind, **fields})

    def watch(self, folder: Path, every_s: float = 60, earlier: Checkpoint | None = None) -> Watch:
        return Watch(self.write, folder, "a", every_s, earlier, clock=lambda: self.now)

    def kinds(self) -> list[str]:
        return [entry["kind"] for entry in self.entries]


def epoch(number: int) -> Entry:
    return {"wall_s": 1.0 + number, "processor_s": 1.0, "host_s": 1.0, "loss": 0.5, "peak_mib": 100.0}


@given(st.lists(st.floats(0.001, 20), max_size=60))
def test_every_epoch_is_told_once_and_lines_are_rare(durations: list[float]) -> None:
    recorder = Recorder()
    watch = recorder.watch(Path("nowhere"))
    watch.begin()
    for number, seconds in enumerate(durations):
        recorder.now += seconds
        watch.epoch(epoch(number))
    watch.flush()
    lines = [entry["epochs"] for entry in recorder.entries[1:]]
    assert [each["wall_s"] for line in lines for each in line] == [1.0 + number for number in range(len(durations))]
    assert len(lines) <= sum(durations) / PROGRESS_S + 1


def test_checkpoints_are_due_by_the_clock_and_only_the_last_is_kept(tmp_path: Path) -> None:
    recorder = Recorder()
    watch = recorder.watch(tmp_path / "checkpoints")
    watch.begin()
    files: list[Path] = []
    for number in range(1, 4):
        assert not watch.due
        recorder.now += 60
        assert watch.due
        watch.epoch(epoch(number))
        files.append(watch.file(number))
        files[-1].write_text("state")
        watch.saved(files[-1], number, [{"epochs": number}])
    assert [path.exists() for path in files] == [False, False, True]
    found = last_checkpoint(recorder.entries, tmp_path)
    assert found
    assert (found.path, len(found.epochs), list(found.segments)) == (files[-1], 3, [{"epochs": 3}])
    watch.done()
    assert not (tmp_path / "checkpoints").exists()
    assert last_checkpoint(recorder.entries, tmp_path) is None


def test_zero_seconds_are_no_checkpoints() -> None:
    recorder = Recorder()
    watch = recorder.watch(Path("nowhere"), every_s=0)
    recorder.now = 1e9
    assert not watch.due


def test_what_was_taken_up_can_be_taken_up_again(tmp_path: Path) -> None:
    state = tmp_path / "earlier" / "state.npz"
    state.parent.mkdir()
    state.write_text("state")
    recorder = Recorder()
    watch = recorder.watch(tmp_path / "own", earlier=Checkpoint(state, [epoch(0), epoch(1)], [{"epochs": 2}]))
    watch.begin()
    found = last_checkpoint(recorder.entries, tmp_path)
    assert found
    assert (found.path, len(found.epochs)) == (state, 2)
    watch.forget()
    assert recorder.kinds()[-1] == "started"
    watch.done()
    assert not state.parent.exists()


def test_a_checkpoint_without_all_of_its_epochs_is_none(tmp_path: Path) -> None:
    state = tmp_path / "s" / "state.npz"
    state.parent.mkdir()
    state.write_text("state")
    entries: list[Entry] = [
        {"kind": "progress", "epochs": [epoch(0)]},
        {"kind": "checkpoint", "epochs": 2, "session": "s", "file": "state.npz", "segments": []},
    ]
    assert last_checkpoint(entries, tmp_path) is None
    entries[-1]["epochs"] = 1
    assert last_checkpoint(entries, tmp_path)
    outside = tmp_path / "outside"
    outside.write_text("somebody's")
    entries[-1] |= {"session": "..", "file": "../../outside"}
    assert last_checkpoint(entries, tmp_path / "s") is None


def calls(path: Path) -> set[str]:
    """The functions of `time` and `datetime` that a file calls."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if re.fullmatch(r"(time|datetime)\.\w+", called):
            found.add(called)
    return found


@pytest.mark.parametrize("folder", ["fixtures", "datasets"])
def test_a_clock_that_jumps_changes_labels_only(folder: str) -> None:
    """Durations, limits and intervals come from clocks that nobody sets; time of day is only ever written as text."""
    steady = {"time.perf_counter", "time.perf_counter_ns", "time.process_time", "time.monotonic", "time.sleep"}
    labels = {"time.strftime", "datetime.now"}
    used = {call for path in (ROOT / folder).rglob("*.py") for call in calls(path)}
    assert used <= steady | labels
