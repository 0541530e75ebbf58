"""Full and read-only disks, and two sessions in one folder: a clear message, and what was measured is safe."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from analysis import journal
from fixtures.pytest_plugin import ending
from fixtures.session.journal_writer import saved_whole
from reports.__main__ import main
from tests.backends import slow_but
from tests.datasets.disk import full_beyond
from tests.faults.conftest import SMOKE, Run, saved
from tests.faults.injection import standing, stands

pytestmark = pytest.mark.filterwarnings("error")


def test_a_file_that_was_begun_on_a_full_disk_is_removed(tmp_path: Path) -> None:
    failed: list[str] = []
    path = tmp_path / "machine" / "0001_stamp.json"
    path.parent.mkdir()

    def save() -> None:
        with path.open("wb") as file:
            file.write(b"[" + b"1," * 4000 + b"1]")

    before = tmp_path / "machine" / "0001_other.json"
    before.write_text("{")
    with full_beyond(1000):
        ending.guarded(save, tmp_path, "stamp", failed.append)()
    assert failed == ["File too large"]
    assert not path.exists()
    assert before.exists()  # another session's is none of ours
    ending.guarded(save, tmp_path, "stamp", failed.append)()
    assert len(failed) == 1
    assert saved_whole(path)


@pytest.mark.backend
@slow_but(["cntk"], ["jax", "cntk"], "available")  # a new and an old one
def test_on_a_disk_that_fills_up_nothing_measured_is_lost(
    run: Run, tmp_path: Path, small_disk: Path, available: str
) -> None:
    here = tmp_path / "here"
    session = run(
        *SMOKE, f"--backend={available}", "--runs=2", folder=small_disk, faults={f"{available}-run2": stands(here)}
    )
    standing(here)
    rest = small_disk / "rest"
    with pytest.raises(OSError, match="No space left"):
        rest.write_bytes(b"0" * 2**20)
    here.unlink()
    status, output = session.wait(), session.output()
    assert status == 1
    assert "Traceback" not in output
    assert "can't be written to (No space left on device): the journal goes on in" in output
    assert "NOT saved for `pytest-benchmark compare`: No space left on device" in output
    path = Path(output.split("python -m reports recover ")[1].split()[0])
    try:
        rescued = journal.read(path)
        assert [record["outcome"] for record in rescued.records] == ["ok", "ok"]
        assert not saved(small_disk)
        rest.unlink()
        (tmp_path / "roomy").mkdir()
        assert (
            main(["--root", str(small_disk), "recover", str(path), "--output", str(tmp_path / "roomy" / "x.json")]) == 0
        )
        again = run(f"--resume={path}", folder=tmp_path / "roomy")
        assert again.wait() == 0, again.output()
        (merged,) = saved(tmp_path / "roomy")
        assert len(merged["benchmarks"]) == 2
    finally:
        path.unlink()


@pytest.mark.backend
@pytest.mark.parametrize("available", ["jax"], indirect=True)
def test_a_read_only_folder_is_reported_before_anything_is_measured(run: Run, small_disk: Path, available: str) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    session = run(*SMOKE, f"--backend={available}", folder=small_disk)
    assert session.wait() == 4, session.output()
    assert "results can't be written to" in session.output()
    assert "Read-only file system" in session.output()
    assert "--benchmark-storage=file://FOLDER" in session.output()
    assert "Traceback" not in session.output()


@pytest.mark.backend
@slow_but(["cntk"], ["cntk", "jax"], "available")
def test_two_sessions_in_one_folder_save_two_runs(run: Run, tmp_path: Path, available: str) -> None:
    sessions = [run(*SMOKE, f"--backend={available}") for _ in range(2)]
    assert [session.wait() for session in sessions] == [0, 0]
    names = sorted(path.name for path in (tmp_path / "saved").glob("*/0*.json"))
    assert [name[:5] for name in names] == ["0001_", "0002_"]
    assert [len(each["benchmarks"]) for each in saved(tmp_path / "saved")] == [1, 1]
    assert [len(journal.read(path).records) for path in journal.paths(tmp_path / "saved")] == [1, 1]


@pytest.mark.backend
@slow_but(["cntk"], ["jax", "cntk"], "available")
def test_where_no_disk_has_room_the_session_stops_and_can_go_on(run: Run, tmp_path: Path, available: str) -> None:
    session = run(*SMOKE, f"--backend={available}", "--runs=3", "-p", "tests.faults.full")
    status, output = session.wait(), session.output()
    assert status == 2, output
    assert "Traceback" not in output
    assert "No folder can be written to any more (File too large). This is what could not be kept:" in output
    assert "make room, then go on with --resume" in output
    assert "2 of 3 benchmarks are still to do" in output
    assert [record["run"] for record in session.journal().records] == [1]
    shown = next(line for line in output.splitlines() if '"kind": "result"' in line or '"kind":"result"' in line)
    assert journal.parse(shown.encode() + b"\n").records[0]["run"] == 2  # what is on the screen is the whole of it
    again = run("--resume", folder=tmp_path / "saved")
    assert again.wait() == 0, again.output()
    assert [record["run"] for record in again.journal().records] == [1, 2, 3]
