"""Recurrent networks."""

from models.layers import GLOROT_UNIFORM, LSTM, SMALL_UNIFORM, Dense, Embedding, Masking, Network
from models.schedules import Adam, RMSprop, Training

IMDB_LSTM_TRAINING = Training(Adam(0.001), batch_size=64, epochs=3, examples=25_000)
VOCABULARY, WORDS = 5_000, 500

# The study prints no number of training sequences, and says nothing of how it tested. Of the 1,180,945 hours in the
# competition's train.csv 731,556 have any reflectivity: an assumption, not counted on the file, and totals projected
# from it are as uncertain. datasets/hmdir.py holds out every 20th of these, so that a full epoch is of the others.
HMDIR_HOURS = 731_556
HMDIR_LSTM_TRAINING = Training(RMSprop(0.001), batch_size=256, epochs=100, examples=HMDIR_HOURS - HMDIR_HOURS // 20)
SCANS, FEATURES = 19, 24


def imdb_lstm(layers: int = 1, cells: int = 100) -> Network:
    """IMDB-LSTM: 500 word ranks, an embedding of 32, LSTM layers in a row, one sigmoid."""
    recurrent = [LSTM(cells, return_sequences=number < layers) for number in range(1, layers + 1)]
    stack = (Embedding(VOCABULARY, 32), *recurrent, Dense(1, "sigmoid"))
    return Network((WORDS,), stack, "binary_crossentropy", classes=1, input_dtype="int32")


def hmdir_lstm(layers: int = 1, cells: int = 35, masked: bool = False) -> Network:
    """HMDIR-LSTM: up to 19 radar scans of 24 values, LSTM layers with sigmoid outputs, one linear output.

    The study prints neither the number of scans (19 are the most that an hour has) nor the loss (mean absolute error
    is the competition's). masked: leave out the scans that only pad an hour; the study mentions no mask, and gives
    the network the number of scans as a feature.
    """

    def lstm(last: bool) -> LSTM:
        return LSTM(
            cells,
            return_sequences=not last,
            activation="sigmoid",
            initializer=SMALL_UNIFORM,
            recurrent_initializer=GLOROT_UNIFORM,
        )

    mask = (Masking(0.0),) if masked else ()
    recurrent = [lstm(last=number == layers) for number in range(1, layers + 1)]
    return Network((SCANS, FEATURES), (*mask, *recurrent, Dense(1)), "mean_absolute_error", classes=1)
