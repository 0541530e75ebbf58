"""How a network is trained: the study's settings, with every default of its Keras (2.0.8) spelled out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar


class Optimizer:
    kind: ClassVar[str]

    def record(self) -> dict[str, Any]:
        """JSON for the worker."""
        return {"optimizer": self.kind, **dataclasses.asdict(self)}  # type: ignore[call-overload]


@dataclass(frozen=True)
class SGD(Optimizer):
    learning_rate: float
    momentum: float = 0.0
    nesterov: bool = False

    kind = "sgd"


@dataclass(frozen=True)
class Adam(Optimizer):
    learning_rate: float
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8  # Keras 2's; 1e-7 in Keras 3

    kind = "adam"


@dataclass(frozen=True)
class Training:
    """The study's schedule for one network: `examples` training examples, `epochs` times."""

    optimizer: Optimizer
    batch_size: int
    epochs: int
    examples: int
