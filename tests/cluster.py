"""A real SLURM of several nodes on this machine, in a folder of its own: nothing of the system's is used or changed.

Each node has a processor of its own, as far as there are enough, and its jobs see the folder `shared` as nodes of a
cluster see theirs. The daemons run as whoever starts them.

    python -m tests.cluster 2 COMMAND...    runs a command that finds such a cluster of two nodes
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from fixtures.machine.processors import available_processors

COMMANDS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol")
PACKAGES = ("slurm-wlm", "munge")
CONFIGURATION = """\
ClusterName=local
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
GresTypes=gpu
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=1,sched_interval=1
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmdTimeout=10
KillWait=2
{nodes}
PartitionName=all Nodes={names} Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes={names} MaxTime=INFINITE State=UP PriorityTier=2
"""


def missing() -> str | None:
    """Why there can be no SLURM here; None where its commands are there, installed by this call perhaps."""
    with FileLock(Path(tempfile.gettempdir()) / f"slurm-installation-{os.getuid()}.lock"):
        if all(map(shutil.which, COMMANDS)):
            return None
        remedy = f"apt-get install {' '.join(PACKAGES)}"
        if os.getuid() or not shutil.which("apt-get"):
            return f"SLURM is not installed: {remedy}"
        for command in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
            environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            done = subprocess.run(["apt-get", "-qq", *command], capture_output=True, text=True, env=environ)
        return None if all(map(shutil.which, COMMANDS)) else f"`{remedy}` failed: {done.stderr.strip()[-200:]}"


class Cluster:
    """SLURM's daemons. names: the nodes'. declared: more words of single nodes, by which their kinds differ."""

    def __init__(self, nodes: int = 2, declared: Mapping[str, str] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="slurm-"))
        self.names = [f"n{number}" for number in range(1, nodes + 1)]
        self.shared = self.folder / "shared"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._frozen: dict[str, list[int]] = {}
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}  # no part of xdist
        self.environ = {**ours, "SLURM_CONF": str(self.folder / "slurm.conf")}
        for name in ("state", "shared", *(f"locks/{node}" for node in self.names)):
            (self.folder / name).mkdir(parents=True)
        self._configure(declared or {})
        (self.folder / "munge.key").write_bytes(os.urandom(1024))
        (self.folder / "munge.key").chmod(0o600)
        munge = [f"--{what}={self.folder}/munge.{what.split('-')[0]}" for what in ("key-file", "socket", "pid-file",
                 "log-file", "seed-file")]  # fmt: skip
        self._start("munged", ["munged", "--foreground", "--force", *munge])
        self.wait_until((self.folder / "munge.socket").exists, "munged starts")
        self.start_controller()
        for node in self.names:
            self.start_node(node)
        self.wait_until(lambda: set(self.states().values()) == {"idle"}, "the nodes are idle")

    def _configure(self, declared: Mapping[str, str]) -> None:
        ports = _free_ports(len(self.names) + 1)
        nodes = (
            f"NodeName={name} NodeHostname={socket.gethostname()} NodeAddr=127.0.0.1 Port={port} CPUs=1 "
            f"RealMemory=2000 State=UNKNOWN {declared.get(name, '')}"
            for name, port in zip(self.names, ports[1:], strict=True)
        )
        (self.folder / "slurm.conf").write_text(
            CONFIGURATION.format(
                host=socket.gethostname(),
                port=ports[0],
                user=getpass.getuser(),
                folder=self.folder,
                nodes="\n".join(nodes),
                names=",".join(self.names),
            )
        )
        # plain files stand for cards: SLURM counts them, and nothing opens them
        cards = ((name, re.search(r"Gres=gpu:(\w+)", words)) for name, words in declared.items())
        lines = (f"NodeName={name} Name=gpu Type={card[1]} File={self.folder}/card\n" for name, card in cards if card)
        (self.folder / "gres.conf").write_text("".join(lines))
        (self.folder / "card").touch()

    @property
    def prologue(self) -> str:
        """What keeps the locks of nodes apart that are one machine."""
        return f"export KERAS_BENCHMARKS_LOCKS={self.folder}/locks/$SLURMD_NODENAME"

    def start_controller(self) -> None:
        self._start("slurmctld", ["slurmctld", "-D", "-f", str(self.folder / "slurm.conf")])
        self.wait_until(lambda: self.call("scontrol", "ping").endswith("UP"), "the controller answers")

    def start_node(self, name: str, before: Sequence[str] = (), *, whole: bool = False) -> None:
        """Start a node's daemon on a processor of its own, or on all of them (whole).

        before: words before its command.
        """
        processors = [*available_processors()]
        mine = processors if whole else [processors[self.names.index(name) % len(processors)]]
        own = ",".join(map(str, mine))
        command = ["slurmd", "-D", "-f", str(self.folder / "slurm.conf"), "-N", name]
        self._start(name, [*before, "taskset", "-c", own, *command])

    def _start(self, name: str, command: Sequence[str]) -> None:
        with (self.folder / f"{name}.out").open("ab") as output:
            self.processes[name] = subprocess.Popen(
                command, stdout=output, stderr=output, env=self.environ, start_new_session=True
            )

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """End a daemon, and with a node's all processes of its jobs, as if its machine had lost its power."""
        self.processes[name].send_signal(number)
        self.processes[name].wait()
        if name in self.names:
            self._kill_jobs(name)

    def runs(self, environ: Mapping[str, str], job: str) -> bool:
        """Whether a process with these variables belongs to a job of this cluster's."""
        return (environ.get("SLURM_CONF"), environ.get("SLURM_JOB_ID")) == (self.environ["SLURM_CONF"], job)

    def _kill_jobs(self, name: str) -> None:
        # first what would tell the controller that a job has ended
        for process in (*self._found(name, self._steers), *self._found(name, self._belongs)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def freeze(self, name: str, *, jobs: bool = True) -> None:
        """Stop a node's daemons where they are; its jobs too, unless it has only lost its network."""
        self._frozen[name] = [self.processes[name].pid, *self._found(name, self._steers)]
        self._frozen[name] += self._found(name, self._belongs) if jobs else []
        for process in self._frozen[name]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a node go on where it stood."""
        for process in self._frozen.pop(name):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    def _found(self, node: str, is_one: Callable[[Path, str], bool]) -> list[int]:
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if is_one(path, node):
                    found.append(int(path.name))
        return found

    def _steers(self, process: Path, node: str) -> bool:
        """Whether this process watches over a job on a node: it has the node's log open."""
        log = str(self.folder / f"slurmd.{node}.log")
        return (process / "comm").read_text() == "slurmstepd\n" and log in map(os.readlink, (process / "fd").iterdir())

    def _belongs(self, process: Path, node: str) -> bool:
        variables = (process / "environ").read_bytes().split(b"\0")
        mine = (f"SLURM_CONF={self.environ['SLURM_CONF']}", f"SLURMD_NODENAME={node}")
        return all(each.encode() in variables for each in mine)

    def call(self, *command: str) -> str:
        """The output of one of SLURM's commands, without its last line's end."""
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=600)
        return (done.stdout + done.stderr).strip()

    def states(self) -> dict[str, str]:
        """The state of each node, as sinfo prints it."""
        lines = self.call("sinfo", "--noheader", "--Node", "--partition=all", "--format=%N %T").splitlines()
        return {name: state for name, _, state in (line.partition(" ") for line in lines)}

    def jobs(self, *options: str) -> dict[str, str]:
        """The state of each job that is queued or runs."""
        lines = self.call("squeue", "--noheader", "--format=%i %T", *options).splitlines()
        return {number: state for number, _, state in (line.partition(" ") for line in lines)}

    def wait_until(self, is_so: Callable[[], object], what: str, limit_s: float = 300) -> None:
        """Wait until the function returns something true; raises TimeoutError with the daemons' last lines."""
        end = time.monotonic() + limit_s
        while not is_so():
            if time.monotonic() > end:
                logs = [*self.folder.glob("*.log"), *self.folder.glob("*.out")]
                tails = (f"{path.name}: {path.read_text(errors='replace')[-500:]}" for path in logs)
                raise TimeoutError(f"not within {limit_s:.0f} s: {what}\n" + "\n".join(tails))
            time.sleep(0.05)

    def close(self) -> None:
        """End all jobs and daemons, and remove the folder."""
        for name in list(self._frozen):
            self.thaw(name)
        self.call("scancel", f"--user={getpass.getuser()}")
        for name in reversed(self.processes):
            self.processes[name].terminate()
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
        for name in self.names:
            self._kill_jobs(name)
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def main() -> int:
    """Run a command on a cluster. `{prologue}` and `{shared}` in its words are what they are of a Cluster."""
    cluster = Cluster(int(sys.argv[1]))
    try:
        words = [word.format(prologue=cluster.prologue, shared=cluster.shared) for word in sys.argv[2:]]
        return subprocess.run(words, env=cluster.environ).returncode
    finally:
        cluster.close()


if __name__ == "__main__":
    sys.exit(main())
