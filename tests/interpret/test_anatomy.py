import pytest

from lmlab.interpret.anatomy import anatomy
from lmlab.models import TransformerConfig

SIZES = {"vocab_size": 11, "context_length": 8, "d_model": 8, "n_layers": 2, "n_heads": 2}


def formulas(causal=True, **switches):
    parts = anatomy(TransformerConfig(**SIZES, **switches), 5, causal)
    return {name: part.formula for name, part in parts.items()}


@pytest.mark.parametrize(
    ("switches", "name", "formula"),
    [
        ({"positions": "learned"}, "embedded", "E[ids] + P[positions]"),
        ({"positions": "sinusoidal"}, "embedded", "E[ids] + sines(positions)"),
        ({"positions": "rope"}, "attn.q", "rope(rmsnorm(x) W_q)"),
        ({"positions": "none", "qk_norm": True}, "attn.k", "rmsnorm(rmsnorm(x) W_k)"),
        ({"positions": "alibi"}, "attn.scores", "q kᵀ / √d_head - slope · distance"),
        ({"norm": "layernorm"}, "attn.v", "layernorm(x) W_v"),
        ({"norm_position": "post"}, "attn.v", "x W_v"),
        ({"norm_position": "post"}, "resid", "rmsnorm(rmsnorm(x + attn.out) + mlp.out)"),
        ({"norm_position": "post"}, "hidden", "x"),
        ({"activation": "swiglu"}, "mlp.hidden",
         "silu(rmsnorm(x + attn.out) W_gate) · (rmsnorm(x + attn.out) W_up)"),
        ({"activation": "gelu_tanh"}, "mlp.hidden", "gelu(rmsnorm(x + attn.out) W_up)"),
        ({"tied_embeddings": False}, "logits", "hidden W_head"),
        ({"causal": False}, "attn.weights", "softmax(scores)"),
        ({"causal": True}, "attn.weights", "softmax(masked scores)"),
    ],
)  # fmt: skip
def test_the_formula_follows_the_switches(switches, name, formula):
    assert formulas(**switches)[name] == formula


def test_a_gate_is_a_second_multiplication():
    plain, gated = (
        anatomy(TransformerConfig(**SIZES, activation=activation), 5, True)["mlp.hidden"]
        for activation in ("relu", "swiglu")
    )
    assert gated.flops((5, 32)) == 2 * plain.flops((5, 32)) == 2 * 2 * 5 * 8 * 32
