"""The operations of one training step, part by part.

Built in chapter 8.1.
"""

from functools import cache

from lmlab.models.config import TransformerConfig
from lmlab.scaling.accounting import count_parameters, forward_flops_per_token


def forward_flops(config: TransformerConfig, batch: int, context: int) -> dict[str, int]:
    """FLOPs of a forward pass over `batch` texts of `context` tokens, with the parts' names.

    "attention" counts the four projections and "scores" what they are for: q·k and weights·v, each
    2 · context² · d_model a layer and text. Every score is counted, those that the causal mask
    throws away too, as PyTorch's counter does. The values sum to `forward_flops_per_token` times
    the tokens. Built in chapter 8.1.
    """
    _require_positive(batch=batch, context=context)
    tokens, weights = batch * context, matrices(config)
    return {
        "attention": 2 * tokens * weights["attention"],
        "scores": 4 * tokens * context * config.d_model * config.n_layers,
        "feed_forward": 2 * tokens * weights["feed_forward"],
        "head": 2 * tokens * config.vocab_size * config.d_model,
    }


def step_flops(
    config: TransformerConfig, batch: int, context: int, *, checkpointing: bool = False
) -> dict[str, int]:
    """FLOPs of a training step: "forward", "backward", and "recomputed" with checkpointing.

    Backward costs twice the forward pass: a matrix of weights is met once for the gradient of its
    input and once for its own. With activation checkpointing all blocks run forward once more, but
    for the last matrix of each, which backward does not ask for, with PyTorch's. Source: Narayanan
    et al. 2021, section 5.1 and appendix (arXiv 2104.04473). Built in chapter 8.1.
    """
    parts = forward_flops(config, batch, context)
    forward = sum(parts.values())
    again = forward - parts["head"] if checkpointing else 0
    return {"forward": forward, "backward": 2 * forward, "recomputed": again}


def model_flops_per_token(config: TransformerConfig, context: int) -> int:
    """FLOPs that training needs for a token, nothing computed twice: 3 · forward.

    What utilisation is measured in. Source: Chowdhery et al. 2022, appendix B (arXiv 2204.02311).
    Built in chapter 8.1.
    """
    return 3 * forward_flops_per_token(config, context)


@cache
def matrices(config: TransformerConfig) -> dict[str, int]:
    """The weights of "attention" and "feed_forward" without biases: all that is multiplied."""
    parts = count_parameters(config.replace(bias=False, qkv_bias=False))
    return {name: parts[name] for name in ("attention", "feed_forward")}


def _require_positive(**numbers: int | float) -> None:
    for name, value in numbers.items():
        if not value > 0:
            raise ValueError(f"{name}={value} must be above 0.")
