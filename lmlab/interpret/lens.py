"""The logit lens: what would the model say if it had to stop after this layer?

Built in chapter 5.2.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from lmlab.interpret.record import Tape
from lmlab.models import Pretrained


def logit_lens(model: Pretrained, tape: Tape) -> Float[Tensor, "streams batch time vocab_size"]:
    """The logits, by `unembed`, of the embedding and of the stream after each block.

    The last are the model's own. The tape has to hold "*embedded" and "*.resid"; of an
    encoder–decoder, its decoder's are read. Source: nostalgebraist 2020, "interpreting GPT: the
    logit lens".
    """
    decoder = "decoder." if hasattr(model, "decoder") else ""
    streams = [tape[f"{decoder}embedded"], *tape.layers("resid", of=f"{decoder}*")]
    return torch.stack([unembed(model, stream) for stream in streams])


def unembed(
    model: Pretrained, stream: Float[Tensor, "*batch d_model"]
) -> Float[Tensor, "*batch vocab_size"]:
    """The logits that the model's last norm and head make of vectors of the residual stream."""
    if not hasattr(model, "head"):
        raise ValueError(
            f"this {type(model).__name__} has no head that turns vectors into logits: read a model "
            "that names tokens, such as town-gpt."
        )
    with model.evaluating():
        return model.head(getattr(model, "decoder", model).final_norm(stream))
