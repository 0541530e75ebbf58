"""Layers as records, with the arithmetic of their output shapes and parameter counts.

A record holds every value for which a framework would otherwise have a default of its own: defaults moved
between Keras generations. fixtures/worker/builder.py turns records into Keras layers.
"""

from models.layers.basic import Activation, BatchNormalization, Dense, Dropout, Flatten, LeakyReLU
from models.layers.core import (
    GLOROT_UNIFORM,
    HE_NORMAL,
    ORTHOGONAL,
    SMALL_UNIFORM,
    ActivationName,
    Initializer,
    Layer,
    MultiplyAdds,
    Padding,
    Params,
    Shape,
    ShapeError,
)
from models.layers.graph import Add, Concatenate, Graph, Input, Merge, Multiply, Node, Output, graph
from models.layers.images import LocalResponseNormalization, UpSampling2D, ZeroPadding2D
from models.layers.network import Loss, Network, Residual
from models.layers.sequences import GRU, LSTM, Embedding, Masking
from models.layers.windows import (
    Conv1D,
    Conv2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    Pool1D,
    Pool2D,
)

__all__ = [
    "GLOROT_UNIFORM",
    "GRU",
    "HE_NORMAL",
    "LSTM",
    "ORTHOGONAL",
    "SMALL_UNIFORM",
    "Activation",
    "ActivationName",
    "Add",
    "BatchNormalization",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "Graph",
    "Initializer",
    "Input",
    "Layer",
    "LeakyReLU",
    "LocalResponseNormalization",
    "Loss",
    "Masking",
    "Merge",
    "Multiply",
    "MultiplyAdds",
    "Network",
    "Node",
    "Output",
    "Padding",
    "Params",
    "Pool1D",
    "Pool2D",
    "Residual",
    "Shape",
    "ShapeError",
    "UpSampling2D",
    "ZeroPadding2D",
    "graph",
]
