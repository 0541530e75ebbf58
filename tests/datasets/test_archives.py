"""Archives that climb, link, repeat or explode."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from datasets import archives
from datasets.errors import Damaged
from tests.datasets import originals
from tests.datasets.preparing import made, read


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


BATCH = "cifar-10-batches-bin/data_batch_1.bin"


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        ({"../outside": b"x"}, "leads out"),
        ({"/etc/outside": b"x"}, "leads out"),
        ({BATCH: link(BATCH, "/etc/passwd")}, "neither a file nor a folder"),
        ({BATCH: link(BATCH, "/etc/passwd", tarfile.LNKTYPE)}, "neither a file nor a folder"),
        ({"pipe": link("pipe", "", tarfile.FIFOTYPE)}, "neither a file nor a folder"),
        ({BATCH: b"\0" * 3_000}, "not a multiple"),
        ({BATCH: b""}, "not a multiple"),
        ({BATCH: b"\x0a" + bytes(3_072)}, "label 10"),
        ({"padding": bytes(2_000_000)}, "unpacks to more"),
    ],
)
def test_hostile_tars(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, bytes | tarfile.TarInfo], reported: str
) -> None:
    monkeypatch.setattr("datasets.cifar10.LONGEST", 1_000_000)
    folder = made(tmp_path, "cifar10")
    path = folder / "cifar-10-binary.tar.gz"
    path.write_bytes(originals.tar({**originals.cifar_members(per_file=2), **change}))
    with pytest.raises(Damaged, match=reported):
        read(folder)
    assert [each.name for each in tmp_path.rglob("*")] == ["cifar10", path.name]  # nothing was unpacked


def test_a_tar_without_or_with_two_of_a_member(tmp_path: Path) -> None:
    path = tmp_path / "file.tar.gz"
    path.write_bytes(originals.tar({"a": b"1"}))
    with pytest.raises(Damaged, match="has no b"):
        list(archives.tar_members(path, {"a", "b"}, 10))
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for _ in range(2):
            archive.addfile(tarfile.TarInfo("a"))
    path.write_bytes(stream.getvalue())
    with pytest.raises(Damaged, match="twice"):
        list(archives.tar_members(path, {"a"}, 10))


def test_zips_and_gzips_that_are_bombs(tmp_path: Path) -> None:
    path = tmp_path / "file.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(10_000))
    assert archives.zip_member(path, "a", 10_000) == bytes(10_000)
    with pytest.raises(Damaged, match="more than 9,999 bytes"):
        archives.zip_member(path, "a", 9_999)
    with pytest.raises(Damaged, match="has no b"):
        archives.zip_member(path, "b", 9_999)
    assert archives.gunzip(gzip.compress(bytes(100)), 100) == bytes(100)
    with pytest.raises(ValueError, match="more than 99 bytes"):
        archives.gunzip(gzip.compress(bytes(100)), 99)


def test_a_gzip_that_is_cut_off_or_damaged() -> None:
    packed = gzip.compress(bytes(range(100)))
    assert archives.gunzip(packed, 100) == bytes(range(100))
    for size in range(len(packed)):
        with pytest.raises(EOFError, match="too early"):
            archives.gunzip(packed[:size], 100)
    with pytest.raises(zlib.error):
        archives.gunzip(packed[:-8] + bytes(8), 100)
