"""One block in numbers: where its parameters are, and what attention costs beside them.

Built in chapter 2.3.
"""


def block_parameters(d_model: int, n_heads: int, n_kv_heads: int, d_ff: int) -> int:
    """The parameters of a block without biases: attention, feed-forward, two RMSNorms.

    Queries and outputs are d_model wide, keys and values n_kv_heads · d_model / n_heads. With as
    many of those as heads and d_ff = 4 · d_model: 12 · d_model² + 2 · d_model.
    """
    d_kv = n_kv_heads * (d_model // n_heads)
    attention = 2 * d_model * d_model + 2 * d_model * d_kv
    feed_forward = 2 * d_model * d_ff
    norms = 2 * d_model
    return attention + feed_forward + norms


def attention_share(d_model: int, d_ff: int, context: int) -> float:
    """The share, 0 to 1, of a block's FLOPs that goes into scores and weighted sums.

    For one token that looks at `context` positions: each weight of a matrix costs a multiplication
    and an addition, and so does each channel of each key, and of each value. Norms, activations
    and the softmax are left out. With d_ff = 4 · d_model it is context / (context + 6 · d_model).
    """
    matrices = 2 * (4 * d_model * d_model + 2 * d_model * d_ff)
    looking = 2 * context * d_model + 2 * context * d_model  # q·k, then weights · v
    return looking / (looking + matrices)
