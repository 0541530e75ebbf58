"""How a network is trained: the study's settings, with every default of its Keras (2.0.8) spelled out.

Epochs count from 0 here, as Keras' callbacks do. The study counts from 1 (its table of rates begins "from epoch 1"),
so its epoch n is n - 1 here; what happens *after* its epoch n happens at n.

Weight decay is no part of the optimizer: the study's Keras has it only as the penalty `l2` on a layer's kernel. The
printed number goes into `l2` as it stands, which adds l2 * sum(w ** 2) to the loss and 2 * l2 * w to the gradient:
twice the decay that papers mean by the same number.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol


@dataclass(frozen=True)
class Optimizer:
    learning_rate: float

    kind: ClassVar[str]

    def record(self) -> dict[str, Any]:
        """JSON for the worker."""
        return {"optimizer": self.kind, **dataclasses.asdict(self)}


@dataclass(frozen=True)
class SGD(Optimizer):
    momentum: float = 0.0
    nesterov: bool = False

    kind = "sgd"


@dataclass(frozen=True)
class Adam(Optimizer):
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8  # Keras 2's; 1e-7 in Keras 3

    kind = "adam"


@dataclass(frozen=True)
class RMSprop(Optimizer):
    rho: float = 0.9
    epsilon: float = 1e-8  # as Adam's

    kind = "rmsprop"


class Schedule(Protocol):
    """A learning rate or momentum that changes from epoch to epoch."""

    def at(self, epoch: int) -> float:
        """The value in an epoch, which counts from 0."""


@dataclass(frozen=True)
class Steps:
    """`initial`, times `factor` from each of `epochs` (counted from 0) on."""

    initial: float
    factor: float
    epochs: tuple[int, ...]

    def at(self, epoch: int) -> float:
        return self.initial * self.factor ** sum(start <= epoch for start in self.epochs)


@dataclass(frozen=True)
class Decay:
    """initial * factor ** epoch, never below `floor`."""

    initial: float
    factor: float
    floor: float

    def at(self, epoch: int) -> float:
        return max(self.initial * self.factor**epoch, self.floor)


@dataclass(frozen=True)
class Approach:
    """limit - (limit - initial) * exp(-rate * epoch): equation 4.4 of the study."""

    initial: float
    limit: float
    rate: float

    def at(self, epoch: int) -> float:
        return self.limit - (self.limit - self.initial) * math.exp(-self.rate * epoch)


@dataclass(frozen=True)
class Training:
    """The study's schedule for one network: `examples` training examples, `epochs` times.

    batch_size: examples of a mini-batch. learning_rate, momentum: schedules, or None where the optimizer's own value
    holds throughout.
    """

    optimizer: Optimizer
    batch_size: int
    epochs: int
    examples: int
    learning_rate: Schedule | None = None
    momentum: Schedule | None = None

    def learning_rates(self, epochs: int) -> list[float] | None:
        """The rate of each of the first `epochs` epochs; None where it is constant."""
        return _values(self.learning_rate, epochs)

    def momenta(self, epochs: int) -> list[float] | None:
        """The momentum of each of the first `epochs` epochs; None where it is constant."""
        return _values(self.momentum, epochs)


def _values(schedule: Schedule | None, epochs: int) -> list[float] | None:
    return None if schedule is None else [schedule.at(epoch) for epoch in range(epochs)]
