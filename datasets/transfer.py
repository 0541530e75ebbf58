"""One file over the network: from the first mirror that has the right bytes, resumed where a connection broke."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3
from tqdm import tqdm

from datasets import connection
from datasets.dataset import File, Progress
from datasets.errors import DatasetUnavailable
from storage import folders

BLOCK = 1 << 16


@dataclass(frozen=True)
class Patience:
    """How long a download waits, and how often it tries.

    connect_s: until a server must have answered. read_s: how long it may then be silent. attempts: on one mirror
    without a byte of progress. pause_s: before the second attempt; each later pause is twice as long.
    """

    connect_s: float = 10.0
    read_s: float = 30.0
    attempts: int = 4
    pause_s: float = 1.0
    sleep: Callable[[float], None] = time.sleep


def matches(path: Path, file: File) -> bool:
    """Whether it has the file's checksum, where there is one."""
    if not file.checksum:
        return True
    algorithm, wanted = file.checksum.split(":")
    return folders.digest(path, algorithm) == wanted


class _Refused(Exception):
    """A mirror refused the file, and would again. remedy: only where the set-up of this machine is at fault."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


# requests raises its own, and urllib3's come through while the body is read
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError)


def download(file: File, urls: Sequence[str], part: Path, progress: Progress, patience: Patience) -> None:
    """Download a file to `part` from the first of these addresses that has the right bytes.

    Raises DatasetUnavailable with the problem of each address, and leaves what came.
    """
    problems, remedies = [], []
    for url in urls:
        failures = 0
        while failures < patience.attempts:
            before = _size(part)
            try:
                _transfer(url, file, part, patience)
                if matches(part, file):
                    return
                part.unlink()
                problems.append(f"{url}: its bytes have another checksum")
                if not before:
                    break
                failures += 1  # the part from before may have been wrong: once more from the start
            except _Refused as error:
                problems.append(f"{url}: {error}")
                remedies += [error.remedy] if error.remedy else []
                break
            except _BROKEN as error:
                problems.append(f"{url}: {_problem(error)}")
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
    """Get the missing end of `part`, or all of it."""
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
    """The answer of a server; raises _Refused where another attempt would end in the same way."""
    try:
        return requests.get(url, headers=headers, stream=True, timeout=(patience.connect_s, patience.read_s))
    except (OSError, *_BROKEN) as error:  # an OSError of its own where certificates are not there
        if fault := connection.fault(str(error)):
            raise _Refused(*fault) from error
        raise


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _problem(error: Exception) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{error.response.status_code} {error.response.reason}"
    if "timed out" in str(error):
        return "no answer in time"
    return "no connection, or it broke"
