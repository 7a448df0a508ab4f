"""One settings class for every Transformer of the course."""

from dataclasses import dataclass
from typing import Literal, get_args, no_type_check

from lmlab.settings import Settings, is_count, require

Norm = Literal["layernorm", "rmsnorm"]
NormPosition = Literal["pre", "post"]
Positions = Literal["learned", "sinusoidal", "rope", "alibi", "none"]
Activation = Literal["relu", "gelu", "gelu_tanh", "relu2", "swiglu"]
OutputInit = Literal["scaled", "zero"]


@no_type_check  # it checks itself, with sentences
@dataclass(frozen=True, kw_only=True)
class TransformerConfig(Settings):
    """Shape and switches of a Transformer; frozen, and the same in JSON."""

    vocab_size: int
    """Number of different tokens."""
    context_length: int = 256
    """The most tokens that the model reads at once."""
    d_model: int = 128
    """Width of the residual stream."""
    n_layers: int = 4
    """Number of blocks."""
    n_heads: int = 4
    """Query heads in each attention; each is d_model / n_heads wide."""
    n_kv_heads: int | None = None
    """Key/value heads, shared by groups of query heads; None: as many as n_heads."""
    d_ff: int | None = None
    """Width inside the feed-forward; None: 4 · d_model."""
    norm: Norm = "rmsnorm"
    norm_position: NormPosition = "pre"
    """Norm before each part ("pre", GPT-2 onwards) or after each sum ("post", 2017, BERT)."""
    norm_eps: float = 1e-5
    embed_norm: bool = False
    """Whether the sum of the embeddings is normalised before the first block, as in BERT."""
    positions: Positions = "rope"
    rope_theta: float = 10_000.0
    activation: Activation = "relu2"
    bias: bool = False
    """Whether the linear layers have a bias."""
    qkv_bias: bool | None = None
    """Bias of the query, key and value projections alone; None: as `bias`."""
    qk_norm: bool = False
    """RMSNorm on queries and keys (Henry et al. 2020)."""
    tied_embeddings: bool = True
    """Whether the output layer is the embedding matrix (Press & Wolf 2017)."""
    output_init: OutputInit = "scaled"
    """The layers that write to the residual stream start small ("scaled", GPT-2) or at zero."""
    dropout: float = 0.0

    def __post_init__(self) -> None:
        for name in ("vocab_size", "context_length", "d_model", "n_layers", "n_heads"):
            require(name, self, is_count, "a whole number, 1 or more")
        for name in ("n_kv_heads", "d_ff"):
            if getattr(self, name) is not None:
                require(name, self, is_count, "a whole number, 1 or more")
        for name, kind in _SWITCHES.items():
            if getattr(self, name) not in get_args(kind):
                raise ValueError(
                    f"{name}={getattr(self, name)!r} is none of {', '.join(get_args(kind))}."
                )
        self._check_heads()
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout={self.dropout} must be at least 0 and below 1.")

    def _check_heads(self) -> None:
        if self.d_model % self.n_heads:
            raise ValueError(
                f"n_heads={self.n_heads} does not divide d_model={self.d_model}; "
                f"try {_near_divisors(self.d_model, self.n_heads)}."
            )
        if self.n_heads % self.kv_heads:
            raise ValueError(
                f"n_kv_heads={self.n_kv_heads} does not divide n_heads={self.n_heads}; "
                f"try {_near_divisors(self.n_heads, self.kv_heads)}."
            )
        if self.positions == "rope" and self.d_head % 2:
            raise ValueError(
                f"RoPE turns pairs of channels, but a head is d_model / n_heads = {self.d_head} "
                "wide, an odd number; change n_heads or d_model."
            )

    @property
    def d_head(self) -> int:
        """Width of one head."""
        return self.d_model // self.n_heads

    @property
    def kv_heads(self) -> int:
        """n_kv_heads with its default filled in."""
        return self.n_heads if self.n_kv_heads is None else self.n_kv_heads

    @property
    def ff_width(self) -> int:
        """d_ff with its default filled in."""
        return 4 * self.d_model if self.d_ff is None else self.d_ff

    @property
    def attention_bias(self) -> bool:
        """qkv_bias with its default filled in."""
        return self.bias if self.qkv_bias is None else self.qkv_bias


_SWITCHES = {
    "norm": Norm,
    "norm_position": NormPosition,
    "positions": Positions,
    "activation": Activation,
    "output_init": OutputInit,
}


def _near_divisors(number: int, near: int) -> str:
    """The divisors of `number` next to `near` on both sides, for an error message."""
    divisors = [d for d in range(1, number + 1) if number % d == 0]
    below = max((d for d in divisors if d <= near), default=None)
    above = min((d for d in divisors if d > near), default=None)
    return " or ".join(str(d) for d in (below, above) if d)
