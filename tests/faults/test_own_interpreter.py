"""A session whose own interpreter goes away while it runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from fixtures.session.session import Session
from tests.backends import provided
from tests.faults.conftest import SMOKE, Run, saved
from tests.faults.injection import standing, stands


@pytest.mark.backend
@pytest.mark.slow
def test_an_interpreter_that_goes_away_is_unavailable_and_the_others_go_on(
    run: Run, tmp_path: Path, keras_session: Session, cheapest: str
) -> None:
    provided(keras_session, "jax")
    environment = keras_session.provider.environment("jax").python.parents[1]
    own = tmp_path / "own"
    subprocess.run([environment / "bin" / "python", "-m", "venv", "--without-pip", own], check=True)
    (site,) = own.glob("lib/python*/site-packages")
    (packages,) = environment.glob("lib/python*/site-packages")
    (site / "over.pth").write_text(f"import site; site.addsitedir({str(packages)!r})\n")
    arms = f"--backend=mine=jax@{own}/bin/python,{cheapest}"
    session = run(*SMOKE, arms, "--runs=3", "--on-busy=flag", faults={f"{cheapest}-run1": stands(tmp_path / "here")})
    standing(tmp_path / "here")
    own.rename(tmp_path / "elsewhere")
    (tmp_path / "here").unlink()
    session.wait()
    (saved_run,) = saved(tmp_path / "saved")
    of_others = [
        each["extra_info"]["outcome"] for each in saved_run["benchmarks"] if each["extra_info"]["backend"] == cheapest
    ]
    lost = {each["run"]: each for each in saved_run["outcomes"] if each["backend_alias"] == "mine"}
    assert of_others == ["ok"] * 3
    assert {2, 3} <= set(lost)
    for number in (2, 3):
        assert lost[number]["outcome"] == "unavailable"
        assert f"{own}/bin/python does not start" in lost[number]["reason"]
    assert "correct its path" in session.output()
    assert not session.orphans()
