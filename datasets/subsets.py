"""Which examples are used, and in which order: decided once, on the host, for every backend."""

from __future__ import annotations

from typing import Any

import numpy as np


def order(labels: np.ndarray[Any, Any], seed: int) -> np.ndarray[Any, Any]:
    """A seeded order of all examples, int64, whose every prefix is stratified.

    Among the first n of N examples, each class has its share n * (examples of the class) / N to within less than one.
    Each class is shuffled by itself; classes that are due equally follow each other by lot. Targets of a regression
    (floats), and those of more than one number, are just shuffled.
    """
    draw = np.random.default_rng(seed)
    shuffled = draw.permutation(len(labels)).astype(np.int64)
    if labels.dtype.kind == "f" or labels.ndim > 1:
        return shuffled
    classes = labels[shuffled]
    names, counts = np.unique(classes, return_counts=True)
    turns = _turns(counts, draw)
    found = np.empty_like(shuffled)
    for number, name in enumerate(names):
        found[turns == number] = shuffled[classes == name]
    return found


def _turns(counts: np.ndarray[Any, Any], draw: np.random.Generator) -> np.ndarray[Any, Any]:
    """The class whose turn it is, for each place, by Tijdeman's rule.

    "The chairman assignment problem", Discrete Mathematics 32 (1980): among the classes that are behind their share by
    at least 1 / (2 C - 2), take the one that has to come soonest. No class is ever off its share by more than
    1 - 1 / (2 C - 2). Ties go by lot: a little is added at random to when a class has to come.
    """
    total, classes = int(counts.sum()), len(counts)
    turns = np.zeros(total, np.int64)
    if classes == 1:
        return turns
    # exact: behind = 2 (C - 1) * (place * count - total * taken) in units of 1 / (2 (C - 1) total)
    unit = 2 * (classes - 1)
    behind = np.zeros(classes, np.int64)
    gain, price = unit * counts.astype(np.int64), unit * total
    lots = draw.random((total, classes))
    for place in range(total):
        behind += gain
        # places until a class would be behind by the most that is allowed; the lot decides between equals
        due = (price - total - behind) // gain + lots[place]
        due[behind < total] = np.inf
        turns[place] = turn = due.argmin()
        behind[turn] -= price
    return turns
