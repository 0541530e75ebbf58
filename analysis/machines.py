"""The identity of machines: two are the same where all that decides times agrees, with some tolerance."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

Described = Mapping[str, Any]

EXACT = ("cpu_model", "processors", "available_processors", "libc", "gpus", "driver")
MEMORY = 0.05  # of it: a kernel keeps some for itself, after one boot a little more than after another
NEARBY_MIB = 16


def name(described: Described) -> str:
    """A short hash of a machine's whole description, to the mebibyte."""
    items = sorted((key, value) for key, value in described.items() if key != "machine")
    return hashlib.sha256(repr(items).encode()).hexdigest()[:12]


def names(described: Described) -> Iterator[str]:
    """The names under which a machine may be stored: its own, and those with a little more or less memory."""
    yield str(described.get("machine", "unknown"))
    memory = described.get("memory_mib")
    if isinstance(memory, int):
        for more in range(1, NEARBY_MIB + 1):
            yield from (name({**described, "memory_mib": memory + change}) for change in (more, -more))


def differences(before: Described, now: Described) -> list[str]:
    """The differences that decide times, in words; none for one machine, also after a reboot or a kernel's update.

    A value that one side doesn't know is no difference. Where both know none of the values, their names decide.
    """
    both = [key for key in (*EXACT, "memory_mib", "system") if key in before and key in now]
    if not both and before.get("machine") != now.get("machine"):
        return [_change("machine", before, now)]
    changed = [key for key in both if not _alike(key, before[key], now[key])]
    quotas = ["cpu_quota"] if both and before.get("cpu_quota") != now.get("cpu_quota") else []  # only there if limited
    return [_change(key, before, now) for key in (*changed, *quotas)]


def _change(key: str, before: Described, now: Described) -> str:
    return f"{key} was {before.get(key)}, is {now.get(key)}"


def _alike(key: str, one: Any, other: Any) -> bool:
    if key == "memory_mib" and all(isinstance(value, int | float) for value in (one, other)):
        return bool(abs(one - other) <= MEMORY * max(one, other))
    if key == "system":
        return _series(str(one)) == _series(str(other))
    return bool(one == other)


def _series(system: str) -> str:
    """'Linux 6.1' of 'Linux 6.1.0-13-amd64'."""
    series = re.match(r"\D*\d+\.\d+", system)
    return series[0] if series else system
