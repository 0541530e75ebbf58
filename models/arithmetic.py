"""How much a network computes: the multiply-adds of its products with weights, from the layers' own arithmetic.

Two floating-point operations each. What is done element by element (activations, pooling, normalisation, the updates of
the optimizer) is not in them.
"""

from __future__ import annotations

from models.layers import Graph, Layer, Network, Residual, Shape
from models.layers.core import walk


def of_forward_pass(network: Network) -> int:
    """Multiply-adds of a forward pass on one example; raises ShapeError for an impossible network."""
    if isinstance(network, Graph):
        return network.multiply_adds()[0].total
    return _count(network.layers, network.input_shape)[0]


def of_training_step(network: Network) -> int:
    """Multiply-adds of a training step for each example of its mini-batch: forward and backward.

    Backward, each product returns as two: for the gradient of the weights, and for that of what they were multiplied
    with. The latter is left out where no layer before is trained, as nobody needs it.
    """
    if isinstance(network, Graph):
        products, unneeded = network.multiply_adds()
        return 3 * products.total - unneeded
    forward, unneeded, _ = _count(network.layers, network.input_shape)
    return 3 * forward - unneeded


def _count(layers: tuple[Layer, ...], shape: Shape, follows: bool = False) -> tuple[int, int, bool]:
    """(multiply-adds forward, those whose input needs no gradient, whether a layer here or before is trained).

    follows: whether a layer before these is trained.
    """
    forward = unneeded = 0
    for layer, before, _ in walk(layers, shape):
        if isinstance(layer, Residual):
            branches = [_count(branch, before, follows) for branch in (layer.main, layer.shortcut)]
            forward += sum(count for count, _, _ in branches)
            unneeded += sum(count for _, count, _ in branches)
            follows = any(trained for _, _, trained in branches)
        else:
            products = layer.multiply_adds(before)
            forward += products.total
            unneeded += 0 if follows else products.of_input
            follows = follows or layer.params(before).trainable > 0
    return forward, unneeded, follows
