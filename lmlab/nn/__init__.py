"""The parts of a Transformer: attention, masks, positions, norms, feed-forward, the block."""

from lmlab.nn.attention import (
    MultiHeadAttention,
    attention,
    attention_scores,
    attention_weights,
    causal_attention,
    weights_from_scores,
)
from lmlab.nn.block import Block
from lmlab.nn.feedforward import FeedForward, relu2
from lmlab.nn.masks import causal_mask, padding_mask, positions_from_mask
from lmlab.nn.norms import LayerNorm, RMSNorm
from lmlab.nn.positions import (
    alibi_bias,
    alibi_slopes,
    apply_rope,
    rope_rotation,
    sinusoidal_positions,
)

__all__ = [
    "Block",
    "FeedForward",
    "LayerNorm",
    "MultiHeadAttention",
    "RMSNorm",
    "alibi_bias",
    "alibi_slopes",
    "apply_rope",
    "attention",
    "attention_scores",
    "attention_weights",
    "causal_attention",
    "causal_mask",
    "padding_mask",
    "positions_from_mask",
    "relu2",
    "rope_rotation",
    "sinusoidal_positions",
    "weights_from_scores",
]
