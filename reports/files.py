"""Files: only regular ones are read, and what is written is complete or not there."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))


def read(path: Path) -> bytes:
    """What a regular file holds; raises OSError, whose `strerror` says what else it is.

    A pipe would be waited for, and a device may never end.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        kind = next((name for is_one, name in KINDS if is_one(mode)), "a device")
        raise OSError(errno.EINVAL, f"it is {kind}, and no file", str(path))
    return path.read_bytes()


def put(path: Path, text: str) -> None:
    """Write the text beside the path, on disk, and put it in its place at once; raises OSError, and leaves nothing.

    What UTF-8 doesn't have (half of a surrogate pair, in a name out of a damaged file) is written as its escape.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with beside.open("w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
