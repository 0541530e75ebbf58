"""Files that are complete or not there."""

from __future__ import annotations

import os
from pathlib import Path


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
