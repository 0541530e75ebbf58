"""NORB: AP-ReLU and MP-ReLU, which differ in how they pool."""

from typing import Literal

from models.layers import Conv2D, Dense, Dropout, Flatten, Layer, LocalResponseNormalization, Network, Padding, Pool2D
from models.schedules import SGD, Steps, Training

L2 = 0.01

# "every 100 epochs": 100 full ones at each rate
TRAINING = Training(
    SGD(0.001, momentum=0.9),
    batch_size=128,
    epochs=250,
    examples=58_320,
    learning_rate=Steps(0.001, factor=0.1, epochs=(100, 200)),
)

Pool = Literal["max", "average"]


def ap_relu() -> Network:
    """AP-ReLU: MP-ReLU with average pools."""
    return _network(48, "average", pools=(3, 3, 3), filters=64, kernel=5, padding="same", convolutions=1)


def mp_relu(filters: int = 64, convolutions: int = 1) -> Network:
    """MP-ReLU: three stages with max pools of 3 x 3, a hidden layer of 500, a softmax over six classes.

    Padding and strides are not printed. `same` and a stride of 3 follow from the counts of table 4.28.
    """
    return _network(48, "max", pools=(3, 3, 3), filters=filters, kernel=5, padding="same", convolutions=convolutions)


def mp_relu_96(kernel: int) -> Network:
    """MP-ReLU of table 4.30: twice the image, and no padding.

    The text says that all pools became 2 x 2; the counts need the first one to stay at 3 x 3 (or a 2 x 2 one with
    stride 3, which gives the same shapes).
    """
    return _network(96, "max", pools=(3, 2, 2), filters=64, kernel=kernel, padding="valid", convolutions=1)


def _network(
    side: int, pool: Pool, pools: tuple[int, int, int], filters: int, kernel: int, padding: Padding, convolutions: int
) -> Network:
    def stage(size: int) -> list[Layer]:
        convolution = Conv2D(filters, (kernel, kernel), padding, l2=L2)
        return [*[convolution] * convolutions, Pool2D(pool, size, stride=size)]

    layers = (
        *(*stage(pools[0]), LocalResponseNormalization()),
        *(*stage(pools[1]), LocalResponseNormalization()),
        *stage(pools[2]),
        Flatten(),
        Dense(500, "relu", l2=L2),
        Dropout(0.5),
        Dense(6, "softmax", l2=L2),
    )
    return Network((side, side, 2), layers, "categorical_crossentropy", classes=6)
