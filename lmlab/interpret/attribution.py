"""Direct logit attribution: how much of a logit comes straight from each part of the model.

The stream is a sum, and a logit a dot product with it: so the logit is a sum as well, with one
number for each part. Built in chapter 5.2.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lmlab.interpret.head_outputs import written_by_heads
from lmlab.interpret.record import Tape
from lmlab.models import Pretrained
from lmlab.nn import FeedForward, LayerNorm, MultiHeadAttention, RMSNorm

Norm = LayerNorm | RMSNorm


def logit_direction(
    norm: Norm, row: Float[Tensor, " d_model"], stream: Float[Tensor, "*batch d_model"]
) -> Float[Tensor, "*batch d_model"]:
    """The vectors whose dot product with a part of the stream is what that part adds to a logit.

    `row` is the token's row of the unembedding. The size of the whole stream, by which the norm
    divides, is taken as it is: then the norm is linear, and norm(stream) · row is a sum over parts.
    """
    direction = row * norm.weight
    if isinstance(norm, LayerNorm):  # it takes the mean off; a · centred(b) = centred(a) · b
        direction = direction - direction.mean()
        stream = stream - stream.mean(dim=-1, keepdim=True)
    mean_square = stream.square().mean(dim=-1, keepdim=True)
    return direction * torch.rsqrt(mean_square + norm.eps)


def logit_attribution(
    model: Pretrained, tape: Tape, token: int, against: int | None = None
) -> dict[str, Float[Tensor, "batch ..."]]:
    """What each part adds to the logit of `token`, or to its lead over that of `against`.

    By the names on the tape: "embedded" and "blocks.0.mlp.out", (batch, time),
    "blocks.0.attn.heads", (batch, n_heads, time) …; and "biases", (batch, time), those of the
    attentions' outputs and of the last norm. All numbers at a position sum to the logit there. What
    a part does by way of later parts is not in its number. The tape is of the whole model,
    `record(model)`; of an encoder–decoder the decoder is read.
    Source: Elhage et al. 2021, "A mathematical framework for Transformer circuits".
    """
    body, prefix = (model.decoder, "decoder.") if hasattr(model, "decoder") else (model, "")
    norm = _last_norm(body)
    rows = model.head.weight.detach()  # (vocab_size, d_model)
    row = rows[token] if against is None else rows[token] - rows[against]
    direction = logit_direction(norm, row, tape.layers("resid", of=f"{prefix}*")[-1])
    parts = {f"{prefix}embedded": (tape[f"{prefix}embedded"] * direction).sum(dim=-1)}
    biases = row @ norm.bias if isinstance(norm, LayerNorm) else row.new_zeros(())
    for path, module in body.named_modules(prefix=prefix.removesuffix(".")):
        if isinstance(module, MultiHeadAttention):
            written = written_by_heads(module, tape[f"{path}.heads"])
            parts[f"{path}.heads"] = torch.einsum("bhtm,btm->bht", written, direction)
            if module.out_proj.bias is not None:
                biases = biases + direction @ module.out_proj.bias
        elif isinstance(module, FeedForward):
            parts[f"{path}.out"] = (tape[f"{path}.out"] * direction).sum(dim=-1)
    parts["biases"] = biases.expand(direction.shape[:-1])
    return {name: part.detach() for name, part in parts.items()}


def _last_norm(body: nn.Module) -> Norm:
    norm = getattr(body, "final_norm", None)
    if not isinstance(norm, LayerNorm | RMSNorm):
        raise ValueError(
            "this model has no norm between its residual stream and its logits: one that norms "
            "the stream after each sum (norm_position='post') has no running sum to take apart. "
            "Look at a pre-norm model, such as town-gpt."
        )
    return norm
