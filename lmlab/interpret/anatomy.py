"""The anatomy of a Transformer: what each named tensor is made of, and what making it takes.

Used in chapter 3.1.
"""

from dataclasses import dataclass

from lmlab.models.config import TransformerConfig
from lmlab.scaling.operations import matmul_flops


@dataclass(frozen=True)
class Part:
    """One kind of named tensor, such as `attn.q`.

    In the formula x is the residual stream as the part meets it, E the embedding matrix, and W a
    matrix of the part's own.
    """

    formula: str
    reads: tuple[str, ...] = ()
    """Modules whose parameters the formula uses, named from where the block, or model, begins."""
    sums: tuple[int, ...] = ()
    """How many products each number is the sum of, for each multiplication of matrices."""

    def flops(self, shape: tuple[int, ...]) -> int:
        """FLOPs of the multiplications whose result has this shape; nothing else is counted."""
        *rows, columns = shape
        return sum(matmul_flops((*rows, inner), (inner, columns)) for inner in self.sums)


def anatomy(config: TransformerConfig, n_keys: int, causal: bool) -> dict[str, Part]:
    """The parts of a GPT (causal) or BERT that reads n_keys tokens, in their order."""
    return {
        "embedded": Part(_embedded(config), ("embed", "positions", "embed_norm")),
        **_attention(config, n_keys, causal),
        **_feed_forward(config),
        "resid": _resid(config),
        "hidden": Part(_norm(config, "x") if _pre(config) else "x", ("final_norm",)),
        "logits": Part(
            "hidden Eᵀ" if config.tied_embeddings else "hidden W_head",
            ("head",),
            (config.d_model,),
        ),
    }


def _embedded(config: TransformerConfig) -> str:
    added = {"learned": " + P[positions]", "sinusoidal": " + sines(positions)"}
    total = "E[ids]" + added.get(config.positions, "")
    return _norm(config, total) if config.embed_norm else total


def _attention(config: TransformerConfig, n_keys: int, causal: bool) -> dict[str, Part]:
    x = _norm(config, "x") if _pre(config) else "x"
    norm = ("attn_norm",) if _pre(config) else ()
    width = (config.d_model,)
    penalty = " - slope · distance" if config.positions == "alibi" else ""
    return {
        "attn.q": Part(_turned(config, f"{x} W_q"), (*norm, "attn.q_proj", "attn.q_norm"), width),
        "attn.k": Part(_turned(config, f"{x} W_k"), ("attn.k_proj", "attn.k_norm"), width),
        "attn.v": Part(f"{x} W_v", ("attn.v_proj",), width),
        "attn.scores": Part(f"q kᵀ / √d_head{penalty}", sums=(config.d_head,)),
        "attn.weights": Part("softmax(masked scores)" if causal else "softmax(scores)"),
        "attn.heads": Part("weights v", sums=(n_keys,)),
        "attn.out": Part("concat(heads) W_o", ("attn.out_proj",), width),
    }


def _feed_forward(config: TransformerConfig) -> dict[str, Part]:
    x = _norm(config, "x + attn.out")
    norm = ("mlp_norm",) if _pre(config) else ()
    activation = {"relu2": "relu²", "gelu_tanh": "gelu"}.get(config.activation, config.activation)
    gated = config.activation == "swiglu"
    hidden = f"silu({x} W_gate) · ({x} W_up)" if gated else f"{activation}({x} W_up)"
    return {
        "mlp.hidden": Part(
            hidden,
            (*norm, "mlp.up_proj", "mlp.gate_proj"),
            (config.d_model,) * (2 if gated else 1),
        ),
        "mlp.out": Part("hidden W_down", ("mlp.down_proj",), (config.ff_width,)),
    }


def _resid(config: TransformerConfig) -> Part:
    if _pre(config):
        return Part("x + attn.out + mlp.out")
    inside = _norm(config, "x + attn.out")
    return Part(_norm(config, f"{inside} + mlp.out"), ("attn_norm", "mlp_norm"))


def _turned(config: TransformerConfig, projected: str) -> str:
    """Queries and keys after their own norm and rotation."""
    normed = f"rmsnorm({projected})" if config.qk_norm else projected
    return f"rope({normed})" if config.positions == "rope" else normed


def _norm(config: TransformerConfig, inside: str) -> str:
    return f"{config.norm}({inside})"


def _pre(config: TransformerConfig) -> bool:
    return config.norm_position == "pre"
