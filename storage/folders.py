"""Folders of files that are built once, whole or not at all, and checked on each use."""

from __future__ import annotations

import argparse
import errno
import glob
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import platformdirs

from storage import files, locks

VARIABLE = "KERAS_BENCHMARKS_CACHE"
NAME = "keras-backend-benchmarks"
SEAL = "complete.json"
BUILDING = ".building-"  # begins the name of a folder that is not complete, before its later name and a process's id


def cache_folder() -> Path:
    """The cache folder: $KERAS_BENCHMARKS_CACHE or the system's usual place; made if missing.

    Code in it is run, so nobody else may write there: permissions of group and others to write are removed. Raises
    PermissionError for a folder of another user, and OSError where there can be none.
    """
    chosen = os.environ.get(VARIABLE)
    path = expanded(chosen or platformdirs.user_cache_dir(NAME))
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    looks = path.stat()
    if looks.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "it belongs to another user, who could change the code in it", str(path))
    if looks.st_mode & 0o022 and not os.statvfs(path).f_flag & os.ST_RDONLY:
        path.chmod(stat.S_IMODE(looks.st_mode) & ~0o022)
    return path.resolve()


def expanded(text: str) -> Path:
    """A path as a user types it, with ~ as a home folder; raises FileNotFoundError where there is no such home."""
    try:
        return files.path(text)
    except argparse.ArgumentTypeError:
        raise FileNotFoundError(errno.ENOENT, "there is no such home folder", text) from None


def mend(error: OSError) -> str:
    """The remedy for a folder that can't be written to."""
    return "make room there" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else "make it writable"


def seal(folder: Path, names: Iterable[str]) -> None:
    """Write down size, time and checksum of these files of a folder; until then it doesn't count as complete."""
    entries = {}
    for name in names:
        path = folder / name
        with path.open("rb") as file:
            os.fsync(file.fileno())
        entries[name] = {**_looks(path), "sha256": digest(path)}
    files.put(folder / SEAL, json.dumps(entries, indent=1).encode())


def sealed(folder: Path) -> dict[str, dict[str, Any]]:
    """The seal's entries by file: bytes, mtime_ns, sha256; empty without a readable seal."""
    try:
        entries = json.loads((folder / SEAL).read_bytes())  # in whatever encoding
        return {name: {key: entry[key] for key in ("bytes", "mtime_ns", "sha256")} for name, entry in entries.items()}
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        return {}


def intact(folder: Path, *, thorough: bool = False) -> bool:
    """Whether the folder is sealed and its files are as they were then; thorough: as of `damaged`."""
    return bool(sealed(folder)) and not damaged(folder, thorough=thorough)


def damaged(folder: Path, *, thorough: bool = False) -> list[str]:
    """The names of files that are not as they were when the folder was sealed; none where it is not sealed.

    A file of the same size and time is taken for unchanged. The contents of one with another time (a copy, or one that
    somebody wrote to) are compared, and if `thorough` those of every file.
    """
    entries = sealed(folder)
    names, moved = [], False
    for name, entry in entries.items():
        try:
            looks = _looks(folder / name)
            other_time = looks["mtime_ns"] != entry["mtime_ns"]
            if looks["bytes"] != entry["bytes"] or (
                (other_time or thorough) and digest(folder / name) != entry["sha256"]
            ):
                names.append(name)
        except OSError:
            names.append(name)
        else:
            moved = moved or other_time
    if moved and not names:
        with suppress(OSError):  # a cache that can only be read is looked through each time
            seal(folder, entries)
    return names


def digest(path: Path, algorithm: str = "sha256") -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _looks(path: Path) -> dict[str, int]:
    status = path.stat()
    return {"bytes": status.st_size, "mtime_ns": status.st_mtime_ns}


@contextmanager
def locked(folder: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock of a folder, which lies beside it. waiting: called once if another process has it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locks.alone(folder.parent / f".{folder.name}.lock", waiting):
        yield


def built(folder: Path, make: Callable[[Path], None], waiting: Callable[[], None] = lambda: None) -> None:
    """Make `folder` and all files in it by `make(an empty folder)`, if it is missing, damaged or unfinished.

    waiting: called once if another process is building it. Raises OSError where the disk refuses, and leaves nothing
    behind then.
    """
    if intact(folder):
        return
    with locked(folder, waiting):
        if not intact(folder):  # another process may have built it meanwhile
            with building(folder) as unfinished:
                make(unfinished)
                seal(unfinished, sorted(path.name for path in unfinished.iterdir()))


@contextmanager
def building(folder: Path, family: str = "") -> Iterator[Path]:
    """An empty folder that takes the place of `folder` when the block ends without an error, and else is removed.

    The caller is alone with the folder (`locked`, or a lock of its own). So whatever a process that was killed left
    unfinished of it, or of all folders whose names begin with `family`, is removed first. Raises OSError.
    """
    for stale in folder.parent.glob(f"{BUILDING}{glob.escape(family or folder.name)}-*"):
        shutil.rmtree(stale, ignore_errors=True)
    unfinished = folder.parent / f"{BUILDING}{folder.name}-{os.getpid()}"
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        shutil.rmtree(folder, ignore_errors=True)  # a damaged one
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


class Rows:
    """An .npy file that grows by slices of rows; format 1.0, readable by NumPy 1.13.

    Written as a file and not through a memory map, whose pages would count as this process's memory.
    """

    def __init__(self, path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
        self.dtype, self.shape, self.count = dtype, shape, 0
        self._file = path.open("wb")
        self._header()
        self._start = self._file.tell()

    def _header(self) -> None:
        described = {"descr": self.dtype.str, "fortran_order": False, "shape": (self.count, *self.shape)}
        np.lib.format.write_array_header_1_0(self._file, described)  # leaves room for the number of rows to grow

    def append(self, rows: np.ndarray[Any, Any]) -> None:
        """Raises ValueError for rows of another shape or type than the first ones."""
        if (rows.dtype, rows.shape[1:]) != (self.dtype, self.shape):
            raise ValueError(f"rows of {rows.dtype} {rows.shape[1:]} among rows of {self.dtype} {self.shape}")
        self._file.write(np.ascontiguousarray(rows).data)
        self.count += len(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._file:
            if error is None:
                self._file.seek(0)
                self._header()
                if self._file.tell() != self._start:
                    raise ValueError("the .npy header grew over the first row")
