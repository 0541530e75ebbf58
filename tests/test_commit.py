"""Whose commit a record names: the suite's own, whatever lies around it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.plugin.ending import pytest_benchmark_update_commit_info
from fixtures.session import description

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """git(folder, *words): its output, with a configuration of the test's own."""
    config = tmp_path / "config"
    config.write_text("[user]\nname = a\nemail = a@example.org\n")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    description._described.cache_clear()

    def run(folder: Path, *words: str) -> str:
        return subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, text=True).stdout.strip()

    return run


def repository(git: Git, folder: Path) -> str:
    """A repository with one commit; the first twelve digits of it."""
    (folder / "suite").mkdir(parents=True)
    (folder / "file").write_text("one\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "file")
    git(folder, "commit", "--quiet", "-m", "one")
    return git(folder, "rev-parse", "--short=12", "HEAD")


def test_its_own_commit_and_whether_files_differ(git: Git, tmp_path: Path) -> None:
    own = repository(git, tmp_path / "a")
    (tmp_path / "link").symlink_to("a")
    assert description.commit(tmp_path / "a") == description.commit(tmp_path / "link") == own
    (tmp_path / "a" / "file").write_text("two\n")
    description._described.cache_clear()
    assert description.commit(tmp_path / "a") == f"{own}+"


def test_a_repository_around_it_is_another_project_s(git: Git, tmp_path: Path) -> None:
    repository(git, tmp_path / "a")
    assert description.commit(tmp_path / "a" / "suite") is None
    assert description.commit_problem(tmp_path / "a" / "suite") is None


def test_variables_of_git_do_not_decide(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = repository(git, tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("other\n")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "a" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "none"))
    assert description.commit(tmp_path / "a") == own
    assert description.commit(tmp_path / "b") is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_s_is_told_with_the_remedy(git: Git, tmp_path: Path) -> None:
    own = repository(git, tmp_path / "a b")
    for path in (tmp_path / "a b", tmp_path / "a b" / ".git"):
        os.chown(path, 12345, 12345)
    assert description.commit(tmp_path / "a b") is None
    problem = description.commit_problem(tmp_path / "a b") or ""
    assert "belongs to another user" in problem
    command = problem.partition("To trust it: ")[2]
    assert command == f"git config --global --add safe.directory '{tmp_path / 'a b'}'"
    subprocess.run(command, shell=True, check=True)
    description._described.cache_clear()
    assert description.commit(tmp_path / "a b") == own


def test_what_pytest_benchmark_saves_names_no_other_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fixtures.plugin.ending.commit", lambda: None)
    saved = {"id": "f" * 40, "time": "2026", "author_time": "2026", "dirty": True, "project": "x", "branch": "theirs"}
    pytest_benchmark_update_commit_info(saved)
    unknown = {"id": "unversioned", "time": None, "author_time": None, "dirty": False, "branch": "(unknown)"}
    assert saved == {**unknown, "project": "x"}
    monkeypatch.setattr("fixtures.plugin.ending.commit", lambda: "0123456789ab+")
    saved = {"id": "0123456789ab" + 28 * "c", "time": "2026", "dirty": True, "project": "x", "branch": "main"}
    pytest_benchmark_update_commit_info(saved)
    assert saved["time"] == "2026"
