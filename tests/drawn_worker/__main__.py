"""A worker that trains nothing: it tells what its job says, in the protocol of fixtures/worker (tests/drawn.py).

python tests/drawn_worker READ_FD WRITE_FD HOST_PID
"""

import json
import os
import signal
import sys
import time
from pathlib import Path


def main() -> None:
    reads, writes, host = (int(word) for word in sys.argv[1:4])
    tokens = os.fdopen(reads)

    def tell(kind: str, **fields: object) -> None:
        os.write(writes, (json.dumps({"kind": kind, **fields}) + "\n").encode())

    job = json.loads(tokens.readline())
    if job["failed"]:
        return tell("failed", **job["failed"])
    tell("ready", **job["ready"])
    tokens.readline()  # build
    tell("built", **job["built"])
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
