"""SVHN: WRN-16-8 and basic-SVHN."""

from models.layers import (
    HE_NORMAL,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Network,
    Padding,
    Pool2D,
    Residual,
)
from models.schedules import SGD, Adam, Steps, Training

L2 = 0.0005  # of both networks

# "at epochs 80 and 120", the first epoch being 1
STEPS = Steps(0.01, factor=0.1, epochs=(79, 119))

WRN_16_8_TRAINING = Training(
    SGD(0.01, momentum=0.9, nesterov=True), batch_size=128, epochs=160, examples=73_257, learning_rate=STEPS
)
BASIC_SVHN_TRAINING = Training(Adam(0.01), batch_size=256, epochs=160, examples=73_257, learning_rate=STEPS)


def wrn_16_8(literal: bool = False) -> Network:
    """WRN-16-8: a wide residual network of three groups with two blocks each, eight times as wide as a ResNet.

    The printed count, 10,961,370, is of trainable parameters, and two networks have it. The published one normalises
    before both convolutions of a block, and its convolutions have no biases. literal: as the study's text has it,
    only before the first; its count then needs biases in the blocks' convolutions and nowhere else.
    """

    def conv(filters: int, size: int = 3, padding: Padding = "same", stride: int = 1, use_bias: bool = False) -> Conv2D:
        return Conv2D(filters, (size, size), padding, stride, "linear", use_bias, HE_NORMAL, L2)

    before = (BatchNormalization(), Activation("relu"))
    between = (Activation("relu"),) if literal else before

    def branch(filters: int, stride: int = 1) -> tuple[Layer, ...]:
        return (conv(filters, stride=stride, use_bias=literal), *between, conv(filters, use_bias=literal))

    def group(filters: int, stride: int) -> tuple[Layer, ...]:
        """A block that widens, with one normalisation before both of its branches; then one that doesn't."""
        shortcut = conv(filters, size=1, padding="valid", stride=stride)
        return (*before, Residual(branch(filters, stride), (shortcut,)), Residual((*before, *branch(filters))))

    layers = (
        conv(16),
        *group(128, stride=1),
        *group(256, stride=2),
        *group(512, stride=2),
        *before,
        Pool2D("average", size=8, stride=8),
        Flatten(),
        Dense(10, "softmax", HE_NORMAL, L2),
    )
    return Network((32, 32, 3), layers, "categorical_crossentropy", classes=10)


def basic_svhn(
    filters: tuple[int, int] = (16, 512),
    kernel: int = 5,
    padding: Padding = "same",
    convolutions: int = 1,
) -> Network:
    """basic-SVHN: two stages and two hidden layers of 1,024, all of them normalised before their ReLU.

    kernel: of the first stage; the second one's is two larger. Table 4.24 doesn't pad, 4.22 and 4.23 do.
    """

    def stage(width: int, size: int, dropout: float) -> list[Layer]:
        convolution = [
            Conv2D(width, (size, size), padding, activation="linear", l2=L2),
            BatchNormalization(),
            Activation("relu"),
        ]
        return [*convolution * convolutions, Pool2D("max", size=2, stride=2), Dropout(dropout)]

    hidden = [Dense(1024, "linear", l2=L2), BatchNormalization(), Activation("relu"), Dropout(0.5)]
    layers = (
        *stage(filters[0], kernel, dropout=0.25),
        *stage(filters[1], kernel + 2, dropout=0.5),
        Flatten(),
        *hidden,
        *hidden,
        Dense(10, "softmax", l2=L2),
    )
    return Network((32, 32, 3), layers, "categorical_crossentropy", classes=10)
