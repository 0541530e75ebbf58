"""Small Keras 3 models of the kinds that people ask about, written anew; imported in workers alone."""

import keras
from keras import layers


def compiled(model, loss="sparse_categorical_crossentropy"):
    model.compile(loss=loss, optimizer=keras.optimizers.SGD(0.05))
    return model


def classifier(filters=4):
    x = inputs = keras.Input((8, 8, 1))
    left = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    right = layers.Conv2D(filters, 1, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(layers.Concatenate()([left, right]))
    return compiled(keras.Model(inputs, layers.Dense(3, activation="softmax")(x)))


def digits():
    """A chain of layers that the project's records know."""
    return compiled(
        keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                layers.Conv2D(4, 3, padding="same", strides=2, activation="relu"),
                layers.BatchNormalization(),
                layers.AveragePooling2D(2),  # of equal maxima Theano hands the gradient to each
                layers.Flatten(),
                layers.Dense(3, activation="softmax", kernel_regularizer="l2"),
            ]
        )
    )


def sentences():
    x = inputs = keras.Input((6,), dtype="int32")
    x = layers.LSTM(3)(layers.Embedding(13, 4)(x))
    return compiled(keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x)), "binary_crossentropy")


def autoencoder():
    x = inputs = keras.Input((12,))
    x = layers.Dense(4, activation="relu")(x)
    return compiled(keras.Model(inputs, layers.Dense(12)(x)), "mse")


def segmenter(filters=3):
    """As a U-Net: down, up, and a branch across; each pixel's value is guessed."""
    x = inputs = keras.Input((8, 8, 1))
    x = across = layers.Conv2D(filters, 3, padding="same", activation="elu")(x)
    x = layers.AveragePooling2D(2, padding="same")(x)
    x = layers.Conv2D(2 * filters, 3, padding="same", activation="silu")(x)
    x = layers.Concatenate()([layers.UpSampling2D(2)(x), across])
    x = layers.LeakyReLU(0.1)(layers.Conv2D(filters, 2, padding="same")(x))
    return compiled(keras.Model(inputs, layers.Conv2D(1, 1)(layers.Multiply()([x, across]))), "mse")


def beats(filters=4):
    """A classifier of sequences, by convolutions along their steps."""
    x = inputs = keras.Input((20, 2))
    x = layers.Conv1D(filters, 4, padding="same", strides=2, activation="softplus")(x)
    x = layers.AveragePooling1D(2)(layers.BatchNormalization()(x))
    x = layers.Dense(5, activation="tanh")(layers.Conv1D(filters, 3, activation="relu")(x))
    x = layers.GlobalAveragePooling1D()(x)
    return compiled(keras.Model(inputs, layers.Dense(3, activation="softmax")(x)))


def tagger():
    """A class for each step."""
    x = inputs = keras.Input((6,), dtype="int32")
    x = layers.LSTM(3, return_sequences=True)(layers.Embedding(13, 4)(x))
    return compiled(keras.Model(inputs, layers.Dense(3, activation="softmax")(x)))


@keras.saving.register_keras_serializable("kinds")
class Blur(layers.Layer):
    """A fixed kernel: the mean of each pixel's neighbourhood."""

    def build(self, shape):
        self.kernel = self.add_weight(
            shape=(3, 3, shape[-1], 1), initializer=keras.initializers.Constant(1 / 9), trainable=False
        )

    def call(self, x):
        return keras.ops.depthwise_conv(x, self.kernel, padding="same")


def blurred():
    x = inputs = keras.Input((8, 8, 2))
    x = layers.Flatten()(Blur()(x))
    return compiled(keras.Model(inputs, layers.Dense(3, activation="softmax")(x)))


def two_by_two():
    words, numbers = keras.Input((5,), dtype="int32", name="words"), keras.Input((3,), name="numbers")
    x = layers.Concatenate()([layers.Flatten()(layers.Embedding(11, 2)(words)), numbers])
    kind = layers.Dense(4, activation="softmax", name="kind")(x)
    amount = layers.Dense(1, name="amount")(x)
    losses = {"kind": "sparse_categorical_crossentropy", "amount": "mae"}
    return compiled(keras.Model([words, numbers], [kind, amount]), losses)


def masked():
    x = inputs = keras.Input((6,), dtype="int32")
    x = layers.LSTM(3)(layers.Embedding(13, 4, mask_zero=True)(x))
    return compiled(keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x)), "binary_crossentropy")


def residual():
    x = inputs = keras.Input((8, 8, 3))
    main = layers.BatchNormalization()(layers.Conv2D(3, 3, padding="same")(x))
    x = layers.Flatten()(layers.Activation("relu")(layers.Add()([main, x])))
    return compiled(keras.Model(inputs, layers.Dense(3, activation="softmax")(x)))


def transformer(width=8, dropout=0.0):
    x = inputs = keras.Input((6, width))
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, width // 2, dropout=dropout)(x, x))
    x = layers.GlobalAveragePooling1D()(x + layers.Dense(width, activation="gelu")(x))
    return compiled(keras.Model(inputs, layers.Dense(2, activation="softmax")(x)))


def plain():
    """It isn't compiled."""
    return keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])


def doubled():
    """A Lambda layer brings code of its own."""
    stack = [keras.Input((4,)), layers.Lambda(lambda x: 2 * x), layers.Dense(3, activation="softmax")]
    return compiled(keras.Sequential(stack))


class Stepping(keras.Model):
    def train_step(self, *arguments):
        return super().train_step(*arguments)


def stepping():
    x = keras.Input((4,))
    return compiled(Stepping(x, layers.Dense(3, activation="softmax")(x)))
