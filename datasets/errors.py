"""A dataset can't be had: the errors say why, and what to do about it."""

from __future__ import annotations

from pathlib import Path


class DatasetUnavailable(Exception):
    """This machine can't provide a dataset.

    reason: a clause. remedy: the command or step that mends it.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason, self.remedy = reason, remedy

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}"


class Unfit(DatasetUnavailable):
    """A user's own data are not what the network needs."""


class NotFetched(DatasetUnavailable):
    """No file of the real dataset is on this machine."""


class Damaged(DatasetUnavailable):
    """A file of a real dataset can't be used. Its folder has the dataset's name.

    remedy: the default is for a file that was verified, and yet is not in its dataset's format.
    """

    def __init__(self, path: Path, why: object, remedy: str = "") -> None:
        name = path.parent.name
        super().__init__(
            f"{path} can't be used as a file of {name}: {why}",
            remedy or f"`python -m datasets remove {name}`, then fetch it again",
        )
        self.path, self.why = path, str(why)

    def __reduce__(self) -> tuple[type[Damaged], tuple[Path, str, str]]:
        return Damaged, (self.path, self.why, self.remedy)
