"""Gradients: an engine that finds them, the same by hand, and how to check either."""

from lmlab.autograd.broadcasting import sum_to_shape
from lmlab.autograd.by_hand import (
    attention_backward,
    cross_entropy_backward,
    embedding_backward,
    layer_norm_backward,
    linear_backward,
    neuron_backward,
    softmax_backward,
)
from lmlab.autograd.character_model import CharacterModel
from lmlab.autograd.engine import Node, cross_entropy, softmax
from lmlab.autograd.gradient_check import (
    GradientReport,
    compare_gradients,
    numerical_gradient,
)

__all__ = [
    "CharacterModel",
    "GradientReport",
    "Node",
    "attention_backward",
    "compare_gradients",
    "cross_entropy",
    "cross_entropy_backward",
    "embedding_backward",
    "layer_norm_backward",
    "linear_backward",
    "neuron_backward",
    "numerical_gradient",
    "softmax",
    "softmax_backward",
    "sum_to_shape",
]
