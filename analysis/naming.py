"""Names of saved runs: the end of a file's path, as long as it takes to differ from other files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

LEAST = 2  # the folder tells one machine's or study's 0001 from another's


def names(paths: Sequence[Path]) -> list[str]:
    """A name for each of these different files: `machine/0001_ci`, longer where others would be called the same."""
    parts = [_parts(path) for path in paths]
    lengths = [LEAST] * len(paths)
    while True:
        texts = ["/".join(own[-length:]) for own, length in zip(parts, lengths, strict=True)]
        often = Counter(texts)
        longer = [i for i, name in enumerate(texts) if often[name] > 1 and lengths[i] < len(parts[i])]
        if not longer:  # two that are left with one name differ in nothing but its suffix
            return [name + path.suffix * (often[name] > 1) for name, path in zip(texts, paths, strict=True)]
        for index in longer:
            lengths[index] += 1


def goes_by(path: Path, name: str) -> bool:
    """Whether a user who types this name means the file.

    The name is the end of the path, with or without the suffix. Of the file's own name the part before an underscore is
    enough (`0003` for `0003_20260102`).
    """
    *folders, last = _typed(name)
    *above, stem = _parts(path)
    return (last in (stem, path.name) or stem.startswith(f"{last}_")) and _ends(above, folders)


def lies_in(path: Path, folder: str) -> bool:
    """Whether a user who types this folder's name means the file among others."""
    return _ends(_parts(path)[:-1], _typed(folder))


def _parts(path: Path) -> list[str]:
    """The parts of the whole path, without its root and without the suffix."""
    whole = Path(os.path.normpath(path.absolute()))
    return [*whole.parent.parts[1:], whole.stem]


def _typed(name: str) -> list[str]:
    return os.path.normpath(name).strip("/").split("/")


def _ends(parts: Sequence[str], last: Sequence[str]) -> bool:
    return not last or parts[-len(last) :] == last
