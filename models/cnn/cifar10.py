"""CIFAR-10: All-CNN-C and CNN+ReLU."""

from typing import Literal

from models.layers import (
    Activation,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    Network,
    Pool2D,
    ZeroPadding2D,
)
from models.schedules import SGD, Approach, Steps, Training

L2 = 0.001  # of both networks

# the learning rate falls *after* epochs 200, 250 and 300
ALL_CNN_C_TRAINING = Training(
    SGD(0.05, momentum=0.9),
    batch_size=100,
    epochs=350,
    examples=50_000,
    learning_rate=Steps(0.05, factor=0.1, epochs=(200, 250, 300)),
)

# the rates hold *from* epochs 1, 100, 134 and 142, the first epoch being 1; the momentum's i is 0 in it, since
# the study says that it starts at 0.5
CNN_RELU_TRAINING = Training(
    SGD(0.01, momentum=0.5),
    batch_size=100,
    epochs=150,
    examples=50_000,
    learning_rate=Steps(0.01, factor=0.1, epochs=(99, 133, 141)),
    momentum=Approach(0.5, limit=0.9, rate=0.06),
)


def all_cnn_c() -> Network:
    """All-CNN-C: convolutions with stride 2 in place of pools, and no dense layer.

    The study lists a dense layer of 10 at the end, which its count of 1,369,738 excludes (with it: 1,369,848). The
    count is blind to the padding; `same` is a choice.
    """

    def conv(filters: int, kernel: int = 3, stride: int = 1) -> Conv2D:
        return Conv2D(filters, (kernel, kernel), "same", stride, l2=L2)

    layers = (
        Dropout(0.2),
        *(conv(96), conv(96), conv(96, stride=2), Dropout(0.5)),
        *(conv(192), conv(192), conv(192, stride=2), Dropout(0.5)),
        *(conv(192), conv(192, kernel=1), conv(10, kernel=1)),
        GlobalAveragePooling2D(),
        Activation("softmax"),
    )
    return Network((32, 32, 3), layers, "categorical_crossentropy", classes=10)


def cnn_relu(
    filters: tuple[int, int, int] = (96, 128, 256),
    kernel: int = 5,
    convolutions: int = 1,
    pool_stride: int = 3,
    side: int = 32,
) -> Network:
    """CNN+ReLU: three stages, each padded by 2 whatever the kernel, then two hidden layers of 2,048.

    pool_stride: 2, as the text says, in table 4.16; 3, as Keras has it where nothing is given, in 4.17 and 4.18.
    side: rows and columns of the input; 64 in table 4.18.
    """

    def stage(width: int, pool: Literal["max", "average"], dropout: float) -> list[Layer]:
        convolution = [ZeroPadding2D(2), Conv2D(width, (kernel, kernel), "valid", l2=L2)]
        return [*convolution * convolutions, Dropout(0.25), Pool2D(pool, size=3, stride=pool_stride), Dropout(dropout)]

    layers = (
        *stage(filters[0], "max", dropout=0.25),
        *stage(filters[1], "average", dropout=0.25),
        *stage(filters[2], "average", dropout=0.5),
        Flatten(),
        *(Dense(2048, "relu", l2=L2), Dropout(0.5)),
        *(Dense(2048, "relu", l2=L2), Dropout(0.5)),
        Dense(10, "softmax", l2=L2),
    )
    return Network((side, side, 3), layers, "categorical_crossentropy", classes=10)
