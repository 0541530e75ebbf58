"""A/A: the noise floor that `python -m reports noise` stores, and its use in comparisons."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

from analysis import machines, noise_floor
from reports.commands.common import Exit
from tests.builder import MACHINE, save, session, typed
from tests.reports.commands import SWEEP, Output, run


def aa(ratio: float, **own: Any) -> list[dict[str, Any]]:
    raw = session({"torch": 1.0, "again": ratio}, noise=0.01, **own)
    for each in raw:
        if each["backend"] == "again":
            each |= {"backend": "torch", "backend_alias": "torch-again", "aa_of": "torch"}
    return raw


def test_the_floor_is_what_an_aa_ratio_cannot_rule_out(tmp_path: Path) -> None:
    same, off = noise_floor.floors(typed(aa(1.0)))["fnn"], noise_floor.floors(typed(aa(1.1)))["fnn"]
    assert 0 < same < 0.1
    assert off >= math.log(1.1) - 0.02
    assert noise_floor.floors(typed(aa(1 / 1.1)))["fnn"] == pytest.approx(off, abs=0.03)
    both = noise_floor.floors(typed(aa(1.0) + aa(1.1, at=SWEEP[0])))
    assert both["fnn"] >= max(same, math.log(1.1) - 0.02)


def test_the_floor_is_stored_for_its_machine_and_family(tmp_path: Path) -> None:
    (path,) = noise_floor.store(typed(aa(1.0)), tmp_path)
    assert path == tmp_path / "noise" / f"{MACHINE['machine']}.json"
    floors = noise_floor.load(MACHINE, tmp_path)
    assert list(floors) == ["fnn"]
    noise_floor.store(typed(aa(1.0, at="mnist-cnn_softmax-filters-1")), tmp_path)
    assert noise_floor.load(MACHINE, tmp_path) == floors | {"cnn": noise_floor.load(MACHINE, tmp_path)["cnn"]}
    assert noise_floor.load({"machine": "another"}, tmp_path) == {}
    assert noise_floor.of_records(typed(aa(1.0)), tmp_path).keys() == {"fnn", "cnn"}


def test_a_floor_is_found_after_a_reboot_and_its_file_goes_on(tmp_path: Path) -> None:
    (path,) = noise_floor.store(typed(aa(1.0)), tmp_path)
    rebooted = {**MACHINE, "machine": "another", "memory_mib": MACHINE["memory_mib"] - 1}
    floors = noise_floor.load(MACHINE, tmp_path)
    assert noise_floor.load(rebooted, tmp_path) == floors
    assert noise_floor.store(typed(aa(1.2, machine=rebooted)), tmp_path) == [path]
    assert noise_floor.load(MACHINE, tmp_path)["fnn"] > floors["fnn"]
    assert noise_floor.load({**rebooted, "cpu_model": "Other CPU"}, tmp_path) == {}
    assert len(noise_floor.store(typed(aa(1.0) + aa(1.0, machine=rebooted, at=SWEEP[0])), tmp_path)) == 1


def test_a_floor_that_was_stored_without_a_description_is_found_by_its_names(tmp_path: Path) -> None:
    described = {key: value for key, value in MACHINE.items() if key != "machine"}
    old = machines.name(described)
    (tmp_path / "noise").mkdir()
    (tmp_path / "noise" / f"{old}.json").write_text('{"version": 1, "machine": "x", "floors": {"fnn": 0.1}}')
    (tmp_path / "noise" / "damaged.json").write_text("{")
    for less in (0, 1, machines.NEARBY_MIB):
        now = {**described, "memory_mib": described["memory_mib"] + less}
        assert noise_floor.load({**now, "machine": machines.name(now)}, tmp_path) == {"fnn": 0.1}
    far = {**described, "memory_mib": 4000}
    assert noise_floor.load({**far, "machine": machines.name(far)}, tmp_path) == {}


def test_a_machine_s_name_is_never_a_path(tmp_path: Path) -> None:
    root = tmp_path / "a" / "b"
    raw = aa(1.0, machine=MACHINE | {"machine": "../../x"})
    assert noise_floor.store(typed(raw), root) == [root / "noise" / "x.json"]
    assert noise_floor.of_records(typed(raw), root).keys() == {"fnn"}
    assert not (tmp_path / "a" / "x.json").exists()


def test_without_blocks_there_is_no_floor(tmp_path: Path, capsys: Output) -> None:
    assert noise_floor.floors(typed(aa(1.0, runs=1))) == {}
    assert noise_floor.store(typed(session({"torch": 1.0, "jax": 1.0})), tmp_path) == []
    save(tmp_path, "0001_a", session({"torch": 1.0}))
    assert run(tmp_path, "noise") == Exit.NOTHING
    assert "--aa" in capsys.readouterr().err


def test_every_export_carries_flags_marks_and_the_floor(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", aa(1.3, at=SWEEP[0]))
    assert run(tmp_path, "noise") == Exit.FINE
    path = save(tmp_path, "0003_c", session({"torch": 1.0, "jax": 1.15}, noise=0.001, at=SWEEP[0]))
    content = json.loads(path.read_text())
    content["benchmarks"][0]["extra_info"]["flags"] = [{"code": "unsteady", "text": "so it is"}]
    path.write_text(json.dumps(content))
    out = {}
    for style in ("text", "markdown", "csv", "json"):
        capsys.readouterr()
        assert run(tmp_path, "compare", "0003", f"--format={style}", "--fail-above=5%") == Exit.FINE
        out[style] = capsys.readouterr().out
        assert "unsteady" in out[style]
        assert "~" in out[style]  # 15 % is much for such steady runs, and nothing for this machine
    (line,) = [row for row in csv.DictReader(io.StringIO(out["csv"])) if row["arm"] == "torch"]
    assert float(line["noise_floor"]) > 0.15
    assert (line["verdict"], line["stands"], line["flags"]) == ("~", "False", "unsteady")


def test_the_command_stores_and_tells(tmp_path: Path, capsys: Output) -> None:
    save(tmp_path, "0001_a", aa(1.0))
    assert run(tmp_path, "noise") == Exit.FINE
    assert "fnn: differences below" in capsys.readouterr().out
    assert run(tmp_path, "compare") == Exit.FINE
    assert "Noise floor of this machine, fnn" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "no noise floor"),
        ("[]", "no noise floor"),
        pytest.param("[" * 100_000, "no noise floor", id="deep"),
        ('{"version": "2", "floors": {}}', "no noise floor"),
        pytest.param('{"version": 1, "floors": {"fnn": 1' + 400 * "0" + "}}", "no noise floor", id="huge"),
        ('{"version": 1, "floors": {"fnn": NaN}}', "no noise floor"),
        ('{"version": 9, "floors": {}}', "version 9"),
    ],
)
def test_a_damaged_floor_is_refused(tmp_path: Path, content: str, says: str, capsys: Output) -> None:
    save(tmp_path, "0001_a", aa(1.0))
    (tmp_path / "noise").mkdir()
    (tmp_path / "noise" / f"{MACHINE['machine']}.json").write_text(content)
    assert run(tmp_path, "compare") == Exit.USAGE
    assert says in capsys.readouterr().err
