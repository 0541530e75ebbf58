"""Locks between processes by files.

On file systems without `flock` (Lustre without its mount option, some of NFS and of FUSE) the existence of another file
is the lock.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

NO_FLOCK = frozenset({errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK})


@contextmanager
def alone(path: Path, waiting: Callable[[], None] = lambda: None, timeout: float = -1) -> Iterator[None]:
    """Hold the lock on `path`, whose folder must exist. waiting: called once if another process has it.

    Raises Timeout after so many seconds (negative: never), and OSError where no lock can be made.
    """
    try:
        held = _acquired(FileLock(path, fallback_to_soft=False), waiting, timeout)
    except OSError as error:
        if error.errno not in NO_FLOCK:
            raise
        held = _acquired(SoftFileLock(path.with_name(path.name + ".exists")), waiting, timeout)
    try:
        yield
    finally:
        held.release()


def _acquired(lock: BaseFileLock, waiting: Callable[[], None], timeout: float) -> BaseFileLock:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        waiting()
        lock.acquire(timeout=timeout)
    return lock
