"""A worker that trains nothing: it tells what its job says, in the protocol of fixtures/worker (tests/drawn.py).

python tests/drawn_worker READ_FD WRITE_FD HOST_PID
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

CONTEXT_MIB, TRAINING_MIB = 300, 100  # on a card


def keep_busy(job: dict[str, Any], tokens: IO[str], tell: Callable[..., None]) -> None:
    """Answer as the task `busy` does, until the host ends this process."""
    if not job["busy"]:
        return tell("failed", outcome="oom", error="MemoryError", message="drawn", traceback="")
    tell("ready", device=job["device"])
    tell("warm")
    while tokens.readline():
        tell("warm")
    return None


def main() -> None:
    reads, writes, host = (int(word) for word in sys.argv[1:4])
    tokens = os.fdopen(reads)

    def tell(kind: str, **fields: object) -> None:
        os.write(writes, (json.dumps({"kind": kind, **fields}) + "\n").encode())

    def hold(mib: int) -> None:
        if job["card"]:
            unfinished = Path(job["card"]) / f"new-{os.getpid()}"
            unfinished.write_text(str(mib << 20))
            unfinished.replace(Path(job["card"]) / str(os.getpid()))

    job = json.loads(tokens.readline())
    if "busy" in job:
        return keep_busy(job, tokens, tell)
    hold(CONTEXT_MIB)
    if job["failed"]:
        return tell("failed", **job["failed"])
    tell("ready", **job["ready"])
    tokens.readline()  # build
    tell("built", **job["built"])
    hold(CONTEXT_MIB + TRAINING_MIB)
    tell("training", **job["training"])
    while job["gate"] and Path(job["gate"]).exists():
        time.sleep(0.02)
    epochs = iter(job["epochs"])
    while json.loads(tokens.readline())["kind"] == "epoch":
        if job["interrupt"]:  # the user presses Ctrl-C
            os.kill(host, signal.SIGINT)
            tokens.readline()
        time.sleep(job["sleep_s"])
        tell("epoch", **next(epochs))
    tell("trained", **job["trained"])
    tell("evaluated", **job["evaluated"])
    if job["short_epochs"]:
        tell("short", short_batches=0, short_rounds_s=[])
    return tell("done")


main()
