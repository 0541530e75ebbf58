"""The noise floor of a machine: how far a backend seems to differ from itself (A/A).

It is the one module here that writes: the format of its small file, and where it lies, are known only here.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from analysis import saved_runs
from analysis.journal import safe_name
from analysis.machines import Described, differences, names
from analysis.pairs import ratio
from analysis.record import Record, counted
from analysis.saved_runs import RunProblem
from storage import files
from storage.files import decoded

VERSION = 1


def floors(records: Iterable[Record]) -> dict[str, float]:
    """For each family the largest difference that an A/A ratio can't rule out: max |log| of its intervals' ends.

    Forward passes have floors of their own (`Record.noise`). An A/A ratio is that of a backend to itself
    under a second name (`aa_of`), at one point. Those with fewer than two blocks have no interval and don't count.
    """
    groups: dict[tuple[str, str, str], dict[bool, list[Record]]] = {}
    for each in counted(records):
        if each.ok:
            arms = groups.setdefault((each.noise, each.group, each.aa_of or each.arm), {})
            arms.setdefault(bool(each.aa_of), []).append(each)
    highest: dict[str, float] = {}
    for (name, _, _), arms in groups.items():
        if len(arms) == 2 and (aa := ratio(arms[True], arms[False], "epoch_s")) and not math.isnan(aa.low):
            highest[name] = max(highest.get(name, 0.0), -math.log(aa.low), math.log(aa.high))
    return highest


def store(records: Sequence[Record], root: Path = saved_runs.ROOT) -> list[Path]:
    """Write the floors of the machines that these A/A records come from, and return the paths; none without A/A.

    A family that was not measured anew keeps its floor.
    """
    written = []
    for described, mine in _by_machine(records):
        if fresh := floors(mine):
            path = _path(root, described)
            content = {
                "version": VERSION,
                "machine": path.stem,
                "described": described,
                "written": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
                "sessions": sorted({each.session for each in mine}),
                "floors": {**load(described, root), **fresh},
            }
            files.put(path, json.dumps(content, indent=1, sort_keys=True) + "\n")
            written.append(path)
    return written


def load(described: Described, root: Path = saved_runs.ROOT) -> dict[str, float]:
    """The stored floors of a machine by family, as logarithms; empty where no A/A was run on it.

    Raises RunProblem for a file that can't be read or is of a newer version.
    """
    path = _path(root, described)
    try:
        content = json.loads(decoded(files.read(path)))
        version, stored = content["version"], {str(f): float(floor) for f, floor in content["floors"].items()}
        if not isinstance(version, int) or not all(0 <= floor < math.inf for floor in stored.values()):
            raise ValueError
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RunProblem(f"{path}, a noise floor, can't be read: {error.strerror}") from None
    except (ValueError, RecursionError, OverflowError, KeyError, TypeError, AttributeError):
        raise RunProblem(f"{path} is no noise floor: remove it, and measure it again with --aa") from None
    if version > VERSION:
        raise RunProblem(f"{path} is of version {version}, and this suite knows {VERSION}: update it")
    return stored


def of_records(records: Iterable[Record], root: Path = saved_runs.ROOT) -> dict[str, float]:
    """The floors of the machines that these records come from; the highest where they are several."""
    highest: dict[str, float] = {}
    for described, _ in _by_machine(records):
        for family, floor in load(described, root).items():
            highest[family] = max(highest.get(family, 0.0), floor)
    return highest


def _by_machine(records: Iterable[Record]) -> list[tuple[Described, list[Record]]]:
    """The records of each machine, with its description in the first one."""
    machines: list[tuple[Described, list[Record]]] = []
    for each in records:
        described: Described = each.machine
        mine = next((records for other, records in machines if not differences(other, described)), None)
        if mine is None:
            machines.append((described, mine := []))
        mine.append(each)
    return machines


def _path(root: Path, described: Described) -> Path:
    """The file of a machine's floors: under its name, or under one that it had before a reboot."""
    folder = root / "noise"
    named = [folder / f"{safe_name(name)}.json" for name in names(described)]
    known = (path for path in (*named, *sorted(folder.glob("*.json"))) if path in named or _is_of(path, described))
    return next((path for path in known if path.exists()), named[0])


def _is_of(path: Path, described: Described) -> bool:
    try:
        return not differences(json.loads(path.read_text("utf-8"))["described"], described)
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):  # of a version that held less
        return False
