"""Benchmarks beside other plugins, really installed: one takes a name, one warns, one mixes the order."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures import cache
from reports import journal

ROOT = Path(__file__).parents[1]
FNN = "mnist-fnn-layers-2"
PINS = {name.partition("==")[0]: name for name in (
    "pytest-timeout==2.4.0", "pytest-asyncio==1.5.0", "pytest-random-order==1.2.0",
)}  # fmt: skip
Run = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = [pytest.mark.network, pytest.mark.slow]


def installed(name: str) -> Path:
    """A folder with this package alone, in the cache; put on the path it is one more plugin of this interpreter."""
    target = cache.folder() / "plugins" / PINS[name]
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as beside:
            command = [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                f"--target={beside}/new",
                PINS[name],
            ]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
            if done.returncode:
                pytest.skip(f"{PINS[name]} can't be installed: {done.stderr[-200:]}")
            Path(beside, "new").rename(target)
    return target


@pytest.fixture
def beside(tmp_path: Path) -> Run:
    """beside(names, *arguments, **variables): pytest on benchmarks, with these plugins installed."""

    def started(names: list[str], *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "benchmarks", f"--benchmark-storage=file://{tmp_path}", *arguments]
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        environ |= {"COLUMNS": "200", "PYTHONPATH": os.pathsep.join(str(installed(name)) for name in names)}
        environ |= variables
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=300)
        for name in names:
            assert f"{name.removeprefix('pytest-')}-" in done.stdout or "--collect-only" in arguments, done.stderr
        return done

    return started


@pytest.mark.backend
@pytest.mark.usefixtures("jax")
class TestASmokeTest:
    SMOKE = ("-k", FNN, "--profile=smoke", "--backend=jax", "--device=cpu")

    def test_with_all_of_them_installed(self, beside: Run, tmp_path: Path) -> None:
        done = beside(list(PINS), *self.SMOKE)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 passed" in done.stdout
        assert "PytestDeprecationWarning" in done.stderr  # of pytest-asyncio, and nothing came of it
        (kept,) = journal.paths(tmp_path)
        assert [record["outcome"] for record in journal.read(kept).records] == ["ok"]

    def test_the_limit_of_a_benchmark_and_pytest_timeouts_own(self, beside: Run, tmp_path: Path) -> None:
        done = beside(["pytest-timeout"], *self.SMOKE, "--time-limit=0.5", "--timeout=250")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "timeout: 250" in done.stdout
        (kept,) = journal.paths(tmp_path)
        assert [record["reason"] for record in journal.read(kept).records] == ["not finished after 0.5 s"]

    def test_a_limit_of_pytest_timeout_that_is_met_is_a_result(self, beside: Run, tmp_path: Path) -> None:
        done = beside(["pytest-timeout"], *self.SMOKE, "--rounds=100000", "--timeout=8")
        assert done.returncode == 0, done.stdout + done.stderr
        (kept,) = journal.paths(tmp_path)
        (record,) = journal.read(kept).records
        assert (record["outcome"], record["reason"]) == ("timeout", "Timeout (>8.0s) from pytest-timeout.")

    def test_a_plugin_that_fails_at_the_end_keeps_nobody_from_the_tables(self, beside: Run, tmp_path: Path) -> None:
        (tmp_path / "broken.py").write_text("def pytest_terminal_summary():\n    raise ImportError('no pygal')\n")
        done = beside([], *self.SMOKE, "-p", "broken", PYTHONPATH=str(tmp_path))
        assert done.returncode == 1, done.stdout + done.stderr
        assert "A plugin's part of this summary ended: no pygal" in done.stdout
        assert "ok 1" in done.stdout
        assert "Saved for `pytest-benchmark compare`" in done.stdout
        assert "Traceback" not in done.stdout + done.stderr


def test_whatever_order_a_plugin_makes_blocks_are_whole(beside: Run) -> None:
    choice = ("--collect-only", "-q", "-k", "mnist and fnn", "--runs=2", "--backend=study,jax")
    lines = beside(["pytest-random-order"], *choice, "--random-order-bucket=global", "--random-order-seed=7").stdout
    benchmarks = [line.split("[")[1].rstrip("]") for line in lines.splitlines() if "::" in line]
    blocks = [benchmarks[start : start + 4] for start in range(0, len(benchmarks), 4)]
    assert len(blocks) > 4
    for each in blocks:
        (where,) = {(name.rsplit("-", 2)[0], name.rsplit("-", 1)[1]) for name in each}
        assert len(set(each)) == 4, where
