"""A user writes this without the suite: Keras 2 or 3, a network, fit. The suite's times are compared with its times.

    python benchmarks/targets/plain.py NETWORK EPOCHS DATA PROCESSORS

Runs in a backend's own interpreter. NETWORK: cnn_softmax or imdb_lstm; DATA: a folder with x.npy and y.npy;
PROCESSORS: their numbers, as in 0,1.
The last line that it prints is JSON: seconds of each epoch, and the time of day when training began.
"""

import json
import os
import sys
import time

import numpy as np

if os.environ.get("TF_USE_LEGACY_KERAS") == "1":  # as for TensorFlow itself
    import tf_keras

    sys.modules["keras"] = tf_keras
import keras
from keras.layers import LSTM, Conv2D, Dense, Dropout, Embedding, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.optimizers import SGD, Adam
from keras.regularizers import l2

STEADY = "MALLOC_MMAP_MAX_" in os.environ  # under --steady the suite sets it
LEGACY = keras.__name__ == "tf_keras"
KERAS2 = keras.__version__.startswith("2.")
RATE = "lr" if KERAS2 and not LEGACY else "learning_rate"


def cnn_softmax():
    decay = l2(0.0005)
    model = Sequential()
    model.add(Conv2D(32, (5, 5), activation="relu", kernel_regularizer=decay, input_shape=(28, 28, 1)))
    model.add(MaxPooling2D())
    model.add(Conv2D(64, (5, 5), activation="relu", kernel_regularizer=decay))
    model.add(MaxPooling2D())
    model.add(Flatten())
    model.add(Dense(500, activation="relu", kernel_regularizer=decay))
    model.add(Dropout(0.5))
    model.add(Dense(10, activation="softmax", kernel_regularizer=decay))
    model.compile(SGD(momentum=0.9, **{RATE: 0.01}), "categorical_crossentropy", metrics=["accuracy"])
    return model, 128


def hard_sigmoid(x):
    return keras.ops.clip(0.2 * x + 0.5, 0, 1)


def imdb_lstm():
    model = Sequential()
    model.add(Embedding(5000, 32, **({"input_length": 500} if KERAS2 else {})))
    model.add(LSTM(100, recurrent_activation="hard_sigmoid" if KERAS2 else hard_sigmoid))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(Adam(**{RATE: 0.001}), "binary_crossentropy", metrics=["accuracy"])
    return model, 64


class Times(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.began = time.time()
        self.ends = [time.perf_counter()]

    def on_epoch_end(self, epoch, logs=None):
        self.ends.append(time.perf_counter())


def main():
    network, epochs, data, processors = sys.argv[1:5]
    os.sched_setaffinity(0, [int(number) for number in processors.split(",")])
    if keras.backend.backend() == "tensorflow":
        limit_tensorflow(int(os.environ["OMP_NUM_THREADS"]))
        if not KERAS2 and STEADY:
            leave_untuned()
    x, y = (np.load(data + name, allow_pickle=False) for name in ("/x.npy", "/y.npy"))
    model, batch_size = {"cnn_softmax": cnn_softmax, "imdb_lstm": imdb_lstm}[network]()
    times = Times()
    model.fit(x, y, batch_size=batch_size, epochs=int(epochs), verbose=0, shuffle=False, callbacks=[times])
    sys.stdout.write("\n" + json.dumps({"epochs_s": np.diff(times.ends).tolist(), "began": times.began}) + "\n")


def limit_tensorflow(threads):
    import tensorflow as tf

    if KERAS2 and not LEGACY:
        keras.backend.set_session(
            tf.Session(
                config=tf.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads)
            )
        )
    else:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)


def leave_untuned():
    import tensorflow as tf

    sys.path.append(os.path.join(os.path.dirname(__file__), os.pardir, os.pardir, "fixtures", "worker"))
    from frameworks.tensorflow2 import leave_input_untuned

    leave_input_untuned(tf)


main()
