"""python -m datasets, as a user types it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from datasets import DATASETS
from datasets.__main__ import main
from datasets.fetch import MIRROR
from storage import folders
from tests import ROOT
from tests.datasets import originals
from tests.datasets.conftest import Server
from tests.datasets.preparing import small_originals

Capture = pytest.CaptureFixture[str]


pytestmark = pytest.mark.usefixtures("small_stand_ins")


def run(capture: Capture, *words: str | Path) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    said = capture.readouterr()
    return code, said.out, said.err


def test_list_says_everything_about_each(cache: Path, capsys: Capture) -> None:
    run(capsys, "prepare", "svhn/scaled", "--data=synthetic")
    code, out, _ = run(capsys, "list")
    assert code == 0
    for dataset in DATASETS.values():
        assert f"{dataset.name}: {dataset.title}" in out
        assert dataset.terms in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80
    assert "nothing real: `python -m datasets fetch norb`" in out
    assert "svhn-scaled-synthetic (1.8 MB)" in out
    assert "http://ufldl.stanford.edu/housenumbers/ (246.3 MB)" in out


def test_fetch_shows_the_terms_first_and_uses_the_mirror(
    cache: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, serve: Callable[..., Server]
) -> None:
    small_originals("norb", tmp_path / "norb", monkeypatch)
    server = serve({path.name: path.read_bytes() for path in (tmp_path / "norb").iterdir()})
    monkeypatch.setenv(f"{MIRROR}NORB", server.base)
    code, out, _ = run(capsys, "fetch", "norb")
    assert code == 0
    assert out.index("not to be sold") < out.index("downloading norb-5x46789")
    assert len(server.requests) == 8
    assert "the real dataset" in run(capsys, "list")[1]
    code, out, _ = run(capsys, "prepare", "norb/rescaled48", "--data=real")
    assert code == 0
    assert "norb/rescaled48: real: the whole dataset" in out
    code, out, _ = run(capsys, "check", "norb")
    assert (code, out.count("ok  ")) == (0, 2)


def test_fetch_of_kaggle_s(cache: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = run(capsys, "fetch", "hmdir")
    assert (code, "how-much-did-it-rain-ii/rules" in out) == (1, True)
    assert "account of your own" in err
    assert "`python -m datasets fetch hmdir --from FILE`" in err
    small_originals("hmdir", tmp_path / "hmdir", monkeypatch)
    assert run(capsys, "fetch", "hmdir", "--from", tmp_path / "hmdir" / "train.csv")[0] == 0
    assert run(capsys, "prepare", "hmdir", "--data=real")[0] == 0


def test_check_finds_what_rotted(cache: Path, capsys: Capture) -> None:
    run(capsys, "prepare", "svhn/scaled", "--data=synthetic")
    assert run(capsys, "check")[:2] == (0, f"ok      {next((cache / 'data').glob('svhn-*'))}\n")
    path = next(cache.rglob("x_train.npy"))
    before = path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b"\7")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    code, out, _ = run(capsys, "check", "svhn")
    assert (code, out.startswith("DAMAGED")) == (1, True)
    assert "remove svhn" in out
    assert run(capsys, "check", "norb")[:2] == (0, "there is nothing to check\n")


def test_a_damaged_download_is_named_everywhere(
    cache: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_originals("svhn", tmp_path / "svhn", monkeypatch)
    run(capsys, "fetch", "svhn", "--from", tmp_path / "svhn")
    path = cache / "downloads" / "svhn" / "test_32x32.mat"
    path.write_bytes(path.read_bytes()[:-1])
    reported, command = "it has changed since it was verified", "`python -m datasets fetch svhn`"
    assert f"    here       test_32x32.mat: {reported}" in run(capsys, "list")[1]
    code, out, _ = run(capsys, "check")
    assert (code, out) == (1, f"DAMAGED {path}\n        {reported}; {command}\n")
    code, out, err = run(capsys, "prepare", "svhn/scaled", "--data=real")
    assert (code, f"{path} can't be used" in err, reported in err, command in err) == (1, True, True, True)
    code, out, err = run(capsys, "prepare", "svhn/scaled")
    assert (code, "synthetic: made up" in out) == (0, True)
    assert f"{path} can't be used as a file of svhn: {reported}; {command}; until then" in out
    run(capsys, "fetch", "svhn", "--from", tmp_path / "svhn")
    assert "the real dataset" in run(capsys, "list")[1]


def test_path_and_remove(cache: Path, capsys: Capture) -> None:
    assert run(capsys, "path")[1].strip() == str(cache)
    assert run(capsys, "path", "imdb")[1].strip() == str(cache / "downloads" / "imdb")
    run(capsys, "prepare", "imdb", "svhn/scaled", "--data=synthetic")
    (cache / "data" / ".building-imdb-ranks-1").mkdir()
    code, out, _ = run(capsys, "remove", "imdb")
    assert (code, out) == (0, "imdb: 0.3 MB freed\n")
    assert [path.name[:6] for path in (cache / "data").iterdir() if path.suffix != ".lock"] == ["svhn-s"]
    assert run(capsys, "remove", "imdb")[:2] == (0, "imdb: 0.0 MB freed\n")


@pytest.mark.parametrize(
    ("words", "reported"),
    [
        (["fetch", "cifar"], "there is no 'cifar'; there are mnist, cifar10"),
        (["check", "cifar"], "there is no 'cifar'"),
        (["path", "cifar"], "there is no 'cifar'"),
        (["remove", "mnist", "cifar"], "there is no 'cifar'"),
        (["prepare", "mnist/zca"], "mnist has no recipe 'zca'; it has raw, scaled"),
        (["prepare", "cifar/zca"], "there is no 'cifar'"),
        (["fetch"], "required: NAME"),
        (["steal"], "invalid choice: 'steal'"),
        ([], "required: COMMAND"),
    ],
)
def test_words_that_it_does_not_know(capsys: Capture, words: list[str], reported: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert reported in capsys.readouterr().err


def test_errors_are_two_lines_and_no_traceback(cache: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = run(capsys, "prepare", "norb", "--data=real")
    assert (code, err.count("\n")) == (1, 2)
    assert err.startswith("error: the real norb is not on this machine\n    `python -m datasets fetch norb`")
    monkeypatch.setenv(folders.VARIABLE, "/dev/null/here")
    code, _, err = run(capsys, "list")
    assert (code, "Not a directory" in err, folders.VARIABLE in err) == (1, True, True)


def test_paths_are_taken_as_a_user_types_them(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(folders.VARIABLE, "~/my cache")
    small_originals("hmdir", tmp_path / "mine", monkeypatch)
    table = tmp_path / "mine" / "train.csv"
    table.write_bytes(table.read_bytes().decode().encode("utf-8-sig"))  # as a spreadsheet saves it
    assert run(capsys, "fetch", "hmdir", "--from=~/mine")[0] == 0
    assert (tmp_path / "my cache" / "downloads" / "hmdir" / "train.csv").read_bytes().startswith(b"Id,")
    with pytest.raises(SystemExit):
        main(["fetch", "hmdir", "--from=~nobody-here/mine"])
    assert "there is no such home folder" in capsys.readouterr().err
    monkeypatch.setenv(folders.VARIABLE, "~nobody-here")
    assert run(capsys, "path")[::2] == (
        1, f"error: there is no such home folder: ~nobody-here\n"
        f"    mend that, or name another folder for all files with {folders.VARIABLE}\n",
    )  # fmt: skip


COMMAND = [sys.executable, "-W", "error", "-m", "datasets"]


def ended_by(signal_: signal.Signals, command: list[str], ready: Callable[[], bool]) -> tuple[int, str]:
    """The exit code of a real process that gets a signal as soon as it is `ready`, and its standard error."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while not ready():
            assert process.poll() is None, process.stderr
            time.sleep(0.01)
        process.send_signal(signal_)
        reported = process.communicate(timeout=600)[1]
    return process.returncode, reported


def test_ctrl_c_in_a_download(
    cache: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, serve: Callable[..., Server]
) -> None:
    server = serve({"imdb.npz": bytes(1 << 20)}, "stall")
    monkeypatch.setenv(f"{MIRROR}IMDB", server.base)
    part = cache / "downloads" / "imdb" / ".imdb.npz.part"
    code, reported = ended_by(
        signal.SIGINT, [*COMMAND, "fetch", "imdb"], lambda: part.exists() and part.stat().st_size > 1 << 18
    )
    assert (code, reported) == (130, "\ninterrupted: a download goes on where it stopped, all else starts anew\n")
    assert part.stat().st_size > 1 << 18
    assert "nothing real" in run(capsys, "list")[1]


@pytest.mark.parametrize(("signal_", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_nothing_half_prepared_is_used(cache: Path, signal_: signal.Signals, code: int) -> None:
    # an interrupt can fall between a file's opening and the `with` that closes it, which ends with the process
    interpreter = [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning"]
    data, command = cache / "data", [*interpreter, *COMMAND[3:], "prepare", "svhn/scaled", "--data=synthetic"]

    def visible() -> list[str]:
        return [path.name for path in data.iterdir() if path.suffix != ".lock"]

    ended, reported = ended_by(signal_, command, lambda: any(data.glob(".building-svhn-*/x_train.npy")))
    assert (ended, "Traceback" in reported) == (code, False)
    assert all(name.startswith(".building-") for name in visible())
    assert (visible() == []) == (signal_ == signal.SIGINT)  # the other one can't clear away
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (name,) = visible()
    assert name.startswith("svhn-scaled-synthetic-")
    assert folders.intact(data / name, thorough=True)


def test_nobody_reads_on(cache: Path) -> None:
    command = f"{sys.executable} -m datasets list | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")


MOUNTED = """
mount -t tmpfs -o "$1" none "$KERAS_BENCHMARKS_CACHE" && shift || exit 77
"$@"
echo "code $?" && find "$KERAS_BENCHMARKS_CACHE" -type f ! -name "*.lock"
"""


@pytest.mark.parametrize("words", [["prepare", "svhn", "--data=synthetic"], ["fetch", "imdb"]])
@pytest.mark.parametrize(
    ("options", "reported"), [("size=1m", "No space left on device"), ("ro", "Read-only file system")]
)
def test_a_disk_that_takes_no_more(
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    serve: Callable[..., Server],
    words: list[str],
    options: str,
    reported: str,
) -> None:
    """A real file system, in a mount namespace of the test's own."""
    monkeypatch.setenv(f"{MIRROR}IMDB", serve({"imdb.npz": bytes(1 << 22)}).base)
    command = ["unshare", "-rm", "sh", "-c", MOUNTED, "sh", options, *COMMAND, *words]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no unshare, which gives the test a disk of its own")
    if done.returncode == 77 or "unshare:" in done.stderr:
        pytest.skip(f"this user can't mount a disk of its own: {done.stderr.strip()}")
    assert done.stdout.splitlines()[-1] == "code 1"  # and no file after it
    assert reported in done.stderr
    assert f"name another folder with {folders.VARIABLE}" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_runs_from_the_command_line(cache: Path) -> None:
    done = subprocess.run([*COMMAND, "path", "mnist"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, str(cache / "downloads" / "mnist"), "")
    assert originals.WRITERS.keys() == DATASETS.keys()
