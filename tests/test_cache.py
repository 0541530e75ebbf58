"""The cache folder goes by a name that every program takes; where there can be none, one message says so."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fixtures import cache
from fixtures.errors import Unavailable

ROOT = Path(__file__).parent.parent
ODD = [
    "a b",
    "#",
    "a:b",
    "a,b;c",
    "100%",
    "$HOME",
    "it's",
    'a"b',
    "a\nb",
    "jürgen",
    "日本",
    os.fsdecode(b"\xff"),
    "a=b",
    "~",
]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("name", ODD)
def test_an_odd_folder_has_one_plain_name(tmp_path: Path, temporary: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    plain = cache.plain(folder)
    assert plain.samefile(folder)
    assert cache.PLAIN.fullmatch(str(plain))
    assert cache.plain(folder) == plain != cache.plain(tmp_path / f"{name} 2")
    assert temporary in plain.parents


def test_a_plain_folder_keeps_its_name(tmp_path: Path) -> None:
    assert cache.plain(tmp_path) == tmp_path


def test_links_that_others_could_change_are_refused(tmp_path: Path, temporary: Path) -> None:
    links = cache.plain(tmp_path / "a b").parent
    links.chmod(0o777)
    with pytest.raises(Unavailable, match=rf"others can write to it; .*{cache.VARIABLE}"):
        cache.plain(tmp_path / "a b")


def test_temporary_files_get_a_plain_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "a b"))
    assert cache.temporary() in (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))


def run(code: str, *wrapper: str, **variables: str) -> str:
    """What a process of its own prints; skips where the wrapper is not allowed here."""
    if subprocess.run([*wrapper, "true"], capture_output=True).returncode:
        pytest.skip(f"this system does not grant `{' '.join(wrapper)}`")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HOME", "XDG", "KERAS"))}
    command = [*wrapper, sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env={**environ, **variables}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


LOOK = """
from fixtures import cache
from fixtures.errors import Unavailable
print(cache.temporary())
try:
    cache.folder()
except Unavailable as error:
    print(error)
"""


def test_where_no_code_runs_is_told_and_not_used(tmp_path: Path) -> None:
    mounted = ("unshare", "-r", "-m", "sh", "-c", f'mount -t tmpfs -o noexec none {tmp_path} && exec "$@"', "sh")
    place, said = run(LOOK, *mounted, KERAS_BENCHMARKS_CACHE=str(tmp_path), TMPDIR=str(tmp_path)).splitlines()
    assert place in ("/tmp", "/var/tmp", "/dev/shm")
    assert said == (
        f"the cache folder {tmp_path} can't be used: no code runs from its file system, which is mounted noexec; "
        f"name another folder with {cache.VARIABLE}"
    )


NOBODY = """
import sys
from fixtures.backends import interpreters
print(interpreters.find([f"{sys.version_info.major}.{sys.version_info.minor}"]).version)
"""


def test_a_user_without_a_home_is_told_what_to_set() -> None:
    said = run(LOOK + NOBODY, "unshare", "--user", "--map-user=54321").splitlines()
    assert said[1:] == [
        "the cache folder ~/.cache/keras-backend-benchmarks can't be used: there is no such home folder; "
        f"mend that, or name another folder with {cache.VARIABLE}",
        sys.version.split()[0],
    ]
