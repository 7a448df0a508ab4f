"""Models: each reads token ids and returns logits, each saves itself as a folder."""

from lmlab.models.config import TransformerConfig
from lmlab.models.gpt import GPT
from lmlab.models.transformer import Transformer

__all__ = ["GPT", "Transformer", "TransformerConfig"]
