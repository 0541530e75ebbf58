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


class Damaged(DatasetUnavailable):
    """A file that is not in the format that its dataset has; files lie in a folder of their dataset's name."""

    def __init__(self, path: Path, why: object) -> None:
        name = path.parent.name
        super().__init__(
            f"{path} can't be read as a file of {name}: {why}",
            f"`python -m datasets remove {name}`, then fetch it again",
        )
        self.path, self.why = path, str(why)

    def __reduce__(self) -> tuple[type[Damaged], tuple[Path, str]]:
        return Damaged, (self.path, self.why)
