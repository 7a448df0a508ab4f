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
from lmlab.nn.averages import causal_average, soft_lookup
from lmlab.nn.block import Block, DecoderBlock
from lmlab.nn.embedding import cosine_similarities, one_hot, read_out
from lmlab.nn.feedforward import FeedForward, relu2
from lmlab.nn.masks import causal_mask, padding_mask, positions_from_mask, window_mask
from lmlab.nn.multihead import cross_attention, multi_head_attention
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
from lmlab.nn.softmax import effective_keys, softmax_jacobian
from lmlab.nn.streaming import streaming_attention

__all__ = [
    "Block",
    "DecoderBlock",
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
    "causal_average",
    "causal_mask",
    "cosine_similarities",
    "cross_attention",
    "effective_keys",
    "gru_cell",
    "lstm_cell",
    "merge_heads",
    "multi_head_attention",
    "one_hot",
    "padding_mask",
    "positions_from_mask",
    "read_out",
    "relu2",
    "rnn_cell",
    "rope_rotation",
    "share_heads",
    "sinusoidal_positions",
    "soft_lookup",
    "softmax_jacobian",
    "split_heads",
    "streaming_attention",
    "truncated_gradient",
    "weights_from_scores",
    "window_mask",
]
