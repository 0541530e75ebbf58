"""Networks of known layers, drawn by seeds; run in an environment of Keras 3: python drawn.py FOLDER SEED...

Of each, FOLDER gets NUMBER.keras, its data, its first weights, and what Keras says of the saved model.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

STEPS, BATCH_SIZE = 3, 8
ACTIVATIONS = ("relu", "tanh", "sigmoid", "linear", "elu", "silu", "softplus")


def image(draw):
    """Convolutions, pooling, sums and concatenations."""
    x = inputs = keras.Input((int(draw.integers(6, 10)), int(draw.integers(6, 10)), int(draw.integers(1, 4))))
    for _ in range(draw.integers(1, 4)):
        x = image_layer(draw, x)
    x = layers.Flatten()(x) if draw.random() < 0.5 else layers.GlobalAveragePooling2D()(x)
    return inputs, x


def image_layer(draw, x):
    kind, channels = draw.integers(6), x.shape[-1]
    if kind == 0 and min(x.shape[1:3]) > 3:
        return layers.AveragePooling2D(2)(x)
    if kind == 1:
        return layers.BatchNormalization(momentum=0.9)(x)
    if kind == 2:
        return layers.Add()([x, layers.Conv2D(channels, 3, padding="same", activation=activation(draw))(x)])
    if kind == 3:
        return layers.Concatenate()([layers.Conv2D(2, 1)(x), x, layers.Conv2D(3, 3, padding="same")(x)])
    if kind == 4:
        return x + layers.Conv2D(channels, 1, use_bias=False)(x)
    padding = "same" if min(x.shape[1:3]) < 4 or draw.random() < 0.5 else "valid"
    stride, size = (int(draw.integers(1, 3)) for _ in range(2))
    return layers.Conv2D(int(draw.integers(1, 5)), size + 1, stride, padding, activation=activation(draw))(x)


def sequence(draw):
    """Embeddings or vectors, perhaps with a mask, and cells: Theano can't loop over a state of one value."""
    steps, masked = int(draw.integers(3, 7)), bool(draw.random() < 0.5)
    if draw.random() < 0.5:
        inputs = keras.Input((steps,), dtype="int32")
        x = layers.Embedding(7, int(draw.integers(2, 5)), mask_zero=masked)(inputs)
    else:
        inputs = keras.Input((steps, int(draw.integers(1, 4))))
        x = layers.Masking(0.0)(inputs) if masked else inputs
    if draw.random() < 0.5:
        x = layers.LSTM(int(draw.integers(2, 5)), return_sequences=True)(x)
    return inputs, layers.LSTM(int(draw.integers(2, 5)))(x)


def gated(draw):
    """Gated recurrent units, perhaps with a mask."""
    inputs = keras.Input((int(draw.integers(3, 7)), int(draw.integers(1, 4))))
    x = layers.Masking(0.0)(inputs) if draw.random() < 0.5 else inputs
    x = layers.GRU(int(draw.integers(2, 5)), return_sequences=True, reset_after=False)(x)
    return inputs, layers.GRU(int(draw.integers(2, 5)), recurrent_activation="tanh", reset_after=False)(x)


def vector(draw):
    """Dense layers with branches."""
    x = inputs = keras.Input((int(draw.integers(2, 9)),))
    for _ in range(draw.integers(1, 4)):
        branch = layers.Dense(int(draw.integers(2, 9)), activation(draw), kernel_regularizer="l2")(x)
        x = layers.Concatenate()([x, branch]) if draw.random() < 0.3 else branch
    return inputs, x


def signal(draw):
    """Layers on sequences: convolutions, pooling, dense layers for each step."""
    x = inputs = keras.Input((int(draw.integers(8, 14)), int(draw.integers(1, 4))))
    for _ in range(draw.integers(1, 4)):
        x = signal_layer(draw, x)
    return inputs, layers.Flatten()(x) if draw.random() < 0.3 else layers.GlobalAveragePooling1D()(x)


def signal_layer(draw, x):
    kind, channels = draw.integers(5), x.shape[-1]
    if kind == 0 and x.shape[1] > 3:
        return layers.AveragePooling1D(2, int(draw.integers(1, 3)))(x)
    if kind == 1:
        return layers.Dense(int(draw.integers(1, 5)), activation(draw))(x)
    if kind == 2:
        return layers.Multiply()([x, layers.Conv1D(channels, 3, padding="same")(x)])
    if kind == 3:
        return layers.LeakyReLU(0.2)(layers.BatchNormalization(momentum=0.9)(x))
    padding = "same" if x.shape[1] < 4 or draw.random() < 0.5 else "valid"
    stride, size = (int(draw.integers(1, 3)) for _ in range(2))
    return layers.Conv1D(int(draw.integers(1, 5)), size + 1, stride, padding, activation=activation(draw))(x)


def decoder(draw):
    """Images that are padded and get smaller and larger again, as in an autoencoder."""
    x = inputs = keras.Input((2 * int(draw.integers(2, 4)), 2 * int(draw.integers(2, 4)), int(draw.integers(1, 4))))
    smaller = layers.AveragePooling2D(2, padding="same")(x)
    x = layers.UpSampling2D(2)(layers.Conv2D(3, 3, padding="same", activation=activation(draw))(smaller))
    x = layers.Concatenate()([x, inputs])
    if draw.random() < 0.5:
        x = layers.Conv2D(2, 3)(layers.ZeroPadding2D(1)(x))
    x = x * layers.Conv2D(x.shape[-1], 1, activation="sigmoid")(x)
    return inputs, layers.Flatten()(layers.ELU()(x) if draw.random() < 0.5 else layers.LeakyReLU()(x))


def activation(draw):
    return str(draw.choice(ACTIVATIONS))


def drawn(seed):
    """A compiled model."""
    draw = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    kinds = (image, sequence, vector) if seed < 24 else (signal, decoder, gated)
    inputs, x = kinds[seed % len(kinds)](draw)
    loss, last = [
        ("sparse_categorical_crossentropy", layers.Dense(3, "softmax")),
        ("binary_crossentropy", layers.Dense(1, "sigmoid")),
        ("mean_squared_error", layers.Dense(2)),
        ("mean_absolute_error", layers.Dense(1)),
    ][draw.integers(4)]
    optimizer = [keras.optimizers.SGD(0.1, momentum=0.9), keras.optimizers.Adam(0.01)][draw.integers(2)]
    model = keras.Model(inputs, last(x))
    model.compile(loss=loss, optimizer=optimizer)
    return model


def data(model, seed):
    """(x, y) of a few mini-batches, with steps that a mask hides."""
    draw = np.random.default_rng([seed, 1])
    examples = STEPS * BATCH_SIZE
    (given,), (last,) = model.inputs, model.outputs
    size = (examples, *given.shape[1:])
    if "int" in given.dtype:
        x = draw.integers(0, 7, size).astype("int32")
        x[:, -1] = 0
    else:
        x = draw.normal(size=size).astype("float32")
        if len(size) == 3:
            x[:, -1] = 0
    if model.loss == "sparse_categorical_crossentropy":
        return x, draw.integers(0, 3, examples)
    if model.loss == "binary_crossentropy":
        return x, draw.integers(0, 2, examples)
    return x, draw.normal(size=(examples, last.shape[-1])).astype("float32")


def told(folder, seed):
    """Save a model, and say what Keras and the translation say of what was saved."""
    import own_model

    drawn(seed).save(folder / f"{seed}.keras")
    model = keras.saving.load_model(folder / f"{seed}.keras")
    x, y = data(model, seed)
    np.save(folder / f"{seed}-x.npy", x)
    np.save(folder / f"{seed}-y.npy", y)
    np.savez(folder / f"{seed}-start.npz", *model.get_weights())
    described = own_model.describe(model)
    losses = []
    for step in range(STEPS):
        rows = slice(step * BATCH_SIZE, (step + 1) * BATCH_SIZE)
        losses.append(float(np.ravel(model.train_on_batch(x[rows], y[rows]))[0]))
        model.reset_metrics()
    return {**described, "losses": losses, "shapes": [list(model.outputs[0].shape[1:])]}


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    folder = Path(sys.argv[2])
    (folder / "told.json").write_text(json.dumps({seed: told(folder, int(seed)) for seed in sys.argv[3:]}))
