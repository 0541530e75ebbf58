"""What a sandbox lacks of /proc and /sys, and file systems without locks: nothing ends for that, nothing is lost."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets import locks
from fixtures.benchmark import scratch
from fixtures.hardware import devices, groups, kernel, load, machine
from fixtures.session.journal import Writer
from reports import flags
from tests import sandbox

LOOK = """
import json, warnings
from fixtures.hardware import load, machine
from reports import flags
seen = machine.snapshot()
record = {"machine": machine.describe(), "host_before": seen, "host_after": seen, "threads": 2, "wall_s": 1.0}
record["foreign_processors"] = load.ForeignLoad([0]).foreign()
print(json.dumps([record, [flag.code for flag in flags.of_run(record)], list(load.disturbances([0], None, 0.01))]))
"""
FILES = ("cpuinfo", "meminfo", "stat", "vmstat", "loadavg", "locks", "self/cgroup")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sandbox.compiled(tmp_path_factory.mktemp("sandbox"))


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """system(path=text, ...): only these files of /proc and /sys are there, as the suite's own readers see it."""
    monkeypatch.setattr(kernel, "PROC", tmp_path / "proc")
    monkeypatch.setattr(kernel, "SYS", tmp_path / "sys")
    machine._cpu_info.cache_clear()

    def write(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return write


def test_without_vmstat_as_under_gvisor(library: Path) -> None:
    environ = sandbox.variables(library, hide=["/proc/vmstat", "/proc/self/cgroup"])
    record, _, _ = json.loads(sandbox.said(LOOK, environ))
    assert (record["host_before"]["swapped_out_mib"], record["host_before"]["oom_kills"]) == (None, None)
    assert record["host_before"]["memory_available_mib"] > 0


def test_without_anything_of_the_kernels(library: Path) -> None:
    environ = sandbox.variables(library, hide=[f"/proc/{name}" for name in FILES])
    record, raised, disturbed = json.loads(sandbox.said(LOOK, environ))
    assert record["machine"]["memory_mib"] is None
    assert record["machine"]["cpu_model"]
    assert record["foreign_processors"] is None
    assert ({*raised} - {"loaded-machine"}, disturbed) == (set(), [])  # the load is told by a system call, too


def test_with_nothing_but_empty_files() -> None:
    bound = [f"mount --bind /dev/null /proc/{name.replace('self', '$$')}" for name in FILES]
    record, raised, disturbed = json.loads(sandbox.mounted(LOOK, *bound))
    assert record["host_before"]["oom_kills"] is None
    assert record["foreign_processors"] is None
    assert ({*raised} - {"loaded-machine"}, disturbed) == (set(), [])  # the load is told by a system call, too


odd = st.text(st.sampled_from("cpu0 oom_kill:1-.9/\n\tmax,x"), max_size=60)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd)
def test_odd_files_end_nothing(system: Callable[..., None], text: str) -> None:
    system(**{f"proc/{name}": text for name in ("cpuinfo", "stat", "vmstat", "locks", "self/cgroup")})
    system(**{f"sys/fs/cgroup/{name}": text for name in ("cpu.max", "memory.events", "cpu/cpu.cfs_quota_us")})
    system(**{"sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count": text})
    machine._cpu_info.cache_clear()
    assert machine.available_processors()
    for seen in (machine.oom_kills(), machine.throttle_events(), groups.cpu_quota(), load.busy_s([0])):
        assert seen is None or isinstance(seen, int | float)
    machine.vector_instructions()
    with Path(__file__).open() as file:
        assert "process" in devices.holder(file.fileno())


def test_a_process_of_another_container_has_no_number_here(system: Callable[..., None]) -> None:
    with Path(__file__).open() as file:
        status = os.fstat(file.fileno())
        mark = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
        for number in ("-1", "0"):
            system(**{"proc/locks": f"1: FLOCK  ADVISORY  WRITE {number} {mark} 0 EOF\n"})
            assert devices.holder(file.fileno()) == "another process"


def test_a_worker_whose_kernel_tells_no_high_water_mark(library: Path) -> None:
    code = """
import json, sys
sys.path.insert(0, "fixtures/worker")
import meters
peak = meters.Peak()
peak.pause()
print(json.dumps([meters.resident_mib(), meters.peak_resident_mib(), peak.mib()]))
"""
    resident, peak, seen = json.loads(sandbox.said(code, sandbox.variables(library, hide=["/proc/self/status"])))
    assert resident is None
    assert 1 < peak <= seen < 1000


def test_without_a_folder_for_temporary_files_nothing_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    assert scratch.sweep() == []
    assert Writer(tmp_path, print).name


# --- a control group's quota


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000\n"}, 0.5),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, None),
        ({"proc/self/cgroup": "", "sys/fs/cgroup/cpu.max": "150000 100000\n"}, 1.5),
        ({"proc/self/cgroup": "0::/../../pod\n", "sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2.0),
        (  # a group above it has less
            {
                "proc/self/cgroup": "0::/user/own\n",
                "sys/fs/cgroup/user/own/cpu.max": "400000 100000\n",
                "sys/fs/cgroup/user/cpu.max": "100000 100000\n",
            },
            1.0,
        ),
        (
            {
                "proc/self/cgroup": "3:cpu,cpuacct:/docker/1f\n1:name=systemd:/docker/1f\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "25000\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            },
            0.25,
        ),
        (
            {
                "proc/self/cgroup": "1:cpu:/\n0::/\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            None,
        ),
    ],
    ids=["half", "no limit", "no path", "outside", "above", "version 1", "version 1 without"],
)
def test_a_quota_is_read_in_both_versions(
    system: Callable[..., None], files: dict[str, str], quota: float | None
) -> None:
    system(**files)
    assert groups.cpu_quota() == quota
    assert len(machine.available_processors()) == min(len(os.sched_getaffinity(0)), max(1, int(quota or 10**6)))


def test_a_containers_half_processor_gives_one_thread_and_a_flag(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    (tmp_path / "cgroup").write_text("0::/\n")
    code = """
import json
from fixtures.hardware import machine
from fixtures.plugin.options import add_backend_options
from reports import flags
options = {}
add_backend_options(lambda name, **how: options.update({name: how.get("default")}))
record = {"machine": machine.describe(), "threads": options["--threads"]}
print(json.dumps([record["threads"], record["machine"]["cpu_quota"], [str(flag) for flag in flags.of_run(record)]]))
"""
    binds = [f"mount --bind {tmp_path} /sys/fs/cgroup", f"mount --bind {tmp_path / 'cgroup'} /proc/$$/cgroup"]
    threads, quota, (flag,) = json.loads(sandbox.mounted(code, *binds))
    assert (threads, quota) == (1, 0.5)
    assert "cpu-quota: its control group allows 0.5 processors for 1 thread(s)" in flag


def test_a_quota_of_whole_processors_raises_no_flag() -> None:
    assert flags.of_run({"machine": {"cpu_quota": 2.0}, "threads": 2}) == []
    assert flags.of_run({"machine": {}, "threads": 2}) == []


def test_version_1_counts_what_the_kernel_killed(system: Callable[..., None]) -> None:
    system(**{"proc/self/cgroup": "4:memory:/own\n", "proc/vmstat": "oom_kill 7\n"})
    assert machine.oom_kills() == 7
    system(**{"sys/fs/cgroup/memory/own/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"})
    assert (machine.oom_kills(), machine.oom_kills(system=True)) == (3, 7)


# --- file systems without locks

KEEP = """
import pathlib, sys
from datasets import storage
from fixtures.backends import environments, registry
from fixtures.benchmark import scratch
from fixtures.hardware import devices
from fixtures.plugin import saving
from fixtures.session import journal
folder = pathlib.Path(sys.argv[1])
writer = journal.Writer(folder / "journal", print)
writer.begin(planned=[])
writer.write("result", benchmark="a")
saving.guarded(lambda: (folder / "saved.json").write_text("{}"), folder, "x", print)()
storage.built(folder / "data", lambda made: (made / "x").write_text("x"))
with environments._locked(folder / "envs" / "a.lock", registry.BACKENDS["jax"], print):
    pass
scratch.Folder().remove()
scratch.sweep()
with devices.lock(["processor-0", "processor-1"], print):
    pass
print(*sorted(path.name for path in folder.rglob("*") if path.is_file()))
"""


@pytest.mark.parametrize("error", [errno.ENOTSUP], ids=errno.errorcode.get)
def test_without_flock_everything_is_kept(library: Path, tmp_path: Path, error: int) -> None:
    environ = sandbox.variables(library, flock=error) | {devices.VARIABLE: str(tmp_path), "TMPDIR": str(tmp_path)}
    told, files = sandbox.said(KEEP, environ, str(tmp_path / "kept")).splitlines()
    assert f"knows no locks ({os.strerror(error)})" in told
    assert "saved.json" in files
    assert "complete.json" in files


def test_without_flock_the_existence_of_a_file_keeps_others_out(library: Path, tmp_path: Path) -> None:
    code = """
import pathlib, sys
sys.path.insert(0, "datasets")  # alone, without the rest of its package
import locks
with locks.alone(pathlib.Path(sys.argv[1]), lambda: print("waits", flush=True), timeout=0.2):
    print("held", flush=True)
    sys.stdin.read()
"""
    command = [sys.executable, "-c", code, str(tmp_path / "x.lock")]
    environ = sandbox.variables(library, flock=errno.ENOSYS)
    pipes: dict[str, Any] = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
    }
    with subprocess.Popen(command, env=environ, cwd=sandbox.ROOT, **pipes) as first:
        assert first.stdout
        assert first.stdout.readline() == "held\n"
        second = subprocess.run(command, env=environ, cwd=sandbox.ROOT, capture_output=True, text=True)
        assert second.stdout == "waits\n"
        assert "Timeout" in second.stderr
        first.kill()  # its file stays, and is known to be nobody's
    third = subprocess.run(command, env=environ, cwd=sandbox.ROOT, capture_output=True, text=True, input="")
    assert third.stdout.splitlines()[-1] == "held", third.stderr


def test_what_else_a_lock_meets_is_no_lack_of_locks(tmp_path: Path) -> None:
    (tmp_path / "x.lock").mkdir()
    with pytest.raises(OSError, match="directory"), locks.alone(tmp_path / "x.lock"):
        pass
