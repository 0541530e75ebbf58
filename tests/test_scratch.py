"""Workers' temporary folders: removed by their host, or when it was killed by the next session."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fixtures.benchmark import scratch

ROOT = Path(__file__).parent.parent
HOST = """
from fixtures.benchmark.scratch import Folder
folder = Folder()
(folder.path / "left").mkdir()
print(folder.path, flush=True)
input()
folder.remove()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("killed", [True, False])
def test_the_folder_of_a_host_that_is_gone_is_swept_and_no_other(temporary: Path, killed: bool) -> None:
    environ = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        [sys.executable, "-c", HOST], cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as host:
        assert host.stdin
        assert host.stdout
        path = Path(host.stdout.readline().strip())
        assert path.parent == temporary
        assert scratch.sweep() == []
        assert (path / "left").exists()
        if killed:
            host.kill()
        else:
            host.stdin.write("\n")
            host.stdin.close()
        host.wait()
    assert path.exists() == killed
    assert scratch.sweep() == [path] * killed
    assert list(temporary.iterdir()) == []


def test_a_link_by_that_name_is_not_followed(temporary: Path) -> None:
    (temporary / "mine" / "photographs").mkdir(parents=True)
    (temporary / f"{scratch.PREFIX}x").symlink_to(temporary / "mine")
    assert scratch.sweep() == []
    assert (temporary / "mine" / "photographs").exists()
