"""The neural n-gram: the last few tokens as vectors side by side, through one hidden layer.

Built in chapter 2.1.
"""

from dataclasses import dataclass
from typing import no_type_check

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmlab.models.language_model import LanguageModel, require_ids
from lmlab.nn.taps import tap
from lmlab.settings import Settings, is_count, require


@no_type_check  # it checks itself, with sentences
@dataclass(frozen=True, kw_only=True)
class NeuralNGramConfig(Settings):
    """Shape of a neural n-gram; frozen, and the same in JSON."""

    vocab_size: int
    """Number of different tokens."""
    context_length: int = 256
    """Tokens given to it at once; it looks no further back than order - 1 of them."""
    order: int = 8
    """n: the token that is predicted, and the n - 1 before it."""
    d_embed: int = 32
    """Width of a token's vector."""
    d_hidden: int = 256
    direct: bool = True
    """Whether the vectors also reach the logits directly, past the hidden layer."""

    def __post_init__(self) -> None:
        for name in ("vocab_size", "context_length", "d_embed", "d_hidden"):
            require(name, self, is_count, "a whole number, 1 or more")
        most = self.context_length // 2  # what is left in view when the window has just moved
        wanted = f"a whole number from 2 to {most}, half of context_length"
        require("order", self, lambda n: is_count(n) and 2 <= n <= most, wanted)


class NeuralNGram(LanguageModel):
    """y = b + W x + U tanh(d + H x), where x holds the vectors of the last n - 1 tokens.

    Before the beginning of a text stands a vector that is learnt too. All weights start as
    PyTorch's layers do: matrices uniform in ±1/√columns, vectors of tokens normal.
    Source: Bengio et al. 2003, eq. 1.
    """

    Config = NeuralNGramConfig

    def __init__(self, config: NeuralNGramConfig):
        super().__init__()
        self.config = config
        d_context = (config.order - 1) * config.d_embed
        self.embed = nn.Embedding(config.vocab_size, config.d_embed)
        self.beginning = nn.Parameter(torch.randn(config.d_embed))
        self.hidden = nn.Linear(d_context, config.d_hidden)
        d_features = config.d_hidden + (d_context if config.direct else 0)
        self.head = nn.Linear(d_features, config.vocab_size)  # U and W side by side

    def forward(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time vocab_size"]:
        """Logits of the token that follows each position."""
        require_ids(ids, self.config.vocab_size)
        x = self._contexts(tap(self, "embedded", self.embed(ids)))
        features = tap(self, "hidden", self.hidden(x).tanh())
        if self.config.direct:
            features = torch.cat((features, x), dim=-1)
        return tap(self, "logits", self.head(features))

    def next_logits(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch vocab_size"]:
        """The logits of what follows; only the last order - 1 tokens are read."""
        return super().next_logits(ids[:, 1 - self.config.order :])

    def _contexts(
        self, embedded: Float[Tensor, "batch time d_embed"]
    ) -> Float[Tensor, "batch time d_context"]:
        """For each position, its vector and those of the order - 2 before it, side by side."""
        before = self.beginning.expand(len(embedded), self.config.order - 2, -1)
        padded = torch.cat((before, embedded), dim=1)
        windows = padded.unfold(1, self.config.order - 1, 1)  # (batch, time, d_embed, order - 1)
        return windows.flatten(-2)
