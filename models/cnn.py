"""Convolutional networks."""

from collections.abc import Iterable
from typing import Literal

from models.layers import Conv2D, Dense, Dropout, Flatten, Network, Pool2D
from models.training import SGD, Training

CNN_SOFTMAX_TRAINING = Training(SGD(learning_rate=0.01, momentum=0.9), batch_size=128, epochs=110, examples=60_000)


def cnn_softmax(
    filters: tuple[int, int] = (32, 64),
    kernel: int = 5,
    padding: Literal["same", "valid"] = "valid",
    convolutions: int = 1,
    l2: float = 0.0005,
) -> Network:
    """CNN-Softmax on MNIST: two stages of convolution and pooling, a hidden layer of 500, a softmax.

    convolutions: how many stand in a row in each stage (the replication factor of table 4.10).
    The study prints no initialiser for it; Glorot uniform, Keras' default, is a choice.
    """

    def stage(width: int) -> Iterable[Conv2D | Pool2D]:
        yield from [Conv2D(width, (kernel, kernel), padding, l2=l2)] * convolutions
        yield Pool2D("max", size=2, stride=2)

    layers = (
        *stage(filters[0]),
        *stage(filters[1]),
        Flatten(),
        Dense(500, "relu", l2=l2),
        Dropout(0.5),
        Dense(10, "softmax", l2=l2),
    )
    return Network((28, 28, 1), layers, "categorical_crossentropy", classes=10)
