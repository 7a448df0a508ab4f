"""Recurrent language models: RNN, LSTM and GRU, which read a text once and keep a state of it.

Built in chapter 2.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args, no_type_check

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmlab.generate import decode
from lmlab.models.language_model import LanguageModel, require_ids, require_tokens
from lmlab.nn.recurrent import CellName, RecurrentLayer, State
from lmlab.nn.taps import tap
from lmlab.settings import Settings, is_count, require


@no_type_check  # it checks itself, with sentences
@dataclass(frozen=True, kw_only=True)
class RecurrentConfig(Settings):
    """Shape of a recurrent model; frozen, and the same in JSON."""

    vocab_size: int
    """Number of different tokens."""
    context_length: int = 256
    """Tokens read at a time in training, and so the reach of its gradient; not of its memory."""
    cell: CellName = "lstm"
    d_model: int = 128
    """Width of the embedding and of each layer's state."""
    n_layers: int = 1
    dropout: float = 0.0
    """On what goes into the layers and out of them, not on the state (Zaremba et al. 2014)."""
    tied_embeddings: bool = False
    """Whether the output layer is the embedding matrix (Press & Wolf 2017)."""

    def __post_init__(self) -> None:
        for name in ("vocab_size", "context_length", "d_model", "n_layers"):
            require(name, self, is_count, "a whole number, 1 or more")
        cells = get_args(CellName)
        require("cell", self, lambda cell: cell in cells, " or ".join(map(repr, cells)))
        require("dropout", self, lambda share: 0 <= share < 1, "at least 0 and below 1")


class RecurrentLM(LanguageModel):
    """An embedding, a stack of recurrent layers and a linear layer to the logits.

    The state never outgrows a context. So the model is never given a window of a long text: it
    reads all of it, `context_length` tokens at a time, and the state goes on from piece to piece.
    Vectors of tokens start normal, σ = 1: from σ = 0.1, learning was slower.
    Source: Elman 1990; Mikolov et al. 2010; Sundermeyer et al. 2012.
    """

    Config = RecurrentConfig

    def __init__(self, config: RecurrentConfig):
        super().__init__()
        self.config = config
        d_model = config.d_model
        self.embed = nn.Embedding(config.vocab_size, d_model)
        self.layers = nn.ModuleList(
            RecurrentLayer(config.cell, d_model, d_model) for _ in range(config.n_layers)
        )
        self.head = nn.Linear(d_model, config.vocab_size)
        if config.tied_embeddings:
            self.head.weight = self.embed.weight

    def forward(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time vocab_size"]:
        """Logits of the token that follows each position, for a text that begins here."""
        return self.read(ids)[0]

    def read(
        self, ids: Int[Tensor, "batch time"], states: list[State] | None = None
    ) -> tuple[Float[Tensor, "batch time vocab_size"], list[State]]:
        """The logits, and each layer's state after the last token: the next piece starts there."""
        require_ids(ids, self.config.vocab_size)
        x = tap(self, "embedded", self._drop(self.embed(ids)))
        after = []
        for layer, state in zip(self.layers, states or [None] * len(self.layers), strict=True):
            x, state = layer(x, state)
            x = self._drop(x)
            after.append(state)
        return tap(self, "logits", self.head(tap(self, "hidden", x))), after

    def log_probs(self, ids: Int[Tensor, " time"]) -> Float[Tensor, " time-1"]:
        """For each token but the first, the logarithm of its probability after all before it."""
        require_tokens(ids, 2)
        reader, length = _Reader(self), self.context_length
        found = []
        for inputs, targets in zip(ids[:-1].split(length), ids[1:].split(length), strict=True):
            logits = reader.read(inputs[None])[0]  # (time, vocab_size)
            found.append(logits.log_softmax(dim=-1).gather(-1, targets[:, None]).squeeze(-1))
        return torch.cat(found)

    def stream(
        self, ids: Int[Tensor, "batch time"], max_new_tokens: int = 100, **sampling
    ) -> Iterator[Int[Tensor, " batch"]]:
        """Yield the next token of each sequence as soon as it is drawn; each is read once.

        `sampling` (temperature, top_k, top_p, seed, eos_id) goes to `decode`.
        """
        yield from decode(_Reader(self).next_logits, ids, max_new_tokens, **sampling)

    def next_logits(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch vocab_size"]:
        """The logits of what follows, after all of `ids` was read from its beginning."""
        return _Reader(self).next_logits(ids)

    def _drop(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.config.dropout, self.training)


class _Reader:
    """Reads a growing text, each token once, and keeps the states."""

    def __init__(self, model: RecurrentLM):
        self.model = model
        self.states: list[State] | None = None
        self.seen = 0

    def read(self, new: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time vocab_size"]:
        with self.model.evaluating():
            logits, self.states = self.model.read(new, self.states)
        self.seen += new.size(1)
        return logits

    def next_logits(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch vocab_size"]:
        for piece in ids[:, self.seen :].split(self.model.context_length, dim=1):
            logits = self.read(piece)
        return logits[:, -1]
