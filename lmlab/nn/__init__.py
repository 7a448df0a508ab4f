"""The parts of models: attention, masks, positions, norms, feed-forward, block, recurrent cells."""

from lmlab.nn.attention import (
    MultiHeadAttention,
    attention,
    attention_scores,
    attention_weights,
    causal_attention,
    merge_heads,
    share_heads,
    split_heads,
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
from lmlab.nn.recurrent import (
    RecurrentLayer,
    gru_cell,
    lstm_cell,
    rnn_cell,
    truncated_gradient,
)

__all__ = [
    "Block",
    "FeedForward",
    "LayerNorm",
    "MultiHeadAttention",
    "RMSNorm",
    "RecurrentLayer",
    "alibi_bias",
    "alibi_slopes",
    "apply_rope",
    "attention",
    "attention_scores",
    "attention_weights",
    "causal_attention",
    "causal_mask",
    "gru_cell",
    "lstm_cell",
    "merge_heads",
    "padding_mask",
    "positions_from_mask",
    "relu2",
    "rnn_cell",
    "rope_rotation",
    "share_heads",
    "sinusoidal_positions",
    "split_heads",
    "truncated_gradient",
    "weights_from_scores",
]
