"""A GPT built from PyTorch's own modules, with the weights of one of ours.

`nn.TransformerEncoder` is a stack of blocks that look at their own text alone; with a causal mask
it is a GPT's body. Built in chapter 7.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmlab.models import GPT, TransformerConfig
from lmlab.nn.feedforward import ACTIVATIONS
from lmlab.pretrained.weight_maps import rename

UNGATED = ("relu", "gelu", "gelu_tanh", "relu2")

# ours: theirs; {} is the layer. Queries, keys and values share one matrix there.
_NAMES = {
    "embed": "embed",
    "positions": "positions",
    "blocks.{}.attn_norm": "body.layers.{}.norm1",
    "blocks.{}.attn.out_proj": "body.layers.{}.self_attn.out_proj",
    "blocks.{}.mlp_norm": "body.layers.{}.norm2",
    "blocks.{}.mlp.up_proj": "body.layers.{}.linear1",
    "blocks.{}.mlp.down_proj": "body.layers.{}.linear2",
    "final_norm": "body.norm",
    "head": "head",
}


class TorchGPT(nn.Module):
    """Token ids in, logits out: embeddings, `nn.TransformerEncoder`, a linear layer."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.embed = nn.Embedding(config.vocab_size, config.d_model)
        self.positions = nn.Embedding(config.context_length, config.d_model)
        layer = nn.TransformerEncoderLayer(
            config.d_model,
            config.n_heads,
            config.ff_width,
            dropout=config.dropout,
            activation=ACTIVATIONS[config.activation],
            layer_norm_eps=config.norm_eps,
            batch_first=True,
            norm_first=config.norm_position == "pre",
        )
        last_norm = nn.LayerNorm(config.d_model, config.norm_eps) if layer.norm_first else None
        self.body = nn.TransformerEncoder(
            layer, config.n_layers, norm=last_norm, enable_nested_tensor=False
        )
        self.head = nn.Linear(config.d_model, config.vocab_size, bias=False)

    def forward(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time vocab_size"]:
        """Logits of the next token at each position."""
        x = self.embed(ids) + self.positions.weight[: ids.size(1)]
        ahead = nn.Transformer.generate_square_subsequent_mask(ids.size(1), dtype=x.dtype)
        return self.head(self.body(x, mask=ahead, is_causal=True))


def to_torch_modules(model: GPT) -> TorchGPT:
    """The same model from PyTorch's own modules: the same weights, logits equal to rounding.

    Raises ValueError, with the settings that stand in the way, for a model that those modules
    cannot be: they know LayerNorm, learned positions, biases, and as many key as query heads.
    """
    require_plain(model.config, "PyTorch's nn.TransformerEncoderLayer")
    theirs = TorchGPT(model.config)
    theirs.load_state_dict(_weights(model.state_dict(), model.config))
    return theirs.train(model.training)


def packed_projection(
    q: Float[Tensor, "out *d_in"], k: Float[Tensor, "out *d_in"], v: Float[Tensor, "out *d_in"]
) -> Float[Tensor, "three_out *d_in"]:
    """The three projections as `nn.MultiheadAttention` keeps them: one above the other.

    One product with the tall matrix then gives queries, keys and values at once. Biases, which
    have no second axis, are laid end to end. Source: PyTorch, `in_proj_weight`. Built in chapter 7.
    """
    return torch.cat((q, k, v), dim=0)


def require_plain(config: TransformerConfig, theirs: str) -> None:
    """Raise ValueError when a model has what `theirs`, a module of another library, has not."""
    wanted: dict[str, tuple] = {
        "norm": ("layernorm",),
        "positions": ("learned",),
        "activation": UNGATED,
        "kv_heads": (config.n_heads,),
        "bias": (True,),
        "attention_bias": (True,),
        "qk_norm": (False,),
        "embed_norm": (False,),
    }
    others = {
        name: values for name, values in wanted.items() if getattr(config, name) not in values
    }
    if others:
        given = ", ".join(f"{name}={getattr(config, name)!r}" for name in others)
        needs = "; ".join(f"{name} {' or '.join(map(str, of))}" for name, of in others.items())
        raise ValueError(f"{theirs} cannot be a model with {given}. It needs {needs}.")


def _weights(ours: Mapping[str, Tensor], config: TransformerConfig) -> dict[str, Tensor]:
    """Our tensors under the names of `TorchGPT`."""
    theirs = {renamed: value for name, value in ours.items() if (renamed := rename(name, _NAMES))}
    for layer in range(config.n_layers):
        for kind in ("weight", "bias"):
            parts = (ours[f"blocks.{layer}.attn.{part}_proj.{kind}"] for part in "qkv")
            theirs[f"body.layers.{layer}.self_attn.in_proj_{kind}"] = packed_projection(*parts)
    return theirs
