"""What a model is given to read: token ids, or a source and a target."""

from jaxtyping import Float, Int
from torch import Tensor

from lmlab.models import Pretrained

Ids = Int[Tensor, "_batch _time"]
Text = Ids | tuple[Ids, Ids]
"""Texts of one length, without padding; for an encoder–decoder (source_ids, target_ids)."""


def read(model: Pretrained, text: Text) -> Float[Tensor, "batch time vocab_size"]:
    """The model's logits."""
    return model(*text) if isinstance(text, tuple) else model(text)
