"""What switches of pytest-benchmark and other plugins is agreed to, or refused before anything is measured."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.plugin import parallel, switches

ROOT = Path(__file__).parents[1]
Asked = Callable[..., pytest.Config]


@pytest.fixture
def asked(pytestconfig: pytest.Config) -> Asked:
    """asked(*arguments): pytest's configuration of such a command line, with every plugin of this session."""

    def parsed(*arguments: str, root: Path = ROOT) -> pytest.Config:
        config: Any = copy.copy(pytestconfig)
        config.__dict__.pop("workerinput", None)  # where these tests run in parallel themselves
        config.option = pytestconfig._parser.parse_known_args(arguments)
        config.args, config._rootpath = config.option.file_or_dir, root
        return config  # type: ignore[no-any-return]

    return parsed


@pytest.mark.parametrize(
    ("argument", "says"),
    [
        ("--benchmark-min-time=1", "how often is measured is planned: use --rounds"),
        ("--benchmark-max-time=9", "use --rounds"),
        ("--benchmark-min-rounds=9", "use --rounds"),
        ("--benchmark-precision=0.02", "--precision"),
        ("--benchmark-confidence=0.9", "--precision"),
        ("--benchmark-calibration-precision=9", "use --rounds"),
        ("--benchmark-warmup", "--warmup"),
        ("--benchmark-warmup-iterations=9", "--warmup"),
        ("--benchmark-timer=time.time", "times come from the workers' own clock"),
        ("--benchmark-disable-gc", "the workers' own clock"),
        ("--benchmark-cprofile=tottime", "it would train longer than planned"),
        ("--benchmark-cprofile-loops=2", "it would train longer"),
        ("--benchmark-cprofile-top=3", "it would train longer"),
        ("--benchmark-cprofile-dump", "it would train longer"),
        ("--benchmark-disable", "use --profile=smoke"),
        ("--benchmark-compare-fail=min:5%", "nothing to compare with: give --benchmark-compare too"),
        ("--benchmark-compare=a/b/c", "there is no such file"),
        ("--benchmark-group-by=param:x", "choose from group, name"),
        ("--benchmark-group-by=func,memory", "choose from group, name"),
        ("--benchmark-json=/nowhere/x.json", "/nowhere/x.json can't be written"),
        ("--benchmark-json=/tmp", "/tmp can't be written"),
        ("--benchmark-storage=elasticsearch+http://h/i", "results are kept in a folder"),
    ],
)
def test_what_cannot_be_had_is_refused(asked: Asked, argument: str, says: str) -> None:
    with pytest.raises(pytest.UsageError, match=re.escape(says)) as refused:
        switches.refuse(asked("benchmarks", argument))
    assert argument.split("=")[0] in str(refused.value)
    switches.refuse(asked("tests", argument))  # these benchmark nothing


def test_only_benchmarks_in_parts_is_refused_in_words_that_help(asked: Asked) -> None:
    with pytest.raises(pytest.UsageError, match="name the files instead"):
        switches.refuse(asked("benchmarks", "--benchmark-only", "--dist=load", "--tx=2*popen"))
    switches.refuse(asked("benchmarks", "--benchmark-only"))


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("--benchmark-skip",), ("--benchmark-only",), ("--benchmark-disable", "--benchmark-enable"),
        ("--benchmark-save=x", "--benchmark-json=x.json"), ("--benchmark-autosave", "--benchmark-save-data"),
        ("--benchmark-compare", "--benchmark-compare-fail=min:5%"), ("--benchmark-compare=0001",),
        ("--benchmark-group-by=func,param:backend",), ("--benchmark-group-by=memory",), ("--benchmark-verbose",),
        ("--benchmark-sort=name", "--benchmark-columns=min,max", "--benchmark-name=short", "--benchmark-time-unit=ms"),
    ],
)  # fmt: skip
def test_what_can_be_had_is(asked: Asked, arguments: tuple[str, ...]) -> None:
    switches.refuse(asked("benchmarks", *arguments))


def test_a_histogram_needs_its_package_before_anything_is_measured(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switches, "find_spec", {"pygal": None}.get)
    with pytest.raises(pytest.UsageError, match="pygal, which isn't installed"):
        switches.refuse(asked("benchmarks", "--benchmark-histogram"))
    monkeypatch.setattr(switches, "find_spec", {"pygal": "found"}.get)
    switches.refuse(asked("benchmarks", "--benchmark-histogram"))


def test_every_switch_of_pytest_benchmark_is_decided(pytestconfig: pytest.Config) -> None:
    parser = pytestconfig._parser.optparser
    known = set(re.findall(r"--benchmark-[a-z-]+", parser.format_help()))
    told = set(re.findall(r"`(--benchmark-[a-z-]+)", (ROOT / "docs" / "plugins.md").read_text("utf-8")))
    assert "--benchmark-cprofile-loops" in known
    assert known == told


@pytest.mark.parametrize("option", ["--resume", "--benchmark-compare"])
@pytest.mark.parametrize("path", ["benchmarks", "benchmarks/test_fnn.py", "benchmarks/test_fnn.py::test_fnn", "."])
def test_an_option_that_took_the_folder_for_its_value_says_what_to_write(asked: Asked, option: str, path: str) -> None:
    with pytest.raises(pytest.UsageError, match=re.escape(f"write `pytest {path} {option}`")):
        switches.refuse(asked(option, path))
    switches.refuse(asked("benchmarks", option))
    switches.refuse(asked("benchmarks", option, "20260102"))


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["benchmarks"], True),
        (["."], True),
        (["tests", "benchmarks/test_fnn.py::test_fnn"], True),
        ([str(ROOT / "benchmarks")], True),
        (["--pyargs", "benchmarks.test_fnn::test_fnn"], True),
        (["tests"], False),
        (["tests/test_switches.py"], False),
        (["--pyargs", "tests.test_switches"], False),
    ],
)
def test_benchmarks_are_asked_for_wherever_pytest_has_its_root(
    asked: Asked, tmp_path: Path, arguments: list[str], wanted: bool
) -> None:
    for root in (ROOT, ROOT.parent, tmp_path):
        assert parallel.asks_for_benchmarks(asked(*arguments, root=root)) is wanted


# --- blocks


def block(*values: tuple[str, str, int]) -> Any:
    return [item(*each) for each in values]


def item(point: str, backend: str, run: int) -> Any:
    params = {"point": point, "backend": backend, "run": run}
    return SimpleNamespace(get_closest_marker=lambda name: name == "points", callspec=SimpleNamespace(params=params))


CHOSEN = block(*((point, backend, run) for run in (1, 2) for point in "ab" for backend in ("jax", "torch")))


def test_blocks_may_be_left_out_as_a_whole_only() -> None:
    switches.refuse_divided(CHOSEN, CHOSEN)
    switches.refuse_divided(CHOSEN, CHOSEN[2:4])
    switches.refuse_divided(CHOSEN, [])
    for left in (CHOSEN[1:], CHOSEN[:3]):
        with pytest.raises(pytest.UsageError, match=r"another plugin left out (jax|torch) from run . of ., whose"):
            switches.refuse_divided(CHOSEN, left)


def test_a_run_that_is_collected_twice_is_refused() -> None:
    with pytest.raises(pytest.UsageError, match="run 1 of a on jax was collected more than once"):
        switches.refuse_divided(CHOSEN, [*CHOSEN, CHOSEN[0]])


# --- real sessions


def session(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", f"--benchmark-storage=file://{folder}", *arguments]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return subprocess.run(
        command, cwd=ROOT, env=environ | {"COLUMNS": "200"}, capture_output=True, text=True, timeout=300
    )


def test_skipped_benchmarks_need_nothing_and_leave_nothing(tmp_path: Path) -> None:
    done = session(tmp_path / "saved", "benchmarks/test_fnn.py", "-k", "mnist-fnn-layers-2", "--benchmark-skip")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" in done.stdout
    assert "failed" not in done.stdout
    assert not (tmp_path / "saved" / "journal").exists()


def test_a_saved_run_of_another_machine_outside_of_this_folder_is_a_warning(tmp_path: Path) -> None:
    saved = tmp_path / "0001_x.json"
    saved.write_text(json.dumps({"machine_info": {"cpu": {"hz_actual": 1}}, "benchmarks": []}))
    done = session(tmp_path, "benchmarks/test_fnn.py", "--collect-only", "-q", f"--benchmark-compare={saved}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The saved run is of another machine, or of this one at another clock rate" in done.stderr


def test_nothing_saved_to_compare_with_is_a_warning_and_fails_a_gate_before_it_measures(tmp_path: Path) -> None:
    done = session(tmp_path, "benchmarks/test_fnn.py", "--collect-only", "-q", "--benchmark-compare",
                   "--benchmark-compare-fail=min:5%")  # fmt: skip
    assert done.returncode == 4
    assert "PytestBenchmarkWarning: Can't compare" in done.stderr
    assert "ERROR: --benchmark-compare-fail has nothing to compare with: no saved run" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow  # two parts are started
def test_what_only_a_part_can_find_out_is_told_as_well(tmp_path: Path) -> None:
    chosen = ("--keep-duplicates", "benchmarks/test_fnn.py", "benchmarks/test_fnn.py", "-k", "mnist-fnn-layers-2")
    done = session(tmp_path, *chosen, "-n2", "--profile=smoke", "--backend=jax", "--threads=1")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "ERROR: run 1 of mnist-fnn-layers-2 on jax was collected more than once" in done.stderr
    assert "INTERNALERROR" not in done.stdout + done.stderr


def test_a_warning_is_an_error_in_this_projects_own_tests_alone(pytestconfig: pytest.Config) -> None:
    """In tests by tests/conftest.py; what a user's session has is in pytest.ini."""
    (given,) = re.findall(r"^filterwarnings =((?:\n .*)+)", (ROOT / "pytest.ini").read_text(), re.M)
    assert not re.findall(r"^ *error", given, re.M)
    if not parallel.asks_for_benchmarks(pytestconfig):
        with pytest.raises(UserWarning, match="raised"):
            __import__("warnings").warn("raised", stacklevel=1)
