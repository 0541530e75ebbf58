"""Feedforward networks: Dense(ReLU) layers of the printed widths, then a softmax."""

from models.layers import Dense, Network
from models.schedules import SGD, Training

# Tables 4.4 to 4.6. The widths follow H0 = N * 2^(L-1) / (2^L - 1), H(i) = H(i-1) / 2 and add up to the number of
# inputs N, but no single rounding reproduces all of them, so they are typed in as printed.
CIFAR10_WIDTHS = {
    1: (960,),
    2: (640, 320),
    3: (549, 274, 137),
    4: (512, 256, 128, 64),
    5: (495, 248, 124, 62, 31),
    6: (487, 243, 122, 61, 31, 16),
}
SVHN_WIDTHS = {
    1: (154,),
    2: (102, 52),
    3: (88, 44, 22),
    4: (82, 41, 20, 11),
    5: (79, 40, 20, 10, 5),
    6: (78, 39, 19, 10, 5, 3),
}
MNIST_WIDTHS = {
    1: (784,),
    2: (522, 262),
    3: (448, 224, 112),
    4: (418, 209, 104, 53),
    5: (404, 202, 101, 51, 26),
    6: (398, 199, 99, 50, 25, 13),
}


def training(examples: int) -> Training:
    return Training(SGD(0.01), batch_size=32, epochs=50, examples=examples)


def fnn(inputs: int, widths: tuple[int, ...], classes: int = 10) -> Network:
    """A vector of `inputs` values, one ReLU layer per width, and `classes` softmax outputs."""
    hidden = [Dense(width, "relu") for width in widths]
    return Network((inputs,), (*hidden, Dense(classes, "softmax")), "categorical_crossentropy", classes)
