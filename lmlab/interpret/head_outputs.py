"""What heads write to the residual stream, and how much of it comes from each token.

Built in chapter 5.2.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from lmlab.interpret.record import Tape, layer_names
from lmlab.models import Pretrained
from lmlab.nn import MultiHeadAttention, share_heads


def written_by_heads(
    attn: MultiHeadAttention, outputs: Float[Tensor, "batch n_heads time d_head"]
) -> Float[Tensor, "batch n_heads time d_model"]:
    """Each head's vectors times its own columns of W_O: what it alone adds to the stream.

    Summed over the heads, and with the bias of W_O, they are `attn.out`: chapter 4 proves it.
    """
    slices = attn.out_proj.weight.unflatten(1, (attn.n_heads, -1))  # (d_model, n_heads, d_head)
    return torch.einsum("bhtd,mhd->bhtm", outputs, slices)


def value_weighted(
    model: Pretrained, tape: Tape, of: str = "*"
) -> Float[Tensor, "layers heads query key"]:
    """The length of what each key adds to the stream through each head, for the first text.

    ‖weight · v W_O‖ = weight · ‖v W_O‖: a token that is looked at much, but whose value is short,
    has little to say. Rows do not sum to one. The tape has to hold "*.weights" and "*.v"; `of`
    tells the attentions of an encoder–decoder apart ("encoder.*", "decoder.*.cross" …).
    Source: Kobayashi et al. 2020, eq. 4 (arXiv 2004.10102).
    """
    layers = []
    for name in layer_names(tape, "weights", of):
        path = name.removesuffix(".weights")
        attn = model.get_submodule(path)
        values = share_heads(tape[f"{path}.v"], attn.n_heads)
        with model.evaluating():
            lengths = written_by_heads(attn, values).norm(dim=-1)  # (batch, n_heads, key)
        layers.append((tape[name] * lengths[:, :, None])[0])
    return torch.stack(layers)
