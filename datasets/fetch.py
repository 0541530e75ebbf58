"""The files of a dataset are brought into the cache: from its mirrors or from the user, verified, each whole or not."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datasets.dataset import Dataset, File, Progress
from datasets.errors import DatasetUnavailable
from datasets.holdings import downloads, fetched
from datasets.transfer import Patience, download, matches
from storage import folders

# with a dataset's name in capitals after it: the address of a folder that is tried first. HMDIR has no mirrors, and its
# files no checksums, so that it has no such variable
MIRROR = "KERAS_BENCHMARKS_MIRROR_"


def mirrors(dataset: Dataset) -> tuple[str, ...]:
    """Addresses of folders, each with a slash at its end, in the order in which they are tried.

    Raises DatasetUnavailable where the user's is no address.
    """
    name = MIRROR + dataset.name.upper()
    users = os.environ.get(name)
    if users and not re.match("https?://[^/]", users):
        raise DatasetUnavailable(
            f"{name}={users} is no address of a folder: it must begin with http:// or https://",
            f"mend or unset it; what lies on this machine is taken by `python -m datasets fetch {dataset.name} "
            "--from PATH`",
        )
    return tuple(base.rstrip("/") + "/" for base in ((users,) if users else ()) + dataset.mirrors)


def fetch(
    dataset: Dataset, cache: Path, progress: Progress, given: Path | None = None, patience: Patience | None = None
) -> None:
    """Bring all files of a dataset into the cache and verify them; files that are there already stay.

    given: a file that the user downloaded, or a folder with such files, to copy them from. The part that came before an
    interruption stays, and the next call goes on there. Raises DatasetUnavailable.
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
            if not (target.exists() and file.checksum and matches(target, file)):
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
            if not matches(part, file):
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
            download(file, [base + file.name for base in mirrors(dataset)], part, progress, patience)
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
    source = next((path for path in candidates if path.is_file()), None)
    if source is None:
        raise DatasetUnavailable(
            f"there is no {file.name} at {given}",
            f"give the folder or the path of {file.name} ({_address(dataset, file)})",
        )
    if not os.access(source, os.R_OK):
        raise DatasetUnavailable(f"{source} can't be read: permission denied", "make it readable, or give a copy of it")
    return source


def _address(dataset: Dataset, file: File) -> str:
    """The place where a user gets the file."""
    return dataset.mirrors[0] + file.name if dataset.mirrors else f"{file.name} from {dataset.page}"


@contextmanager
def _disk_refusing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatasetUnavailable(
            f"{folder} could not be filled ({error.strerror or error}: {error.filename or folder})",
            f"{folders.mend(error)}, or name another folder with {folders.VARIABLE}",
        ) from error
