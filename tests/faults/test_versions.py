"""Two versions of a framework side by side: built, measured in turns, interrupted, resumed, and compared."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.faults.conftest import SMOKE, Run, saved
from tests.faults.injection import standing, stands
from tests.reports.commands import run as command

OLDER = "jax==0.9.1"
BOTH = {"jax", "jax-0.9.1"}


@pytest.mark.slow  # an environment of hundreds of megabytes is built once
@pytest.mark.network
@pytest.mark.backend
@pytest.mark.usefixtures("jax")
def test_two_versions_are_measured_resumed_and_compared(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file = tmp_path / "saved", tmp_path / "stands"
    first = run(*SMOKE, f"--backend=jax,{OLDER}", "--runs=2", faults={"jax-run2": stands(file, "in", 1)})
    standing(file, patience_s=1800)  # with what is built first
    first.send(signal.SIGINT)
    assert first.wait() == 2, first.output()
    assert not first.orphans()
    assert "--resume" in first.output()
    assert {(each["record"]["run"], arm(each["record"])) for each in first.journal().kind("result")} == {
        (1, each) for each in BOTH
    }

    second = run("--resume")
    assert second.wait() == 0, second.output()
    (resumed,) = saved(folder)[1:]
    records = [each["extra_info"] for each in resumed["benchmarks"]]
    assert {(each["run"], arm(each)) for each in records} == {(number, each) for number in (1, 2) for each in BOTH}
    assert {arm(each): each["versions"]["jax"] for each in records}["jax-0.9.1"] == "0.9.1"
    assert len({each["environment"] for each in records}) == 2
    assert {each["asked"] for each in records if arm(each) != "jax"} == {OLDER}
    assert {each["turns"] for each in records} == {"alternate"}

    assert command(folder, "compare", f"--baseline={OLDER}") == 0
    table = capsys.readouterr().out
    assert all(each in table for each in BOTH)


def arm(record: dict[str, object]) -> object:
    return record.get("backend_alias") or record["backend"]
