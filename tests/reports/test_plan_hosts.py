"""`python -m reports plan --hosts`: hours by sweep, and wall time on so many hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.catalogue import points
from reports.commands.common import Exit
from reports.commands.hosts import planned
from tests.builder import one, save
from tests.reports.commands import Output, run, swept


def test_hours_are_those_of_the_saved_run(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_ci", swept({"torch": 1.0, "jax": 2.0}, wall_s=900.0, started="2026-01-01T00:00:00+0000"))
    assert run(tmp_path, "plan", "--hosts=1,4", "--runs=2") == Exit.FINE
    lines = capsys.readouterr().out.splitlines()
    (row,) = (line.split() for line in lines if line.startswith("fnn") and " layers" in line)
    assert row[2:5] == ["4", "8", "2.00"]  # both arms ran at once, so a block took their 900 s
    one, four = (line.split() for line in lines if line[:8].strip() in ("1", "4"))
    assert float(one[1]) == pytest.approx(2.0, abs=0.3)
    assert float(four[1]) == pytest.approx(0.5, abs=0.15)
    assert "Simulated" in lines[-1]


def test_printed_totals_are_times_as_well() -> None:
    records = [one("theano", profile="study", wall_s=None, measured_total_s=3600.0)]
    parts = list(planned(records, None))
    assert sum(part.hours for part in parts) == 1
    assert sum(part.points for part in parts) == 1
    assert sum(part.unknown for part in parts) == len(points()) - 1


def test_a_run_without_times_is_one_message(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_ci", swept({"torch": 1.0}, outcome="unavailable", reason="none"))
    assert run(tmp_path, "plan", "--hosts=2") == Exit.NOTHING
    assert "no times of whole benchmarks" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--hosts=0", "--hosts=a", "--faults=-1", "--runs=0"])
def test_a_wrong_number_is_one_message(option: str, tmp_path: Path, capsys: Output) -> None:
    with pytest.raises(SystemExit):
        run(tmp_path, "plan", "--hosts=1", option)
    assert "is no" in capsys.readouterr().err
