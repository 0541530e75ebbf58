"""Whatever a worker does, the host gets a typed outcome, and nothing of the worker is left."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.benchmark import process
from fixtures.errors import WorkerFailed
from fixtures.hardware import limits

Impostor = Callable[..., process.Worker]


@pytest.mark.parametrize(
    ("code", "outcome", "reason"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crash", "SIGSEGV"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "crash", "SIGKILL"),
        ("sys.exit(3)", "crash", "status 3"),
        ("os.write(writes, b'rubbish\\n')", "crash", "no message: b'rubbish'"),
        ("os.write(writes, b'[1]\\n')", "crash", "no message"),
        ("os.write(writes, b'\\xff\\xfe\\n')", "crash", "no message"),
        ("""os.write(writes, b'{"kind": "built"}\\n')""", "crash", "'built' where ready"),
        (
            """os.write(writes, b'{"kind": "failed", "outcome": "oom", "error": "E", "message": "m"}\\n')""",
            "oom",
            "E: m",
        ),
        ("""os.write(writes, b'{"kind": "failed", "outcome": "nonsense"}\\n')""", "crash", "None"),
        (
            "print('cannot allocate memory', file=sys.stderr, flush=True); os.abort()",
            "oom",
            "cannot allocate memory .the worker was ended by SIGABRT when it got no more",
        ),
        (
            "print('libx.so: no such file', file=sys.stderr, flush=True); os._exit(127)",
            "crash",
            r"libx\.so: no such file \(the worker ended with status 127\)$",
        ),
        ("os._exit(3)", "crash", "the worker ended with status 3 and said nothing$"),
        ("raise RuntimeError('why')", "crash", r"RuntimeError: why \(the worker ended with status 1\)$"),
        ("print('why', flush=True); os.abort()", "crash", r"why \(the worker was ended by SIGABRT\)$"),
        ("print('noise', flush=True); os.kill(os.getpid(), 9)", "crash", "crash: the worker was ended by SIGKILL$"),
        ("os.kill(os.getpid(), 40)", "crash", "ended by signal 40"),
        (
            "print('cannot allocate memory for thread-local data: ABORT', flush=True); os._exit(127)",
            "oom",
            "cannot allocate memory for thread-local data: ABORT .the worker ended with status 127",
        ),
        ("raise MemoryError", "oom", "MemoryError .the worker ended with status 1 when it got no more memory"),
        ("print('pthread_create failed', flush=True); os._exit(1)", "crash", "pthread_create failed"),
    ],
)
def test_an_ill_behaved_worker_is_an_outcome(impostor: Impostor, code: str, outcome: str, reason: str) -> None:
    with pytest.raises(WorkerFailed, match=reason) as failed, impostor(code) as worker:
        worker.expect("ready")
    assert failed.value.outcome == outcome
    assert not psutil.pid_exists(worker.pid)


UNFIT = """os.write(writes, b'{"kind": "failed", "outcome": "crash", "error": "E", "message": "%s"}\\n')"""


@pytest.mark.parametrize(
    ("code", "outcome", "reason"),
    [
        ("print('pthread_create failed', flush=True); os._exit(1)", "oom", "pthread_create failed .the worker ended"),
        (UNFIT % "x.so: failed to map segment from shared object", "oom", "failed to map segment"),
        (UNFIT % "error return without exception set", "oom", "without exception set"),
        (UNFIT % "another one", "crash", "another one"),
        ("print('std::bad_alloc', flush=True); time.sleep(60)", "oom", "std::bad_alloc .and it was not finished after"),
        ("time.sleep(60)", "timeout", "not finished after"),
    ],
)
def test_under_a_limit_more_words_speak_of_memory(impostor: Impostor, code: str, outcome: str, reason: str) -> None:
    worker = impostor(code, 0.5, {"memory_limit": {"mib": 4096, "by": "data"}})
    with pytest.raises(WorkerFailed, match=reason) as failed, worker:
        worker.expect("ready")
    assert failed.value.outcome == outcome


def test_a_worker_that_asks_for_memory_without_end_is_out_of_it(
    impostor: Impostor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As OpenBLAS does when a library is loaded under a limit: no page, all its time in the kernel, and no end."""
    monkeypatch.setattr(limits, "LOOK_S", 0.1)
    monkeypatch.setattr(limits, "STUCK_S", 0.3)
    code = """
kept, zeros = bytearray(40 << 20), open("/dev/zero", "rb", buffering=0)
while True:
    zeros.readinto(kept)
"""
    worker = impostor(code, 30, {"memory_limit": {"mib": 64, "by": "data"}})
    with pytest.raises(WorkerFailed, match="asked for memory without end") as failed, worker:
        worker.expect("ready")
    assert failed.value.outcome == "oom"


def test_a_worker_that_computes_under_a_limit_is_left_alone(
    impostor: Impostor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LOOK_S", 0.1)
    monkeypatch.setattr(limits, "STUCK_S", 0.3)
    code = "kept = bytearray(40 << 20)\nwhile True: sum(range(1000))"
    worker = impostor(code, 1.0, {"memory_limit": {"mib": 64, "by": "data"}})
    with pytest.raises(WorkerFailed, match="not finished") as failed, worker:
        worker.expect("ready")
    assert failed.value.outcome == "timeout"


def test_a_hanging_worker_and_its_children_are_killed(impostor: Impostor, tmp_path: Path) -> None:
    code = """
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open("child", "w").write(str(child.pid))
os.write(writes, b'{"kind": "described"}\\n')
time.sleep(600)
"""
    with impostor(code, 1.5) as worker:
        worker.expect("described")
        with pytest.raises(WorkerFailed, match=r"not finished after 1\.5 s") as failed:
            worker.expect("built")
    assert failed.value.outcome == "timeout"
    child = int((tmp_path / "child").read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_the_last_lines_of_a_flood_are_kept(impostor: Impostor) -> None:
    code = """
for number in range(20000):
    print("line", number, "x" * 100, file=sys.stderr)
sys.exit(1)
"""
    with pytest.raises(WorkerFailed) as failed, impostor(code) as worker:
        worker.expect("ready")
    assert failed.value.stderr[-1].startswith("line 19999")
    assert len(failed.value.stderr) == process.LAST_LINES


def test_an_interpreter_that_is_gone_is_an_outcome(tmp_path: Path) -> None:
    worker = process.Worker(tmp_path / "no-python", {}, {"HOME": str(tmp_path)})
    with pytest.raises(WorkerFailed, match="does not start"), worker:
        pass


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=st.binary(max_size=200))
def test_any_bytes_give_a_message_or_a_typed_outcome(tmp_path: Path, answer: bytes) -> None:
    worker = process.Worker(Path(sys.executable), {}, {"HOME": str(tmp_path)})
    reads, writes = os.pipe()
    os.write(writes, answer)
    os.close(writes)
    worker._in, worker._deadline = reads, None
    worker._death = lambda: WorkerFailed("crash", "gone")  # type: ignore[method-assign]

    def read_all() -> None:
        while isinstance(worker._receive()["kind"], str):
            pass

    with pytest.raises(WorkerFailed) as failed:
        read_all()
    os.close(reads)
    assert failed.value.outcome == "crash"


def test_no_descriptor_is_left_open(impostor: Impostor) -> None:
    before = psutil.Process().num_fds()
    with impostor("""os.write(writes, b'{"kind": "described"}\\n'); time.sleep(60)""") as worker:
        assert worker.expect("described") == {"kind": "described"}
    assert psutil.Process().num_fds() == before


def test_a_worker_that_dies_before_it_has_read_its_job_leaves_nothing(impostor: Impostor) -> None:
    before = psutil.Process().num_fds()
    worker = impostor("sys.exit(4)")
    worker._job = {"long": "x" * 200_000}  # more than a pipe holds, so that it can't be written ahead
    with worker, pytest.raises(WorkerFailed, match="ended with status 4"):
        worker.expect("ready")
    assert psutil.Process().num_fds() == before
    assert not psutil.pid_exists(worker.pid)


def test_a_workers_temporary_files_go_with_it(impostor: Impostor) -> None:
    code = """
import tempfile
kept = tempfile.mkdtemp()
open(kept + "/left", "w").close()
os.write(writes, b'{"kind": "described", "folder": "%s"}\\n' % kept.encode())
os.kill(os.getpid(), signal.SIGKILL)
"""
    with impostor(code) as worker:
        folder = Path(worker.expect("described")["folder"])
        with pytest.raises(WorkerFailed, match="SIGKILL"):
            worker.expect("built")
        assert folder.is_dir()
    assert not folder.parent.exists()
