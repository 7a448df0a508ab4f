"""The n-gram model: the next token by what followed the last few tokens before.

Built in chapter 2.1.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args, no_type_check

import numpy as np
import torch
from jaxtyping import Float64, Int, Integer
from torch import Tensor, nn

from lmlab.models.folders import CONFIG
from lmlab.models.language_model import LanguageModel, require_ids, require_tokens
from lmlab.models.ngram_counts import CountTable, count_tables
from lmlab.models.smoothing import add_k_mixtures, back_off, kneser_ney
from lmlab.settings import Settings, is_count, require

Smoothing = Literal["add-k", "back-off", "kneser-ney"]


@no_type_check  # it checks itself, with sentences
@dataclass(frozen=True, kw_only=True)
class NGramConfig(Settings):
    """What an n-gram model looks at, and what it does about the unseen."""

    vocab_size: int
    """Number of different tokens."""
    order: int = 3
    """n: a token is predicted from the n - 1 before it; 1 looks at nothing."""
    smoothing: Smoothing = "kneser-ney"
    """What is done for n-grams that were never seen: see lmlab.models.smoothing."""
    k: float = 1.0
    """What "add-k" adds to each count."""
    context_length: int = 256
    """The most tokens that it is given at once; it looks at the last order - 1 of them."""

    def __post_init__(self) -> None:
        for name in ("vocab_size", "order", "context_length"):
            require(name, self, is_count, "a whole number, 1 or more")
        if self.smoothing not in get_args(Smoothing):
            raise ValueError(
                f"smoothing={self.smoothing!r} is none of {', '.join(get_args(Smoothing))}."
            )
        require("k", self, lambda k: 0 <= k < float("inf"), "a number, 0 or more")


class NGram(LanguageModel):
    """p(w | h) = own(h w) + rest(h) · p(w | h without its first token), from counts alone.

    Nothing is trained: `NGram.fit(ids, config)` counts, and the smoothing makes `own` and `rest` of
    the counts. `NGram(other_config, model.tables)` smooths the same counts in another way. At the
    beginning of a text, where there are fewer than order - 1 tokens, the shorter context is used.
    Logits are log-probabilities, in float64. Source: Shannon 1948; Chen & Goodman 1998.
    """

    Config = NGramConfig

    def __init__(self, config: NGramConfig, tables: Iterable[CountTable]):
        super().__init__()
        tables = list(tables)[: config.order]
        if len(tables) < config.order:
            raise ValueError(
                f"order={config.order} needs counts of n-grams of up to {config.order} tokens; "
                f"these go up to {len(tables)}: count again, with NGram.fit."
            )
        self.config = config
        self.tables = nn.ModuleList(tables)
        match config.smoothing:
            case "add-k":
                self.mixtures = nn.ModuleList(add_k_mixtures(tables, config.k))
            case "back-off":
                self.mixtures = nn.ModuleList(back_off(tables))
            case "kneser-ney":
                self.mixtures = nn.ModuleList(kneser_ney(tables))

    @classmethod
    def fit(cls, ids: Integer[np.ndarray | Tensor, " n_tokens"], config: NGramConfig) -> "NGram":
        """Count the n-grams of a text of `config.order` tokens or more."""
        if isinstance(ids, np.ndarray):
            ids = torch.from_numpy(ids.astype(np.int64))
        if len(ids) < config.order:
            raise ValueError(
                f"the text has {len(ids)} tokens, fewer than order={config.order}: use more text "
                "or a smaller order."
            )
        require_ids(ids, config.vocab_size)
        return cls(config, count_tables(ids.long(), config.order, config.vocab_size)).eval()

    def forward(self, ids: Int[Tensor, "batch time"]) -> Float64[Tensor, "batch time vocab_size"]:
        """The logarithm of the probability of each token to follow each position."""
        require_ids(ids, self.config.vocab_size)
        contexts = ids.new_zeros(len(ids), ids.size(1) + 1, dtype=torch.long)  # the empty one
        probs = self._uniform(*contexts.shape, self.config.vocab_size)
        for length, table in enumerate(self.tables):
            # The contexts of `length` tokens; the first stands before token number `length`.
            lower = self._lower(probs[:, length:])
            probs[:, length:] = self.mixtures[length].over_vocabulary(table, contexts, lower)
            contexts = table.find(contexts[:, :-1], ids[:, length:])
        return probs[:, 1:].log()  # without what would follow the empty text

    def log_probs(self, ids: Int[Tensor, " time"]) -> Float64[Tensor, " time-1"]:
        """For each token but the first, the logarithm of its probability after those before it.

        Only the tokens that came are looked up: the text may be millions of tokens long.
        """
        require_tokens(ids, 2)
        require_ids(ids, self.config.vocab_size)
        probs = self._uniform(len(ids))
        for length, (contexts, ngrams) in enumerate(self._look_up(ids)):
            lower = self._lower(probs[length:])
            probs[length:] = self.mixtures[length](contexts, ngrams, lower)
        return probs[1:].log()

    def next_logits(self, ids: Int[Tensor, "batch time"]) -> Float64[Tensor, "batch vocab_size"]:
        """The logits of what follows; no more is read than counts."""
        with self.evaluating():
            return self(ids[:, -max(1, self.config.order - 1) :])[:, -1]

    def unseen_contexts(self, ids: Int[Tensor, " time"]) -> Float64[Tensor, " order"]:
        """The share of contexts in this text that the counted text does not hold, by their length.

        Place n - 1 is about the n - 1 tokens that a model of order n looks at; an empty context
        (place 0) is never unseen. The text must be `order` tokens long or longer.
        """
        require_tokens(ids, self.config.order)
        require_ids(ids, self.config.vocab_size)
        return torch.stack([(contexts < 0).double().mean() for contexts, _ in self._look_up(ids)])

    def num_parameters(self) -> int:
        """The counts: one for each different n-gram of each length."""
        return sum(len(table) for table in self.tables)

    def weights(self) -> dict[str, Tensor]:
        """The keys and counts of each table; the rest follows from them."""
        return dict(self.tables.named_buffers("tables"))

    @classmethod
    def from_weights(cls, config: NGramConfig, weights: Mapping[str, Tensor], where: Path):
        """The model of these counts, which were read from the file `where`."""
        wanted = {f"tables.{i}.{name}" for i in range(config.order) for name in ("keys", "counts")}
        misfit = (
            f"{where} does not hold counts, as whole numbers, of n-grams of 1 to {config.order} "
            f"tokens out of {config.vocab_size}: does {CONFIG} belong to it?"
        )
        if weights.keys() != wanted or any(w.dtype != torch.long for w in weights.values()):
            raise ValueError(misfit)
        tables: list[CountTable] = []
        for i in range(config.order):
            keys, counts = weights[f"tables.{i}.keys"], weights[f"tables.{i}.counts"]
            n_contexts = len(tables[-1]) if tables else 1
            tables.append(CountTable(keys, counts, n_contexts, config.vocab_size))
        # All contexts are followed by something, but for one at most, the end of the counted text.
        if any(table.n_contexts - int(table.contexts[-1]) not in (1, 2) for table in tables):
            raise ValueError(misfit)
        return cls(config, tables).eval()

    def _look_up(self, ids: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """For contexts of 0, 1, 2, … tokens: the rows of all contexts and n-grams in the text.

        The n-gram is the context and the token that came; -1 where the counted text has none.
        """
        contexts = torch.zeros_like(ids, dtype=torch.long)
        for length, table in enumerate(self.tables):
            ngrams = table.find(contexts, ids[length:])
            yield contexts, ngrams
            contexts = ngrams[:-1]

    def _uniform(self, *shape: int) -> Tensor:
        return torch.full(shape, 1 / self.config.vocab_size, dtype=torch.double, device=self.device)

    def _lower(self, probs: Tensor) -> Tensor:
        """What an n-gram is mixed with: the shorter context's distribution, or a uniform one."""
        return self._uniform(*probs.shape) if self.config.smoothing == "add-k" else probs
