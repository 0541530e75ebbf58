"""--memory-limit: sizes, the means that keep it, and the signs that it was met."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.hardware import limits


@pytest.mark.parametrize(
    ("text", "mib"), [("512M", 512), ("2G", 2048), ("1.5GiB", 1536), ("1 tb", 2**20), ("0.5g", 512)]
)
def test_sizes(text: str, mib: int) -> None:
    assert limits.mebibytes(text) == mib


@given(st.text(max_size=8))
def test_any_text_is_a_size_or_refused(text: str) -> None:
    try:
        found = limits.mebibytes(text)
    except ValueError:
        return
    assert found > 0


@pytest.mark.parametrize("text", ["", "2", "0M", "-1G", "2X", "lots"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        limits.mebibytes(text)


@pytest.mark.parametrize(
    "line",
    [
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "RuntimeError: [enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory",
        "OpenBLAS error: Memory allocation still failed after 10 retries, giving up.",
        "RESOURCE_EXHAUSTED: Out of memory allocating 1024 bytes",
    ],
)
def test_last_words_that_speak_of_memory(line: str) -> None:
    assert limits.exhausted(["something else", line])


def test_other_last_words() -> None:
    assert not limits.exhausted(["Segmentation fault", "allocator: BFC", "Fatal Python error: Aborted"])


def test_who_keeps_it() -> None:
    assert limits.memory_limit(None, "cpu") is None
    assert limits.memory_limit(64, "gpu") == limits.MemoryLimit(64, "framework")
    kept = limits.memory_limit(64, "cpu")
    assert kept is not None
    assert kept.by == ("group" if limits.groups_work() else "data")
    assert kept.variables(None) == {}


@pytest.mark.skipif("not limits.groups_work()", reason="no systemd of the user's here")
def test_the_kernel_kills_what_exceeds_its_group() -> None:
    code = "held = []\nwhile True: held.append(bytearray(1 << 24))"
    command, environ = limits.in_group(128, [sys.executable, "-c", code], {"PATH": os.environ["PATH"]}, os.environ)
    assert subprocess.run(command, env=environ).returncode == -9
