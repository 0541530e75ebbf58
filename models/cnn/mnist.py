"""MNIST: DNN-W20 and CNN-Softmax."""

from models.layers import SMALL_UNIFORM, Conv2D, Dense, Dropout, Flatten, Layer, Network, Padding, Pool2D
from models.schedules import SGD, Decay, Training

DNN_W20_TRAINING = Training(
    SGD(0.001),
    batch_size=128,
    epochs=500,
    examples=60_000,
    learning_rate=Decay(0.001, factor=0.993, floor=0.00003),
)

CNN_SOFTMAX_TRAINING = Training(SGD(0.01, momentum=0.9), batch_size=128, epochs=110, examples=60_000)
CNN_SOFTMAX_L2 = 0.0005


def dnn_w20() -> Network:
    """DNN-W20: one column of the multi-column network, on digits of 28 rows and 20 columns.

    The study lists 28 x 28, which gives 46,040 parameters; its count of 34,040 needs columns from 18 to 22.
    """
    layers = (
        Conv2D(20, (4, 4), activation="scaled_tanh", initializer=SMALL_UNIFORM),
        Pool2D("max", size=2, stride=2),
        Conv2D(40, (5, 5), activation="scaled_tanh", initializer=SMALL_UNIFORM),
        Pool2D("max", size=3, stride=3),
        Flatten(),
        Dense(150, "scaled_tanh", SMALL_UNIFORM),
        Dense(10, "softmax", SMALL_UNIFORM),
    )
    return Network((28, 20, 1), layers, "categorical_crossentropy", classes=10)


def cnn_softmax(
    filters: tuple[int, int] = (32, 64),
    kernel: int = 5,
    padding: Padding = "valid",
    convolutions: int = 1,
) -> Network:
    """CNN-Softmax: two stages of convolution and pooling, a hidden layer of 500, a softmax.

    Table 4.10 pads its convolutions, 4.11 and 4.12 don't: only so do the printed counts come out.
    """

    def stage(width: int) -> list[Layer]:
        convolution = Conv2D(width, (kernel, kernel), padding, l2=CNN_SOFTMAX_L2)
        return [*[convolution] * convolutions, Pool2D("max", size=2, stride=2)]

    layers = (
        *stage(filters[0]),
        *stage(filters[1]),
        Flatten(),
        Dense(500, "relu", l2=CNN_SOFTMAX_L2),
        Dropout(0.5),
        Dense(10, "softmax", l2=CNN_SOFTMAX_L2),
    )
    return Network((28, 28, 1), layers, "categorical_crossentropy", classes=10)
