"""What docs/security.md promises: no pickle, no network for workers, nothing that listens, private folders."""

from __future__ import annotations

import ast
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest

from fixtures.run import process
from tests import ROOT
from tests.backends import CHEAP, slow_but

CODE = [path for name in ("benchmarks", "datasets", "fixtures", "models", "reports")
        for path in sorted((ROOT / name).rglob("*.py"))]  # fmt: skip
UNSAFE = {"pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
NARROW = {"datasets/imdb.py"}  # reads lists of whole numbers from a pickle, and lets it call nothing
Start = Callable[..., AbstractContextManager[process.Worker]]


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_reads_a_pickle(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert not imported & UNSAFE or str(path.relative_to(ROOT)) in NARROW
    for call in calls(path):
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func) in ("np.load", "numpy.load"):
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert given.get("allow_pickle") == "False", f"line {call.lineno}: NumPy before 1.16.3 would unpickle"


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_runs_a_text_or_a_shell(path: Path) -> None:
    for call in calls(path):
        assert ast.unparse(call.func) not in ("eval", "exec", "os.system", "os.popen"), f"line {call.lineno}"
        assert all(keyword.arg != "shell" for keyword in call.keywords), f"line {call.lineno}"


@pytest.mark.backend
@slow_but(CHEAP)
def test_a_worker_has_no_network_and_is_who_it_was(start: Start) -> None:
    with start(task="describe") as worker:
        ready = worker.expect("ready")
        status = Path(f"/proc/{worker.pid}/status").read_text()
        own = Path(f"/proc/{worker.pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
        assert ready["network"] == ("none" if own else "host")
        if not own:
            pytest.skip("this system grants no network namespace")
        # the network as the worker sees it: its loopback alone, and nobody listens
        assert interfaces(worker.pid) == ["lo"]
        assert listening(worker.pid) == []
        assert psutil.Process(worker.pid).uids().real == os.getuid()
        assert f"Uid:\t{os.getuid()}\t" in status
        assert sorted(psutil.Process(worker.pid).cpu_affinity()) == ready["processors"]
    assert not [found for found in psutil.Process().net_connections() if found.status == psutil.CONN_LISTEN]


def interfaces(pid: int) -> list[str]:
    lines = Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]
    return [line.partition(":")[0].strip() for line in lines]


def listening(pid: int) -> list[str]:
    """Sockets of that process's network that wait for connections."""
    found = []
    for name in ("tcp", "tcp6"):
        lines = Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
        found += [line for line in lines if line.split()[3] == "0A"]
    return found


LEAVE = """
import ctypes, encodings.idna, os, socket, sys
sys.path.insert(0, "fixtures/worker")
import confinement, meters
if len(sys.argv) > 2:  # become a user without privileges, as which the code might not be readable
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
    ctypes.CDLL(None).prctl(4, 1)  # PR_SET_DUMPABLE: as after an exec
before = os.getuid(), os.getgid(), os.sched_getaffinity(0)
print(confinement.leave_network())
assert before == (os.getuid(), os.getgid(), os.sched_getaffinity(0))
assert meters.reset_peak() and meters.peak_resident_mib() > 1
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5).close()
    print("reached")
except OSError:
    print("not reached")
"""


@pytest.fixture
def port() -> Iterator[str]:
    """Of a real server on this machine."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def leave(port: str, *wrapper: str, user: str | None = None) -> list[str]:
    command = [*wrapper, sys.executable, "-c", LEAVE, port, *filter(None, [user])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:2]


def test_who_has_left_the_network_reaches_nobody(port: str) -> None:
    if (found := leave(port)) == ["host", "reached"]:
        pytest.skip("this system grants no network namespace")
    assert found == ["none", "not reached"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can act as another user")
def test_a_user_without_privileges_leaves_as_well(port: str) -> None:
    if (found := leave(port, user="12345")) == ["host", "reached"]:
        pytest.skip("this system grants no user and network namespaces")
    assert found == ["none", "not reached"]


def test_where_the_system_refuses_the_worker_says_so(port: str) -> None:
    wrapper = ("unshare", "-r", "sh", "-c", 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"', "sh")
    if subprocess.run([*wrapper, "true"], capture_output=True).returncode:
        pytest.skip("no namespace in which to refuse one")
    assert leave(port, *wrapper) == ["host", "reached"]


def test_the_cache_is_private_to_its_user(tmp_path: Path) -> None:
    code = "from fixtures import cache; print(cache.folder())"
    environ = {**os.environ, "KERAS_BENCHMARKS_CACHE": str(tmp_path / "new" / "cache")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, umask=0, check=True)
    assert stat.S_IMODE(Path(done.stdout.strip()).stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("command", "status", "folder"),
    [
        ("pytest benchmarks --collect-only", 4, "/dev/null/cache"),
        ("fixtures.doctor", 1, "/dev/null/cache"),
        ("fixtures.parity", 1, "/dev/null/cache"),
        ("datasets list", 1, "/dev/null/cache"),
        ("fixtures.doctor", 1, "~nosuchuser/cache"),
        ("datasets list", 1, "~nosuchuser/cache"),
    ],
)
def test_without_a_cache_folder_there_is_one_message(command: str, status: int, folder: str) -> None:
    environ = {**os.environ, "KERAS_BENCHMARKS_CACHE": folder}
    done = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert done.returncode == status
    assert "name another folder" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count(folder) == 1
