"""Downloads: from the first mirror that has the right bytes, resumed where a connection broke, verified, atomic."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3
from tqdm import tqdm

from datasets import connection
from datasets.dataset import Dataset, File, Progress
from datasets.errors import DatasetUnavailable
from datasets.holdings import downloads, fetched
from storage import folders

# followed by a dataset's name in capitals: the address of a folder, tried first; not of one without mirrors (HMDIR),
# whose files have no checksums either
MIRROR = "KERAS_BENCHMARKS_MIRROR_"
BLOCK = 1 << 16


@dataclass(frozen=True)
class Patience:
    """connect_s: until a server must have answered; read_s: how long it may then be silent. attempts: on one mirror
    without a byte of progress; pause_s: before the second attempt, and twice as long before each next one.
    """

    connect_s: float = 10.0
    read_s: float = 30.0
    attempts: int = 4
    pause_s: float = 1.0
    sleep: Callable[[float], None] = time.sleep


def mirrors(dataset: Dataset) -> tuple[str, ...]:
    """Addresses of folders, each with a slash at its end, in the order in which they are tried.

    Raises DatasetUnavailable for one of the user's that is no address.
    """
    name = MIRROR + dataset.name.upper()
    own = os.environ.get(name)
    if own and not re.match("https?://[^/]", own):
        raise DatasetUnavailable(
            f"{name}={own} is no address of a folder: it must begin with http:// or https://",
            f"mend or unset it; what lies on this machine is taken by `python -m datasets fetch {dataset.name} "
            "--from PATH`",
        )
    return tuple(base.rstrip("/") + "/" for base in ((own,) if own else ()) + dataset.mirrors)


def fetch(
    dataset: Dataset, cache: Path, progress: Progress, given: Path | None = None, patience: Patience | None = None
) -> None:
    """Bring all files of a dataset into the cache and verify them; those that are there already are kept.

    given: a file that the user downloaded, or a folder with such files, to copy them from. Of an interrupted download
    the part that came is kept, so that the next call goes on there. Raises DatasetUnavailable.
    """
    folder = downloads(dataset, cache)

    def waiting() -> None:
        progress(f"{dataset.name}: another process is fetching it; waiting")

    with _disk_refusing(folder), folders.locked(folder, waiting):
        if fetched(dataset, cache):
            progress(f"{dataset.name}: already here: {folder}")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for file in dataset.files:
            target = folder / file.name
            if not (target.exists() and file.checksum and _matches(target, file)):
                _bring(dataset, file, target, progress, given, patience or Patience())
        folders.seal(folder, [file.name for file in dataset.files])
    progress(f"{dataset.name}: fetched and verified: {folder}")


def _bring(
    dataset: Dataset, file: File, target: Path, progress: Progress, given: Path | None, patience: Patience
) -> None:
    part = target.with_name(f".{target.name}.part")
    try:
        if given is not None:
            source = _find(dataset, file, given)
            progress(f"{dataset.name}: taking {source}")
            part.unlink(missing_ok=True)
            if dataset.accept:
                dataset.accept(source, part)
            else:
                shutil.copyfile(source, part)
            if not _matches(part, file):
                other = "is damaged" if source.name == file.name else f"is another file than {file.name}"
                raise DatasetUnavailable(
                    f"{source} {other}: its checksum is not {file.checksum}",
                    f"download {_address(dataset, file)}, and give that",
                )
        elif not dataset.mirrors:
            raise DatasetUnavailable(
                f"{dataset.name} can't be fetched without an account of your own; no password is asked for here",
                f"log in and download it from {dataset.page}, then "
                f"`python -m datasets fetch {dataset.name} --from FILE`",
            )
        else:
            progress(f"{dataset.name}: downloading {file.name}")
            _download(file, [base + file.name for base in mirrors(dataset)], part, progress, patience)
    except (OSError, DatasetUnavailable) as error:
        if given is not None or isinstance(error, OSError):  # what came over the network is worth keeping
            part.unlink(missing_ok=True)
        raise
    part.replace(target)


def _find(dataset: Dataset, file: File, given: Path) -> Path:
    if given.is_file() and len(dataset.files) > 1:
        wanted = ", ".join(each.name for each in dataset.files)
        raise DatasetUnavailable(
            f"{dataset.name} is several files, and {given} is one", f"give a folder with {wanted} ({dataset.source})"
        )
    names = (file.name, f"{file.name}.zip", f"{Path(file.name).stem}.zip")
    candidates = [given / name for name in names] if given.is_dir() else [given]
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        raise DatasetUnavailable(
            f"there is no {file.name} at {given}",
            f"give the folder or the path of {file.name} ({_address(dataset, file)})",
        )
    if not os.access(found, os.R_OK):
        raise DatasetUnavailable(f"{found} can't be read: permission denied", "make it readable, or give a copy of it")
    return found


def _address(dataset: Dataset, file: File) -> str:
    """From where a user gets it."""
    return dataset.mirrors[0] + file.name if dataset.mirrors else f"{file.name} from {dataset.page}"


def _matches(path: Path, file: File) -> bool:
    if not file.checksum:
        return True
    algorithm, wanted = file.checksum.split(":")
    return folders.digest(path, algorithm) == wanted


class _Refused(Exception):
    """A mirror that need not be asked again. remedy: where the set-up of this machine is at fault."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


# requests raises its own, and urllib3's come through while the body is read
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError)


def _download(file: File, urls: list[str], part: Path, progress: Progress, patience: Patience) -> None:
    problems, remedies = [], []
    for url in urls:
        failures = 0
        while failures < patience.attempts:
            before = _size(part)
            try:
                _transfer(url, file, part, patience)
                if _matches(part, file):
                    return
                part.unlink()
                problems.append(f"{url}: its bytes have another checksum")
                if not before:
                    break
                failures += 1  # what was there before may have been wrong: once more from the start
            except _Refused as error:
                problems.append(f"{url}: {error}")
                remedies += [error.remedy] if error.remedy else []
                break
            except _BROKEN as error:
                problems.append(f"{url}: {_told(error)}")
                failures = 1 if _size(part) > before else failures + 1
                if failures < patience.attempts:
                    pause = patience.pause_s * 2 ** (failures - 1)
                    progress(f"{problems[-1]}; once more in {pause:g} s")
                    patience.sleep(pause)
    raise DatasetUnavailable(
        "\n    ".join([f"{file.name} could not be downloaded", *dict.fromkeys(problems)]),
        "\n    ".join([*dict.fromkeys(remedies), "Then run the command again."])
        if remedies
        else "Connect to the network and run the command again: it goes on where it stopped.\n"
        "    Or name another mirror, or a file of yours with --from (docs/datasets.md).",
    )


def _transfer(url: str, file: File, part: Path, patience: Patience) -> None:
    """Get what is missing of `part`, or all of it."""
    start = _size(part)
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    with _answer(url, headers, patience) as response:
        if start and response.status_code == 416:
            return  # nothing comes after what is here; the checksum decides
        if 400 <= response.status_code < 500:
            raise _Refused(f"{response.status_code} {response.reason}")
        response.raise_for_status()
        goes_on = response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
        if response.status_code == 206 and not goes_on:
            part.unlink()
            raise _Refused("it sent another part than was asked for")
        start = start if response.status_code == 206 else 0
        with (
            part.open("ab" if start else "wb") as target,
            tqdm(
                total=file.size, initial=start, unit="B", unit_scale=True, desc=file.name, leave=False, disable=None
            ) as bar,
        ):
            for block in response.raw.stream(BLOCK, decode_content=False):
                start += len(block)
                if start > 2 * file.size + BLOCK:
                    target.truncate(0)
                    raise _Refused("it sends more bytes than the file has")
                target.write(block)
                bar.update(len(block))


def _answer(url: str, headers: dict[str, str], patience: Patience) -> requests.Response:
    """Raises _Refused where another attempt would end in the same way."""
    try:
        return requests.get(url, headers=headers, stream=True, timeout=(patience.connect_s, patience.read_s))
    except (OSError, *_BROKEN) as error:  # an OSError of its own where certificates are not there
        if found := connection.fault(str(error)):
            raise _Refused(*found) from error
        raise


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _told(error: Exception) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{error.response.status_code} {error.response.reason}"
    if "timed out" in str(error):
        return "no answer in time"
    return "no connection, or it broke"


@contextmanager
def _disk_refusing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatasetUnavailable(
            f"{folder} could not be filled ({error.strerror or error}: {error.filename or folder})",
            f"{folders.mend(error)}, or name another folder with {folders.VARIABLE}",
        ) from error
