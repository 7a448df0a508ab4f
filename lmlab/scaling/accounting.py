"""Accounting: how many parameters a Transformer has, and how many operations they cost.

A FLOP is one multiplication or one addition of two floating-point numbers. Built in chapter 01,
used again in chapter 8.1.
"""

from lmlab.models.config import TransformerConfig

SECONDS_PER_DAY = 86_400


def approximate_parameters(n_layers: int, d_model: int, vocab_size: int) -> int:
    """12 · n_layers · d_model² + vocab_size · d_model: a GPT's size on an envelope.

    A block holds four square matrices of attention and a feed-forward of eight more (d_ff is
    4 · d_model); the embedding doubles as the output layer. Norms, biases and positions are left
    out. Source: Kaplan et al. 2020, section 2.1 (arXiv 2001.08361). Built in chapter 01.
    """
    _require_positive(n_layers=n_layers, d_model=d_model, vocab_size=vocab_size)
    return 12 * n_layers * d_model**2 + vocab_size * d_model


def count_parameters(config: TransformerConfig) -> dict[str, int]:
    """The exact number of parameters of a GPT, part by part; the values sum to the whole.

    "embedding" counts tokens and learned positions, "norms" the norms of blocks, of queries and
    keys, of the embeddings and the last; "head" is 0 where it shares the embedding's matrix. Built
    in chapter 01.
    """
    d_model, n_layers = config.d_model, config.n_layers
    learned_positions = config.context_length if config.positions == "learned" else 0
    return {
        "embedding": (config.vocab_size + learned_positions) * d_model,
        "attention": n_layers * _attention(config),
        "feed_forward": n_layers * _feed_forward(config),
        "norms": _norms(config),
        "head": 0 if config.tied_embeddings else config.vocab_size * d_model,
    }


def training_flops(parameters: int | float, tokens: int | float) -> int | float:
    """6 · parameters · tokens: the FLOPs of training on so many tokens, repeats counted again.

    Each token costs each parameter 2 FLOPs forward (multiply, add) and 4 backward. For a mixture of
    experts, count the parameters that a token meets. Source: Kaplan et al. 2020, section 2.1
    (arXiv 2001.08361). Built in chapter 01.
    """
    _require_positive(parameters=parameters, tokens=tokens)
    return 6 * parameters * tokens


def forward_flops_per_token(config: TransformerConfig, context: int) -> int:
    """FLOPs to read one token that attends to `context` positions, itself included.

    2 for each weight of a matrix, and 4 · n_layers · context · d_model for attention's scores and
    weighted sums. Norms, biases, activations and the softmax are left out; the embedding is a
    look-up. Training costs three times as much. Source: Hoffmann et al. 2022, appendix F (arXiv
    2203.15556), without its softmax and embedding. Built in chapter 01.
    """
    _require_positive(context=context)
    weights = config.n_layers * (
        _attention(config, bias=False) + _feed_forward(config, bias=False)
    ) + (config.vocab_size * config.d_model)  # the output layer, shared or not
    return 2 * weights + 4 * config.n_layers * context * config.d_model


def training_days(
    flops: int | float,
    devices: int,
    flops_per_second: int | float,
    utilisation: int | float = 0.4,
) -> float:
    """Days that `devices` need for `flops`, each at `utilisation` (0 to 1) of its peak.

    `flops_per_second` is what the maker promises for one device: 312e12 for an NVIDIA A100 and
    989e12 for an H100, in bfloat16 without sparsity. Large runs reach 0.2 to 0.5 of it (Chowdhery
    et al. 2022, table 3, arXiv 2204.02311). Built in chapter 01.
    """
    _require_positive(flops=flops, devices=devices, flops_per_second=flops_per_second)
    if not 0 < utilisation <= 1:
        raise ValueError(
            f"utilisation={utilisation} is the share of the peak that is reached: above 0, at most "
            "1. Large runs reach 0.2 to 0.5."
        )
    return flops / (devices * flops_per_second * utilisation) / SECONDS_PER_DAY


def _attention(config: TransformerConfig, bias: bool = True) -> int:
    """Query and output projections are d_model wide, key and value as wide as their heads."""
    d_model, d_kv = config.d_model, config.kv_heads * config.d_head
    weights = 2 * d_model * d_model + 2 * d_model * d_kv
    qkv_biases = d_model + 2 * d_kv if config.attention_bias else 0
    out_bias = d_model if config.bias else 0
    return weights + (qkv_biases + out_bias if bias else 0)


def _feed_forward(config: TransformerConfig, bias: bool = True) -> int:
    """Up and down, and a gate with swiglu."""
    d_model, d_ff = config.d_model, config.ff_width
    into = 2 if config.activation == "swiglu" else 1
    biases = into * d_ff + d_model if config.bias else 0
    return (into + 1) * d_model * d_ff + (biases if bias else 0)


def _norms(config: TransformerConfig) -> int:
    vector = config.d_model * (2 if config.norm == "layernorm" else 1)  # scale, and shift
    ends = (config.norm_position == "pre") + config.embed_norm
    qk = 2 * config.d_head * config.n_layers if config.qk_norm else 0
    return (2 * config.n_layers + ends) * vector + qk


def _require_positive(**numbers: int | float) -> None:
    for name, value in numbers.items():
        if not value > 0:
            raise ValueError(f"{name}={value} must be above 0.")
