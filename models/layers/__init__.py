"""Layers as records, with the arithmetic of their output shapes and parameter counts.

A record holds every value for which a framework would otherwise have a default of its own: defaults moved
between Keras generations. fixtures/worker/builder.py turns records into Keras layers.
"""

from models.layers.basic import Activation, BatchNormalization, Dense, Dropout, Flatten
from models.layers.core import (
    GLOROT_UNIFORM,
    HE_NORMAL,
    ORTHOGONAL,
    SMALL_UNIFORM,
    ActivationName,
    Initializer,
    Layer,
    MultiplyAdds,
    Params,
    Shape,
    ShapeError,
)
from models.layers.graph import Add, Concatenate, Graph, Input, Merge, Node, Output, graph
from models.layers.images import (
    Conv2D,
    GlobalAveragePooling2D,
    LocalResponseNormalization,
    Padding,
    Pool2D,
    ZeroPadding2D,
)
from models.layers.network import Loss, Network, Residual
from models.layers.sequences import LSTM, Embedding, Masking

__all__ = [
    "GLOROT_UNIFORM",
    "HE_NORMAL",
    "LSTM",
    "ORTHOGONAL",
    "SMALL_UNIFORM",
    "Activation",
    "ActivationName",
    "Add",
    "BatchNormalization",
    "Concatenate",
    "Conv2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAveragePooling2D",
    "Graph",
    "Initializer",
    "Input",
    "Layer",
    "LocalResponseNormalization",
    "Loss",
    "Masking",
    "Merge",
    "MultiplyAdds",
    "Network",
    "Node",
    "Output",
    "Padding",
    "Params",
    "Pool2D",
    "Residual",
    "Shape",
    "ShapeError",
    "ZeroPadding2D",
    "graph",
]
