"""Exit codes of `python -m reports`."""

from enum import IntEnum


class Exit(IntEnum):
    """What a shell or a CI job can tell from the exit code."""

    FINE = 0
    REGRESSED = 1  # --fail-above was exceeded
    USAGE = 2  # a wrong option, a saved run that can't be read, or a file that can't be written
    NOTHING = 3  # there is nothing to compare
    NOT_COMPARABLE = 4  # what was to be compared is not alike
