"""The parts of models: attention, masks, positions, norms, feed-forward, block, recurrent cells."""

from lmlab.nn.attention import (
    MultiHeadAttention,
    attention,
    attention_scores,
    attention_weights,
    causal_attention,
    causal_weights,
    merge_heads,
    share_heads,
    split_heads,
    weights_from_scores,
)
from lmlab.nn.attention_sum import absorb_output, sum_over_heads
from lmlab.nn.averages import causal_average, soft_lookup
from lmlab.nn.block import Block, DecoderBlock
from lmlab.nn.embedding import cosine_similarities, one_hot, read_out
from lmlab.nn.feedforward import FeedForward, feed_forward, relu2, swiglu
from lmlab.nn.masks import (
    causal_mask,
    padding_mask,
    positions_from_mask,
    prefix_mask,
    window_mask,
)
from lmlab.nn.multihead import cross_attention, multi_head_attention
from lmlab.nn.norms import LayerNorm, RMSNorm, layer_norm, rms_norm
from lmlab.nn.partition import logsumexp, stable_softmax
from lmlab.nn.pooling import mean_pooled
from lmlab.nn.positions import (
    alibi_bias,
    alibi_slopes,
    apply_rope,
    rope_rotation,
    shift_sinusoid,
    sinusoidal_positions,
)
from lmlab.nn.quantised import Int8Linear, int8_linear, quantise
from lmlab.nn.recurrent import (
    SSRU,
    RecurrentLayer,
    gru_cell,
    lstm_cell,
    rnn_cell,
    ssru_cell,
    truncated_gradient,
)
from lmlab.nn.relative import rope_score, shift_matrix
from lmlab.nn.residual import post_norm_block, pre_norm_block
from lmlab.nn.softmax import effective_keys, softmax_jacobian
from lmlab.nn.streaming import streaming_attention

__all__ = [
    "Block",
    "DecoderBlock",
    "FeedForward",
    "Int8Linear",
    "LayerNorm",
    "MultiHeadAttention",
    "RMSNorm",
    "RecurrentLayer",
    "SSRU",
    "absorb_output",
    "alibi_bias",
    "alibi_slopes",
    "apply_rope",
    "attention",
    "attention_scores",
    "attention_weights",
    "causal_attention",
    "causal_average",
    "causal_mask",
    "causal_weights",
    "cosine_similarities",
    "cross_attention",
    "effective_keys",
    "feed_forward",
    "gru_cell",
    "layer_norm",
    "int8_linear",
    "logsumexp",
    "lstm_cell",
    "mean_pooled",
    "merge_heads",
    "multi_head_attention",
    "one_hot",
    "padding_mask",
    "positions_from_mask",
    "post_norm_block",
    "pre_norm_block",
    "prefix_mask",
    "quantise",
    "read_out",
    "relu2",
    "rms_norm",
    "rnn_cell",
    "rope_rotation",
    "rope_score",
    "share_heads",
    "shift_matrix",
    "shift_sinusoid",
    "sinusoidal_positions",
    "soft_lookup",
    "softmax_jacobian",
    "split_heads",
    "ssru_cell",
    "stable_softmax",
    "streaming_attention",
    "sum_over_heads",
    "swiglu",
    "truncated_gradient",
    "weights_from_scores",
    "window_mask",
]
