"""Feedforward networks: Dense(ReLU) layers of the printed widths, then a softmax."""

from models.layers import Dense, Network
from models.training import SGD, Training

# Table 4.6. The widths follow H0 = N * 2^(L-1) / (2^L - 1), H(i) = H(i-1) / 2 with a rounding that no single rule
# reproduces in all of the study's tables, so they are typed in as printed.
MNIST_WIDTHS = {
    1: (784,),
    2: (522, 262),
    3: (448, 224, 112),
    4: (418, 209, 104, 53),
    5: (404, 202, 101, 51, 26),
    6: (398, 199, 99, 50, 25, 13),
}

TRAINING = Training(SGD(learning_rate=0.01), batch_size=32, epochs=50, examples=60_000)


def fnn(inputs: int, widths: tuple[int, ...], classes: int = 10) -> Network:
    """A vector of `inputs` values, one ReLU layer per width, and `classes` softmax outputs."""
    hidden = [Dense(width, "relu") for width in widths]
    return Network((inputs,), (*hidden, Dense(classes, "softmax")), "categorical_crossentropy", classes)
