"""Direct logit attribution: how much of a logit comes straight from each head and feed-forward.

The stream is a sum, and a logit a dot product with it, so the logit is a sum as well: one number
for each part. Built in chapter 5.2.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lmlab.interpret.record import Tape
from lmlab.models import Pretrained
from lmlab.nn import LayerNorm, MultiHeadAttention


def logit_attribution(
    model: Pretrained, tape: Tape, token: int, against: int | None = None
) -> dict[str, Float[Tensor, "batch ..."]]:
    """What each part adds to the logit of `token`, or to its lead over the logit of `against`.

    By the names on the tape: "embedded" and "….mlp.out", (batch, time), "….attn.heads", (batch,
    n_heads, time); and "biases", (batch, time), of attention and the last norm. Summed over parts
    and heads they are the logit. What a part does through later parts is not counted. The tape is
    of the whole `record(model)`; of an encoder–decoder, its decoder is read.
    Source: Elhage et al. 2021, "A mathematical framework for Transformer circuits".
    """
    _require_sum(model)
    row, constant = _readout(model.head, token)
    if against is not None:
        other_row, other_constant = _readout(model.head, against)
        row, constant = row - other_row, constant - other_constant
    ...
