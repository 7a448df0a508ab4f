"""The memory of one training step, part by part, in bytes.

`measured_memory` finds the same in a real step. Built in chapter 8.1.
"""

from dataclasses import dataclass
from typing import Literal

from lmlab.models.config import TransformerConfig
from lmlab.scaling.accounting import count_parameters
from lmlab.scaling.flops import matrices

OptimizerName = Literal["adamw", "muon"]


@dataclass(frozen=True)
class Precision:
    """Bytes of one number, by what it is for."""

    weights: int
    gradients: int
    master: int
    """A second copy of the weights, which the optimiser moves; 0: there is none."""
    moments: int
    """Each running mean that the optimiser keeps."""
    activations: int
    logits: int


PRECISIONS = {
    "float32": Precision(weights=4, gradients=4, master=0, moments=4, activations=4, logits=4),
    "bfloat16": Precision(weights=2, gradients=2, master=0, moments=2, activations=2, logits=2),
    "mixed": Precision(weights=2, gradients=2, master=4, moments=4, activations=2, logits=4),
}
"""By name; "mixed" computes in 16 bits and steps in 32: with AdamW 2 + 2 + 12 bytes a parameter.

Sources: Micikevicius et al. 2018 (arXiv 1710.03740); Rajbhandari et al. 2020, section 3.1 (arXiv
1910.02054).
"""

# What the activations keep for backward, in widths of the feed-forward (`lmlab.nn.feedforward`).
_KEPT_BY_ACTIVATION = {"relu": 1, "gelu": 2, "gelu_tanh": 2, "relu2": 3, "swiglu": 4}


@dataclass(frozen=True)
class Memory:
    """What a training step holds when it holds most, in bytes."""

    weights: int
    gradients: int
    optimizer: int
    activations: int
    """What forward keeps for backward."""
    working: int
    """What is made and dropped on the way: the logits, or a block that is computed again."""

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(self.parts.values())

    @property
    def parts(self) -> dict[str, int]:
        """The parts by name, as `lmlab.viz.memory_bars` draws them."""
        return dict(vars(self))


def training_memory(
    config: TransformerConfig,
    batch: int,
    context: int,
    *,
    precision: str = "float32",
    optimizer: OptimizerName = "adamw",
    checkpointing: bool = False,
) -> Memory:
    """The memory of a step over `batch` texts of `context` tokens, dropout 0, on one device.

    Gradients stand from one micro-batch to the next, as when they are accumulated. With activation
    checkpointing each block keeps its input alone and is computed again when backward comes to it
    (Chen et al. 2016, arXiv 1604.06174). `precision` is a name of `PRECISIONS`. Built in chapter
    8.1.
    """
    size = precision_named(precision)
    parameters = sum(count_parameters(config).values())
    block = block_bytes(config, batch, context, precision, checkpointing=checkpointing)
    again = recomputed_bytes(config, batch, context, precision) if checkpointing else 0
    return Memory(
        weights=parameters * size.weights,
        gradients=parameters * size.gradients,
        optimizer=optimizer_bytes(config, optimizer, precision),
        activations=config.n_layers * block + _ends(config, batch, context, size),
        working=max(loss_bytes(config, batch, context, precision), again),
    )


def optimizer_bytes(
    config: TransformerConfig, optimizer: OptimizerName = "adamw", precision: str = "float32"
) -> int:
    """AdamW keeps two means for each parameter, Muon one for the matrices inside the blocks.

    Embeddings, head, biases and norms are AdamW's with either. The counter of steps is left out.
    """
    size, parts = precision_named(precision), count_parameters(config)
    means = 2 * sum(parts.values())
    if optimizer == "muon":
        means -= sum(matrices(config).values())
    return means * size.moments + sum(parts.values()) * size.master


def activation_bytes(
    config: TransformerConfig, batch: int, context: int, precision: str = "float32"
) -> dict[str, int]:
    """What one block keeps for backward, by part: "attention", "feed_forward" and "norms".

    Each matrix keeps its input; attention also q, k, v, what it gives and one number for each row
    of its softmax (the fused kernel: no weights are kept); RMSNorm, written out as the course does,
    its input and the normalised one, LayerNorm its input alone. Korthikanti et al. 2022, section
    4.1 (arXiv 2205.05198), count Megatron's block in the same way. Built in chapter 8.1.
    """
    tokens, d_model = batch * context, config.d_model
    size = precision_named(precision).activations
    into_width = d_model + _KEPT_BY_ACTIVATION[config.activation] * config.ff_width
    # The kernel gives its sums for the softmax in float32, whatever the precision.
    attention = 5 * d_model * tokens * size + 4 * config.n_heads * tokens
    if config.positions == "alibi":
        attention += config.n_heads * context**2 * size  # the bias, the same for all texts
    return {
        "attention": attention,
        "feed_forward": into_width * tokens * size,
        "norms": (2 * _norm(config) + _qk_norm(config)) * tokens * size,
    }


def block_bytes(
    config: TransformerConfig,
    batch: int,
    context: int,
    precision: str = "float32",
    *,
    checkpointing: bool = False,
) -> int:
    """What one block keeps: the sum of `activation_bytes`, or with checkpointing its input."""
    if checkpointing:
        return batch * context * config.d_model * precision_named(precision).activations
    return sum(activation_bytes(config, batch, context, precision).values())


def recomputed_bytes(
    config: TransformerConfig, batch: int, context: int, precision: str = "float32"
) -> int:
    """A block that was computed again, with the gradients of the stream and the feed-forward."""
    widths = config.d_model + config.ff_width
    gradients = batch * context * widths * precision_named(precision).activations
    return block_bytes(config, batch, context, precision) + gradients


def loss_bytes(
    config: TransformerConfig, batch: int, context: int, precision: str = "float32"
) -> int:
    """The log-probabilities, their gradient, and that of the logits: all three at one time."""
    return 3 * batch * context * config.vocab_size * precision_named(precision).logits


def precision_named(name: str) -> Precision:
    """The precision of that name; the error names those there are."""
    if name not in PRECISIONS:
        raise ValueError(f"precision={name!r} is none of {', '.join(PRECISIONS)}.")
    return PRECISIONS[name]


def _ends(config: TransformerConfig, batch: int, context: int, size: Precision) -> int:
    """What is kept before the first block and after the last."""
    tokens = batch * context
    ids = 8 * tokens + (8 * context if config.positions == "learned" else 0)
    rope = 2 * context * config.d_head if config.positions == "rope" else 0
    norms = (config.norm_position == "pre") + config.embed_norm
    # The head keeps its input.
    return ids + (rope + (norms * _norm(config) + config.d_model) * tokens) * size.activations


def _norm(config: TransformerConfig) -> int:
    """Numbers that a norm keeps for each token."""
    return config.d_model + 2 if config.norm == "layernorm" else 2 * config.d_model + 1


def _qk_norm(config: TransformerConfig) -> int:
    heads = config.n_heads + config.kv_heads
    return heads * (2 * config.d_head + 1) if config.qk_norm else 0
