"""Reading members of archives that somebody else made: by name, into memory, bounded. Nothing is ever unpacked."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

from datasets.errors import Damaged

MEMBERS = 1_000  # more than any of our archives has
# what the standard library raises for contents that are not in their format
BROKEN = (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, tarfile.TarError, NotImplementedError)


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def exactly(file: Readable, size: int) -> bytes:
    """The next `size` bytes; raises EOFError where there are fewer."""
    data = file.read(size)
    if len(data) != size:
        raise EOFError(f"it ends {size - len(data)} bytes too early")
    return data


def ended(file: Readable) -> None:
    """Raises ValueError where anything is left to read. Reads one byte: what follows may be endless."""
    if file.read(1):
        raise ValueError("there is more in it than its header says")


def tar_members(path: Path, names: Collection[str], limit: int) -> Iterator[tuple[str, bytes]]:
    """(name, contents) of members of a .tar.gz, in its order; all others are skipped.

    limit: bytes of all members together. Raises Damaged for more than that, for links, devices, absolute or climbing
    names, members that are there twice, and for each name that is missing.
    """
    left = set(names)
    total = 0
    try:
        with tarfile.open(path, "r|gz") as archive:
            for number, member in enumerate(archive):
                total += member.size
                if number >= MEMBERS or total > limit:
                    raise Damaged(path, f"it unpacks to more than {limit:,} bytes or {MEMBERS:,} files")
                _check_name(path, member.name)
                if not (member.isreg() or member.isdir()):
                    raise Damaged(path, f"'{member.name}' in it is neither a file nor a folder")
                if member.name in left:
                    left.remove(member.name)
                    contents = archive.extractfile(member)
                    assert contents is not None  # it is a regular file
                    yield member.name, exactly(contents, member.size)
                elif member.name in names:
                    raise Damaged(path, f"'{member.name}' is in it twice")
    except BROKEN as error:
        raise Damaged(path, error) from error
    if left:
        raise Damaged(path, f"it has no {', '.join(sorted(left))}")


def zip_member(path: Path, name: str, limit: int) -> bytes:
    """The contents of one member of a .zip; raises Damaged, also for more than `limit` bytes."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as member:
            contents = member.read(limit + 1)
    except KeyError:
        raise Damaged(path, f"it has no {name}") from None
    except (*BROKEN, RuntimeError) as error:  # RuntimeError: encrypted
        raise Damaged(path, error) from error
    if len(contents) > limit:
        raise Damaged(path, f"{name} in it unpacks to more than {limit:,} bytes")
    return contents


def gunzip(contents: bytes, limit: int) -> bytes:
    """Raises ValueError for more than `limit` bytes, EOFError for a stream that is cut off, zlib.error for damage."""
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    unpacked = stream.decompress(contents, limit + 1)
    if len(unpacked) > limit:
        raise ValueError(f"it unpacks to more than {limit:,} bytes")
    if not stream.eof:
        raise EOFError("it ends too early")
    return unpacked


def _check_name(path: Path, name: str) -> None:
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts:
        raise Damaged(path, f"'{name}' in it leads out of its folder")
