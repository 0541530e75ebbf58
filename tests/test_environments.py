"""Environments are built once, whole or not at all; whatever stands in the way is told with its remedy."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from datasets import connection
from fixtures.backends import environments, registry
from fixtures.backends.registry import BACKENDS, ENVS, Backend
from fixtures.cache import VARIABLE
from fixtures.errors import Unavailable
from fixtures.session.provider import Provider
from fixtures.session.settings import Settings

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
    assert stamp == {
        "fingerprint": found.fingerprint,
        "python": found.python_version,
        "requirements": "empty.txt",
        "started": False,
    }
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
from datasets import connection
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


BARE = f"""#!/bin/sh
case "$*" in
    -I*) echo '["3.13.0", "CPython", 8, "/lib"]' ;;
    "-m venv"*) /bin/mkdir -p "$3/bin" && /bin/cp "$0" "$3/bin/python" ;;
    "-m pip"*) ;;
    *) exec {sys.executable} "$@" ;;
esac
"""


@pytest.fixture
def bare(pins: Callable[[str], Backend], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Backend:
    """A backend whose environment is made at once, and holds no packages."""
    python = tmp_path / "bare-python"
    python.write_text(BARE)
    python.chmod(0o755)
    monkeypatch.setenv("KERAS_BENCHMARKS_PYTHON313", str(python))
    return pins("")


def test_an_environment_is_complete_when_a_worker_has_started_in_it(bare: Backend, tmp_path: Path) -> None:
    started: list[environments.Environment] = []
    found = environments.provide(bare, tmp_path, print, start=started.append)
    assert environments.provide(bare, tmp_path, pytest.fail, start=started.append) == found
    assert started == [found]


def test_one_that_was_never_tried_is_tried_and_not_built_again(bare: Backend, tmp_path: Path) -> None:
    started: list[environments.Environment] = []
    found = environments.provide(bare, tmp_path, print)
    for _ in range(2):
        assert environments.provide(bare, tmp_path, pytest.fail, start=started.append) == found
    assert started == [found]


def test_one_in_which_no_worker_starts_is_unavailable_with_its_last_words(
    bare: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.BACKENDS, "empty", bare)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    environments.provide(bare, tmp_path / "cache", print)  # one that nobody tried, as former versions left them
    told: list[str] = []
    provider = Provider(Settings(("empty",), device="cpu"), told.append)
    with pytest.raises(Unavailable, match=r"no worker starts in the environment of empty \(.*No module named 'jax'"):
        provider.environment("empty")
    assert "it is built anew" in told[0]
    assert [path.suffix for path in (tmp_path / "cache" / "envs").iterdir()] == [".lock"]


def test_what_an_interpreter_needs_its_workers_get(
    bare: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "bare-python"
    python.write_text(BARE.replace("-I*)", '-I*) test -n "$LD_LIBRARY_PATH" || exit 127;'))
    monkeypatch.setenv("LD_LIBRARY_PATH", "/module/lib:/other/lib")
    environment = environments.provide(bare, tmp_path, print)
    assert environment.variables == {"LD_LIBRARY_PATH": "/lib"}  # its own library's folder is enough


ELSEWHERE = """[global]
target = {0}/target
root = {0}/root
user = yes
dry-run = yes
quiet = 3
find-links = {0}/wheels
[install]
prefix = {0}/prefix
"""


@pytest.mark.slow  # pip really installs
def test_where_packages_go_is_not_the_users_choice_but_where_they_come_from(
    pins: Callable[[str], Backend], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wheels").mkdir()
    wheel = tmp_path / "wheels" / "something-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("something.py", "")
        archive.writestr("something-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: something\nVersion: 1.0\n")
        archive.writestr(
            "something-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("something-1.0.dist-info/RECORD", "")
    (tmp_path / "pip.conf").write_text(ELSEWHERE.format(tmp_path))
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    variables = {
        "TARGET": str(tmp_path / "mine"),
        "USER": "1",
        "CONFIG_FILE": str(tmp_path / "pip.conf"),
        "NO_INDEX": "1",
    }
    for key, value in variables.items():
        monkeypatch.setenv(f"PIP_{key}", value)
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    found = environments.provide(pins(f"something==1.0 --hash=sha256:{sha256}\n"), tmp_path / "cache", print)
    subprocess.run([found.python, "-c", "import something"], check=True)
    assert {path.name for path in tmp_path.iterdir()} == {"pins", "wheels", "pip.conf", "cache"}


def test_pins_that_an_editor_saved_anew_are_the_same_pins(pins: Callable[[str], Backend], tmp_path: Path) -> None:
    backend = pins("# name\nsix==1.17.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    before, entries = environments.fingerprint(backend), list(environments._requirements(backend.requirements))
    assert [name for name, _ in entries] == ["six"]
    text = backend.requirements.read_text().replace("\n", "\r\n")
    for encoding in ("utf-8-sig", "utf-16"):
        backend.requirements.write_bytes(text.encode(encoding))
        assert environments.fingerprint(backend) == before
        assert list(environments._requirements(backend.requirements)) == entries


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /nowhere", "PIP_CERT=/nowhere"),
        ("connection broken by 'ProxyError('Cannot connect to proxy.', NewConnectionError(...))'", "PIP_PROXY"),
        ("InvalidSchema: Missing dependencies for SOCKS support.", "name an HTTP proxy instead"),
        ('WARNING: The index url "pypi.example/simple" seems invalid, please provide a scheme.', "PIP_INDEX_URL"),
        ("connection broken by 'NewConnectionError(...)'", "connect to the network once"),
        ("Tunnel connection failed: 502 Bad Gateway\nOSError: No space left on device", "make room on the disk"),
    ],
)
def test_a_set_up_that_pip_stumbles_over_is_no_missing_network(
    monkeypatch: pytest.MonkeyPatch, said: str, remedy: str
) -> None:
    for name in (*connection.CERTIFICATES, *connection.PROXIES, *connection.INDEXES):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"PIP_CERT": "/nowhere", "PIP_PROXY": "http://me:secret@proxy", "PIP_INDEX_URL": "a/b"}.items():
        monkeypatch.setenv(name, value)
    found = environments._remedy(f"{said}\nERROR: Could not find a version (from versions: none)\n")
    assert remedy in found
    assert ("connect to the network" in found) == (remedy == "connect to the network once")
    assert "secret" not in found
