"""Environments are built once, whole or not at all; whatever stands in the way is told with its remedy."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.backends import environments, registry
from fixtures.backends.registry import BACKENDS, ENVS, Backend
from fixtures.errors import Unavailable

# the smallest backend: an environment without packages, on the host's Python
EMPTY = dataclasses.replace(BACKENDS["jax"], name="empty", title="nothing")


@pytest.fixture
def pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Backend]:
    """A backend on these requirements."""

    def backend(text: str) -> Backend:
        folder = tmp_path / "pins"
        folder.mkdir(exist_ok=True)
        (folder / "empty.txt").write_text(text)
        monkeypatch.setattr(registry, "ENVS", folder)
        return EMPTY

    return backend


def test_an_environment_is_built_once_and_again_where_it_is_damaged(
    pins: Callable[[str], Backend], tmp_path: Path
) -> None:
    backend, told = pins("# nothing\n"), list[str]()
    found = environments.provide(backend, tmp_path, told.append)
    assert [line.split(":")[0] for line in told] == ["empty", "empty"]
    assert environments.provide(backend, tmp_path, pytest.fail) == found
    assert not list((tmp_path / "envs").glob(".building*"))
    stamp = json.loads((found.python.parent.parent / "complete.json").read_text())
    assert stamp == {"fingerprint": found.fingerprint, "python": found.python_version, "requirements": "empty.txt"}
    for damage in (found.python, found.python.parent.parent / "complete.json"):
        damage.unlink()
        assert environments.provide(backend, tmp_path, print) == found
        assert damage.exists()
    # other pins are another environment
    other = environments.provide(pins("# nothing else\n"), tmp_path, print)
    assert other.fingerprint != found.fingerprint
    assert other.python != found.python


def test_a_half_built_environment_is_never_used(pins: Callable[[str], Backend], tmp_path: Path) -> None:
    backend = pins("no-such-package==1.0 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(Unavailable):
        environments.provide(backend, tmp_path, print)
    assert [path.suffix for path in (tmp_path / "envs").iterdir()] == [".lock"]


CONCURRENT = """
import sys
from pathlib import Path
from fixtures.backends import environments, registry
from tests.test_environments import EMPTY
registry.ENVS = Path(sys.argv[1])
environments.provide(EMPTY, Path(sys.argv[2]), print)
"""


def test_sessions_that_start_at_once_build_once(pins: Callable[[str], Backend], tmp_path: Path) -> None:
    pins("# nothing\n")
    command = [sys.executable, "-c", CONCURRENT, str(tmp_path / "pins"), str(tmp_path / "cache")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = [session.communicate(timeout=120)[0] for session in running]
    assert [session.returncode for session in running] == [0, 0, 0]
    assert sum("building its environment (" in text for text in told) == 1


@pytest.mark.parametrize(
    ("index", "reason", "remedy"),
    [
        ({"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0"}, "installing", "connect to the network once"),
    ],
)
def test_without_a_network_the_remedy_is_told(
    pins: Callable[[str], Backend],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    index: dict[str, str],
    reason: str,
    remedy: str,
) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    for name, value in {**index, "PIP_CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Unavailable) as missing:
        environments.provide(pins("six==1.17.0 --hash=sha256:" + "0" * 64 + "\n"), tmp_path, print)
    assert reason in missing.value.reason
    assert remedy in missing.value.remedy
    assert str(tmp_path / "logs" / "empty.log") in missing.value.remedy


def test_another_file_than_the_pinned_one_is_refused(
    pins: Callable[[str], Backend], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "something-1.0-py3-none-any.whl").write_bytes(b"not what was pinned")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(Unavailable, match="the index serves other files than were pinned"):
        environments.provide(pins("something==1.0 --hash=sha256:" + "0" * 64 + "\n"), tmp_path, print)


def test_a_folder_that_cannot_be_written_is_told(pins: Callable[[str], Backend], tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where a folder is due")
    with pytest.raises(Unavailable, match="KERAS_BENCHMARKS_CACHE"):
        environments.provide(pins("# nothing\n"), tmp_path, print)


@pytest.mark.parametrize("name", BACKENDS)
def test_every_package_is_pinned_and_hashed(name: str) -> None:
    entries = list(environments._requirements(BACKENDS[name].requirements))
    assert all("==" in line for _, line in entries)
    # which build of PyTorch an index serves (CPU, CUDA) is the user's choice
    assert {project for project, line in entries if "--hash=sha256:" not in line} <= {"torch"}
    assert "keras" in dict(entries)


def test_each_requirements_file_belongs_to_a_backend() -> None:
    needed = {backend.requirements.name for backend in BACKENDS.values()}
    needed |= {f"{name}.txt" for backend in BACKENDS.values() for name in backend.downloads}
    assert {path.name for path in ENVS.glob("*.txt")} == needed
