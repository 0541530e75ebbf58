"""Files: only regular ones are read, in whatever encoding they were saved; each is written whole or not at all."""

from __future__ import annotations

import argparse
import codecs
import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

STDOUT = Path("-")
# a file that lies on a mount point of its own can't be replaced, nor one in a folder that can't be written to
_FIXED = (errno.EBUSY, errno.EACCES, errno.EPERM, errno.EROFS)

KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))


def read(path: Path) -> bytes:
    """The contents of a regular file; raises OSError for anything else, and its `strerror` says what that is.

    A pipe would be waited for, and a device may never end.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        kind = next((name for is_one, name in KINDS if is_one(mode)), "a device")
        raise OSError(errno.EINVAL, f"it is {kind}, and no file", str(path))
    return path.read_bytes()


def path(text: str) -> Path:
    """A path as a user types it: no shell expands the ~ in `--output=~/a`. Raises ArgumentTypeError for ~nobody."""
    try:
        return Path(text).expanduser() if text.startswith("~") else Path(text)  # Path takes ./~ for ~
    except RuntimeError:
        raise argparse.ArgumentTypeError(f"'{text}': there is no such home folder") from None


def home_expanded(name: str) -> Path:
    """A text that may be a path or another name, with ~ as a home folder; unchanged where there is no such home."""
    with suppress(argparse.ArgumentTypeError):
        return path(name)
    return Path(name)


def decoded(data: bytes) -> str:
    """UTF-8, with or without the mark that PowerShell and Notepad begin it with, or the UTF-16 of PowerShell's `>`.

    Raises UnicodeDecodeError.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def put(path: Path, content: str | bytes) -> None:
    """Write a file on disk and put it in its place at once; raises OSError, and leaves the old file then.

    `-` is standard output. The target of a link is replaced, and the link stays. A pipe, a device or a descriptor of
    the shell's is written into, and so is a file that can't be replaced. Characters that UTF-8 doesn't have (half of a
    surrogate pair, in a name out of a damaged file) are written as escapes.
    """
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    if to_stdout(path):
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return
    Path(os.path.realpath(path)).parent.mkdir(parents=True, exist_ok=True)
    try:
        _put(path, data)
    except OSError as error:  # by the name that the user knows, and not that of a file on the way
        raise OSError(error.errno, error.strerror, str(path)) from error


def _put(path: Path, data: bytes) -> None:
    before = path.stat() if path.exists() else None
    if before and not stat.S_ISREG(before.st_mode):
        path.write_bytes(data)  # of a folder it is an error
        return
    target = Path(os.path.realpath(path))
    try:
        _replace(target, data, stat.S_IMODE(before.st_mode) if before else None)
    except OSError as error:
        if not before or error.errno not in _FIXED or not os.access(target, os.W_OK):
            raise
        target.write_bytes(data)


def to_stdout(path: Path) -> bool:
    """Whether it is standard output, by whatever name."""
    with suppress(OSError, ValueError):
        return path == STDOUT or os.path.samestat(path.stat(), os.fstat(sys.stdout.fileno()))
    return path == STDOUT


def beside(path: Path) -> TextIO:
    """The stream for a command's messages about this file: never the one that the file itself goes to."""
    return sys.stderr if to_stdout(path) else sys.stdout


def _replace(path: Path, data: bytes, mode: int | None) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        with suppress(OSError):  # where nothing could be begun
            unfinished.unlink(missing_ok=True)
