"""Networks and trainings come back from their JSON as they were."""

import json
from typing import Any

import pytest

from models import from_records
from models.catalogue import points
from models.layers import ShapeError
from models.schedules import Adam, Steps, Training

TRAINING: dict[str, Any] = {"optimizer": Adam(0.1).record(), "batch_size": 8, "epochs": 3, "examples": 64}
DENSE = {"layer": "dense", "units": 2}
NETWORK: dict[str, Any] = {"input_shape": [4], "loss": "binary_crossentropy", "classes": 1, "layers": [DENSE]}


def test_every_network_of_the_study_comes_back() -> None:
    for network in dict.fromkeys(point.network for point in points()):
        assert from_records.network(json.loads(json.dumps(network.record()))) == network


def test_a_training_comes_back_with_the_rates_of_its_epochs() -> None:
    steps = Steps(0.1, 0.5, (1, 2))
    made = from_records.training({**TRAINING, "learning_rate": [steps.at(epoch) for epoch in range(3)]})
    own = Training(Adam(0.1), 8, 3, 64, steps)
    assert made.learning_rates(3) == own.learning_rates(3)
    assert made.learning_rates(5) == [0.1, 0.05, 0.025, 0.025, 0.025]
    assert made.optimizer == own.optimizer
    assert from_records.training(TRAINING).learning_rates(3) is None


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        ({**NETWORK, "layers": [{**DENSE, "units": "2"}]}, "Dense has units '2'"),
        ({**NETWORK, "layers": [{"layer": "attention"}]}, "there is no layer 'attention'"),
        ({**NETWORK, "layers": [{"layer": "dense"}]}, "Dense: .*units"),
        ({**NETWORK, "layers": 3}, "Network has layers 3"),
        ({**NETWORK, "loss": "hinge"}, "Network has loss 'hinge'"),
        ({**NETWORK, "input_shape": None}, "Network has input_shape None"),
    ],
)
def test_what_is_no_network_is_told(network: dict[str, Any], reason: str) -> None:
    with pytest.raises(from_records.BadRecord, match=reason):
        from_records.network(network)


def test_a_network_that_is_impossible_is_told() -> None:
    with pytest.raises(ShapeError, match=r"layer 1 of 1: Dense.* needs a vector"):
        from_records.network({**NETWORK, "input_shape": [4, 4, 1]})
