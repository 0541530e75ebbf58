"""A poorer system: files of the kernel's are missing, `flock` fails, or the clock is wrong (tests/sandbox.c)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import ROOT


def compiled(folder: Path) -> Path:
    """The library to preload; skips where there is no compiler."""
    compiler = shutil.which("gcc")
    if not compiler:
        pytest.skip("there is no gcc to compile the library with")
    library = folder / "sandbox.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, ROOT / "tests" / "sandbox.c", "-ldl"], check=True)
    return library


def variables(library: Path, *, hide: Sequence[str] = (), flock: int | None = None) -> dict[str, str]:
    """The environment of a process in which these paths are missing, and `flock` fails with this error."""
    poorer = {"LD_PRELOAD": str(library), "HIDE": "".join(f"{path}:" for path in hide)}
    return {**os.environ, **poorer, **({} if flock is None else {"FLOCK": str(flock)})}


def said(code: str, environ: dict[str, str], *words: str) -> str:
    """What Python code prints in such a process, with every warning an error."""
    command = [sys.executable, "-W", "error", "-c", code, *words]
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def mounted(code: str, *commands: str) -> str:
    """What Python code prints in a mount namespace of its own, behind these shell commands; $$ is its process.

    Skips where this user may not mount.
    """
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("mounting needs privileges that this user doesn't have")
    script = " && ".join([*commands, f"exec '{sys.executable}' -W error -c \"$0\""])
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, code], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
