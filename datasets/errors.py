"""Why a dataset can't be had, and what to do about it."""

from __future__ import annotations

from pathlib import Path


class DatasetUnavailable(Exception):
    """A dataset that was asked for is not on this machine: `reason`, and the command or step that mends it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason, self.remedy = reason, remedy

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}"


class NotFetched(DatasetUnavailable):
    """No file of the real dataset is on this machine."""


class Damaged(DatasetUnavailable):
    """A file of a real dataset that can't be used; files lie in a folder of their dataset's name.

    remedy: by default that for a file that was verified, and yet is not in its dataset's format.
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
