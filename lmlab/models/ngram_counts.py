"""Counting n-grams: which runs of tokens a text holds, and how often.

Built in chapter 2.1.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float64, Int, Int64
from torch import Tensor, nn


def count_ngrams(ids: Sequence[int], order: int) -> Counter[tuple[int, ...]]:
    """How often each run of `order` tokens stands in the text; runs overlap.

    Written to be read; `count_tables` does the same for millions of tokens.
    """
    if order < 1:
        raise ValueError(f"order={order} must be 1 or more: the number of tokens in a run.")
    return Counter(tuple(ids[i : i + order]) for i in range(len(ids) - order + 1))


def continuation_counts(ids: Sequence[int], vocab_size: int) -> Int64[Tensor, " vocab_size"]:
    """For each token of the vocabulary, after how many different tokens it stands in the text.

    Kneser-Ney asks this of a token instead of how frequent it is. Source: Kneser & Ney 1995.
    """
    each_pair_once = count_ngrams(ids, 2).keys()
    tokens = torch.tensor([token for _, token in each_pair_once], dtype=torch.long)
    return tokens.bincount(minlength=vocab_size)


class CountTable(nn.Module):
    """All n-grams of one length that a text holds, each in a row with its count.

    The key of an n-gram is context · vocab_size + token: its last token, and the row that the
    tokens before it have in the table of the next shorter n-grams (for single tokens there is one
    context, row 0, the empty one). Keys rise from row to row. So what follows a context stands
    together, and however long the n-grams are, a key fits into 64 bits.
    Row -1 stands for what the text does not hold.
    """

    def __init__(
        self,
        keys: Int64[Tensor, " rows"],
        counts: Int64[Tensor, " rows"],
        n_contexts: int,
        vocab_size: int,
    ):
        super().__init__()
        self.register_buffer("keys", keys)
        self.register_buffer("counts", counts)
        self.n_contexts, self.vocab_size = n_contexts, vocab_size

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def contexts(self) -> Int64[Tensor, " rows"]:
        """The context of each n-gram, as a row of the next shorter table."""
        return self.keys // self.vocab_size

    @property
    def tokens(self) -> Int64[Tensor, " rows"]:
        """The last token of each n-gram."""
        return self.keys % self.vocab_size

    def find(
        self, contexts: Int64[Tensor, "*places"], tokens: Int[Tensor, "*places"]
    ) -> Int64[Tensor, "*places"]:
        """The row of each context with the token behind it; -1 where the text has no such pair."""
        keys = contexts * self.vocab_size + tokens  # below 0 for context -1: not to be found
        rows = torch.searchsorted(self.keys, keys).clamp(max=len(self) - 1)
        return torch.where(self.keys[rows] == keys, rows, -1)

    def followers(
        self, contexts: Int64[Tensor, " places"]
    ) -> tuple[Int64[Tensor, " found"], Int64[Tensor, " found"]]:
        """All rows with one of these contexts, and for each the place in `contexts` it is of."""
        first = torch.searchsorted(self.keys, contexts * self.vocab_size)
        found = torch.searchsorted(self.keys, (contexts + 1) * self.vocab_size) - first
        places = torch.arange(len(contexts), device=contexts.device).repeat_interleave(found)
        found_before = found.cumsum(0) - found
        rows = torch.arange(len(places), device=contexts.device) + (first - found_before)[places]
        return rows, places

    def sum_by_context(self, values: Float64[Tensor, " rows"]) -> Float64[Tensor, " contexts"]:
        """The sum of `values` over the n-grams of each context; 0 for one that nothing follows."""
        return self.contexts.bincount(weights=values, minlength=self.n_contexts)


def count_tables(ids: Int64[Tensor, " n_tokens"], order: int, vocab_size: int) -> list[CountTable]:
    """The n-grams of 1, 2, … `order` tokens, counted; n_tokens must be `order` or more."""
    tables: list[CountTable] = []
    contexts, n_contexts = torch.zeros_like(ids), 1  # before each token, at first the empty one
    for length in range(1, order + 1):
        keys = contexts * vocab_size + ids[length - 1 :]
        keys, rows, counts = keys.unique(return_inverse=True, return_counts=True)
        tables.append(CountTable(keys, counts, n_contexts, vocab_size))
        contexts, n_contexts = rows[:-1], len(keys)
    return tables


def suffix_rows(tables: Sequence[CountTable]) -> list[Int64[Tensor, " rows"]]:
    """For each n-gram the row, in the next shorter table, of what is left without its first token.

    Every text that holds an n-gram holds that too. Of one token nothing is left: row 0.
    """
    suffixes = [torch.zeros_like(tables[0].keys)]
    for shorter, table in pairwise(tables):
        suffixes.append(shorter.find(suffixes[-1][table.contexts], table.tokens))
    return suffixes
