"""Recurrent networks."""

from models.layers import LSTM, Dense, Embedding, Network
from models.training import Adam, Training

IMDB_LSTM_TRAINING = Training(Adam(learning_rate=0.001), batch_size=64, epochs=3, examples=25_000)
VOCABULARY, STEPS = 5_000, 500


def imdb_lstm(layers: int = 1, cells: int = 100) -> Network:
    """IMDB-LSTM: 500 word ranks, an embedding of 32, LSTM layers in a row, one sigmoid."""
    recurrent = [LSTM(cells, return_sequences=number < layers) for number in range(1, layers + 1)]
    stack = (Embedding(VOCABULARY, 32), *recurrent, Dense(1, "sigmoid"))
    return Network((STEPS,), stack, "binary_crossentropy", classes=1, input_dtype="int32")
