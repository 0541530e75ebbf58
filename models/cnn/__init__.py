"""Convolutional networks, one module per dataset.

`convolutions` is the study's replication factor everywhere: how many equal convolutions stand in a row where the
network as published has one. Where the study prints no initialiser, Glorot uniform, Keras' default, is a choice.
"""

from models.cnn.cifar10 import all_cnn_c, cnn_relu
from models.cnn.mnist import cnn_softmax, dnn_w20
from models.cnn.norb import ap_relu, mp_relu, mp_relu_96
from models.cnn.svhn import basic_svhn, wrn_16_8

__all__ = [
    "all_cnn_c",
    "ap_relu",
    "basic_svhn",
    "cnn_relu",
    "cnn_softmax",
    "dnn_w20",
    "mp_relu",
    "mp_relu_96",
    "wrn_16_8",
]
