"""Interpreters are found wherever tools put them; where there is none, a person learns how to get one."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.backends import interpreters
from fixtures.errors import Unavailable

Executable = Callable[..., Path]


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A home and a PATH in which no tool has put an interpreter yet."""
    for name in [name for name in os.environ if name.startswith(("PYENV", "CONDA", "MAMBA", "UV_", "KERAS_BENCH"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    interpreters.probe.cache_clear()
    yield
    interpreters.probe.cache_clear()


@pytest.fixture
def executable(tmp_path: Path) -> Executable:
    """Makes an executable below the home; `answer` is what it says when it is probed."""

    def made(place: str, answer: object = ("3.6.15", "CPython", 8, "/lib"), script: str = "") -> Path:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script or f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
        path.chmod(0o755)
        return path

    return made


@pytest.mark.parametrize(
    "place",
    [
        "bin/python3.6",
        ".pyenv/versions/3.6.15/bin/python3.6",
        "miniconda3/bin/python3.6",
        "miniforge3/envs/old/bin/python3.6",
        ".conda/envs/py36/bin/python3.6",
        ".asdf/installs/python/3.6.15/bin/python3.6",
        ".local/share/mise/installs/python/3.6.15/bin/python3.6",
        ".local/share/uv/python/cpython-3.6.15-linux/bin/python3.6",
        ".local/bin/python3.6",
    ],
)
def test_an_interpreter_is_found_where_tools_put_it(executable: Executable, place: str) -> None:
    path = executable(place)
    assert interpreters.find(["3.6"]) == interpreters.Interpreter(path, "3.6.15", Path("/lib"))


@pytest.mark.parametrize(
    ("variable", "value", "place"),
    [
        ("PYENV_ROOT", "tools", "tools/versions/3.6.9/bin/python3.6"),
        ("CONDA_PREFIX", "conda/envs/other", "conda/envs/py36/bin/python3.6"),
        ("CONDA_EXE", "conda/bin/conda", "conda/envs/py36/bin/python3.6"),
        ("MAMBA_ROOT_PREFIX", "mamba", "mamba/envs/py36/bin/python3.6"),
        ("KERAS_BENCHMARKS_PYTHON36", "elsewhere/my-python", "elsewhere/my-python"),
    ],
)
def test_variables_name_other_places(
    executable: Executable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, place: str
) -> None:
    path = executable(place)
    if not (tmp_path / value).exists():
        (tmp_path / value).mkdir(parents=True)
    monkeypatch.setenv(variable, str(tmp_path / value))
    assert interpreters.find(["3.6"]).path.resolve() == path


@pytest.mark.parametrize(
    "answer", [("3.6.15", "PyPy", 8, "/lib"), ("3.6.15", "CPython", 4, "/lib"), ("3.7.1", "CPython", 8, "/lib"), "?"]
)
def test_what_does_not_fit_is_passed_over(executable: Executable, answer: object) -> None:
    executable(".pyenv/versions/3.6.15/bin/python3.6", answer)
    fits = executable("miniconda3/bin/python3.6")
    assert interpreters.find(["3.6"]).path == fits


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("nowhere/python3.6", "there is no such file"),
        ("not-a-program", "it does not start (Permission denied)"),
        ("old/python", "it is CPython 3.5.2"),
        ("pypy/python", "it is PyPy 3.6.15 of 64 bits"),
        ("broken/python", "error while loading shared libraries: libpython3.6m.so.1.0"),
        ("~nosuchuser/python", "Could not determine home directory"),
    ],
)
def test_one_that_is_named_is_never_replaced(
    executable: Executable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, why: str
) -> None:
    executable("bin/python3.6")
    (tmp_path / "not-a-program").touch(0o644)
    executable("old/python", ("3.5.2", "CPython", 8, "/lib"))
    executable("pypy/python", ("3.6.15", "PyPy", 8, "/lib"))
    executable("broken/python", script=f"#!/bin/sh\necho '{why}' >&2; exit 127\n")
    name = named if named.startswith("~") else str(tmp_path / named)
    monkeypatch.setenv("KERAS_BENCHMARKS_PYTHON36", name)
    with pytest.raises(Unavailable) as refused:
        interpreters.find(["3.6"])
    assert f"$KERAS_BENCHMARKS_PYTHON36 names {name}" in refused.value.reason
    assert why in refused.value.reason
    assert not isinstance(refused.value, interpreters.Missing)  # so that --provision does not replace it either


def test_one_that_is_named_comes_before_the_hosts_own(executable: Executable, monkeypatch: pytest.MonkeyPatch) -> None:
    path = executable("mine/python", ("3.12.99", "CPython", 8, "/lib"))
    monkeypatch.setenv("KERAS_BENCHMARKS_PYTHON312", str(path))
    assert interpreters.find(["3.13", "3.12", "3.11"]).path == path


def test_one_that_is_broken_is_named_where_there_is_no_other(executable: Executable) -> None:
    path = executable("bin/python3.6", script="#!/bin/sh\necho 'libpython3.6m.so.1.0: cannot open' >&2; exit 127\n")
    with pytest.raises(interpreters.Missing, match=rf"on this machine \({path}: libpython3.6m.so.1.0: cannot open\)"):
        interpreters.find(["3.6"])


NEEDY = """#!/bin/sh
case ":$LD_LIBRARY_PATH:" in *:{needed}:*) ;; *) exit 127 ;; esac
echo '["3.6.15", "CPython", 8, "/opt/own/lib"]'
"""


@pytest.mark.parametrize(
    ("needed", "users", "libraries"),
    [
        ("", "", ""),
        ("", "/foreign", ""),
        ("/opt/own/lib", "/foreign:/opt/own/lib", "/opt/own/lib"),
        ("/opt/intel", "/foreign:/opt/intel", "/foreign:/opt/intel"),
    ],
)
def test_the_library_path_that_one_needs_is_kept_and_no_more(
    executable: Executable, monkeypatch: pytest.MonkeyPatch, needed: str, users: str, libraries: str
) -> None:
    executable("bin/python3.6", script=NEEDY.format(needed=needed))
    monkeypatch.setenv("LD_LIBRARY_PATH", users)
    assert interpreters.find(["3.6"]).libraries == libraries


def test_the_hosts_own_version_comes_first() -> None:
    found = interpreters.find(["3.13", "3.12", "3.11"])
    assert found.minor == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_none_at_all_names_the_ways_to_get_one() -> None:
    with pytest.raises(Unavailable) as missing:
        interpreters.find(["3.0"])
    assert missing.value.reason == "there is no CPython 3.0 with its venv module on this machine"
    remedy = interpreters.remedy("3.6")
    for way in ("pyenv install 3.6.15", "conda create -n py36 python=3.6", "KERAS_BENCHMARKS_PYTHON36", "--provision"):
        assert way in remedy
    assert "uv" not in remedy
    assert "uv python install 3.12" in interpreters.remedy("3.12")


CONDA = """#!/bin/sh
echo "$@" > "$HOME/asked"
/bin/mkdir -p "$4/bin"
printf '#!/bin/sh\\necho "[\\\\"3.6.13\\\\", \\\\"CPython\\\\", 8, \\\\"/lib\\\\"]"\\n' > "$4/bin/python3.6"
/bin/chmod +x "$4/bin/python3.6"
"""


def test_provision_asks_the_tool_that_is_there(executable: Executable, tmp_path: Path) -> None:
    executable("bin/conda", script=CONDA)
    told: list[str] = []
    found = interpreters.provision(["3.6"], told.append, tmp_path / "cache")
    assert found.version == "3.6.13"
    assert (tmp_path / "asked").read_text().split()[-1] == "python=3.6"
    assert told == ["getting CPython 3.6 through conda: this can take minutes"]


def test_a_tool_that_fails_is_quoted(executable: Executable, tmp_path: Path) -> None:
    executable("bin/pyenv", script="#!/bin/sh\necho 'no such version' >&2\nexit 1\n")
    with pytest.raises(Unavailable, match="pyenv: no such version"):
        interpreters.provision(["3.6"], print, tmp_path)


def test_without_any_tool_the_remedy_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no pyenv, conda or uv"):
        interpreters.provision(["3.6"], print, tmp_path)
