"""Smoothing: from counts to probabilities, with something left for what was never seen.

Built in chapter 2.1.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor, nn

from lmlab.models.ngram_counts import CountTable, suffix_rows


def add_k(
    counts: Float[Tensor, "*contexts vocab_size"], k: int | float
) -> Float[Tensor, "*contexts vocab_size"]:
    """(count + k) / (total + k · vocab_size): as if each token had been seen k times more.

    One distribution for each context, over the last axis. With k = 0, a context needs a count.
    Source: Lidstone 1920; with k = 1, Laplace.
    """
    if k < 0:
        raise ValueError(f"k={k} would take counts away; use 0 or more.")
    counts = counts + k
    return counts / counts.sum(dim=-1, keepdim=True)


def discounts(counts: Int64[Tensor, " rows"]) -> Float64[Tensor, "4"]:
    """What to take from a count of 0, 1, 2, and 3 or more, so that something is left for the rest.

    With n₁ n-grams that were seen once, n₂ twice, …, and Y = n₁ / (n₁ + 2 n₂), it is
    D_j = j - (j + 1) Y n_{j+1} / n_j for a count of j, and D₃ for more. A text too small for that,
    where an n_j or a D_j is not above 0, gets 0.5, 1 and 1.5.
    Source: Chen & Goodman 1998, section 3.
    """
    n = [int((counts == j).sum()) for j in range(5)]
    if all(n[1:]):
        y = n[1] / (n[1] + 2 * n[2])
        found = [j - (j + 1) * y * n[j + 1] / n[j] for j in (1, 2, 3)]
        if min(found) > 0:
            return counts.new_tensor([0.0, *found], dtype=torch.float64)
    return counts.new_tensor([0.0, 0.5, 1.0, 1.5], dtype=torch.float64)


class Mixture(nn.Module):
    """p(w | h) = own(h w) + rest(h) · lower(w): one length of context on top of the shorter ones.

    own: the share that a seen n-gram has by itself. rest: what its context leaves to the
    distribution after a shorter context; an unseen context leaves all of it.
    """

    def __init__(self, own: Float64[Tensor, " rows"], rest: Float64[Tensor, " contexts"]):
        super().__init__()
        self.register_buffer("own", torch.cat((own, own.new_zeros(1))))  # the row -1, the unseen
        self.register_buffer("rest", torch.cat((rest, rest.new_ones(1))))

    def forward(
        self,
        contexts: Int64[Tensor, " places"],
        ngrams: Int64[Tensor, " places"],
        lower: Float64[Tensor, " places"],
    ) -> Float64[Tensor, " places"]:
        """p(w | h), of one token w at each place; h and h w as rows of the tables."""
        return self.own[ngrams] + self.rest[contexts] * lower

    def over_vocabulary(
        self,
        table: CountTable,
        contexts: Int64[Tensor, "*places"],
        lower: Float64[Tensor, "*places vocab_size"],
    ) -> Float64[Tensor, "*places vocab_size"]:
        """p(· | h), of every token at each place."""
        probs = self.rest[contexts][..., None] * lower
        rows, places = table.followers(contexts.flatten())
        tokens = table.keys[rows] % table.vocab_size
        probs.view(-1, table.vocab_size)[places, tokens] += self.own[rows]
        return probs


def add_k_mixtures(tables: Sequence[CountTable], k: int | float) -> list[Mixture]:
    """`add_k` as a mixture, whose lower distribution gives the same to every token."""
    return [
        Mixture(*_shares(table, table.counts.double(), k * table.vocab_size)) for table in tables
    ]


def kneser_ney(tables: Sequence[CountTable]) -> list[Mixture]:
    """Modified Kneser-Ney: own = (c - D(c)) / total; what D takes in a context is its rest.

    For the longest n-grams c is their count, for shorter ones the number of different tokens before
    them; the start of the text is no token. Below single tokens, the distribution is uniform.
    D are the `discounts` of each length by itself.
    Source: Kneser & Ney 1995, in the interpolated form of Chen & Goodman 1998, section 3.
    """
    suffixes = suffix_rows(tables)
    mixtures = []
    for i, table in enumerate(tables):
        longest = i == len(tables) - 1
        counts = table.counts if longest else suffixes[i + 1].bincount(minlength=len(table))
        taken = discounts(counts)[counts.clamp(max=3)]
        mixtures.append(Mixture(*_shares(table, counts - taken, table.sum_by_context(taken))))
    return mixtures


def back_off(tables: Sequence[CountTable]) -> list[Mixture]:
    """Back-off: (c - D(c)) / total for a seen n-gram; unseen ones share what D takes.

    They share it in the proportions of the next shorter context, in the end equally. D are the
    `discounts` of each length; from a context that every token follows nothing is taken.
    Source: Katz 1987, with the discounts of Chen & Goodman 1998, section 3.
    """
    mixtures = []
    uniform = 1 / tables[0].vocab_size
    shorter = torch.full((1,), uniform, dtype=torch.float64, device=tables[0].keys.device)
    for table, suffixes in zip(tables, suffix_rows(tables), strict=True):
        lower = shorter[suffixes]  # p(w | h without its first token); seen, as h w is
        followed_by_all = table.sum_by_context(torch.ones_like(lower)) == table.vocab_size
        taken = discounts(table.counts)[table.counts.clamp(max=3)]
        taken = taken.masked_fill(followed_by_all[table.contexts], 0.0)
        own, rest = _shares(table, table.counts - taken, table.sum_by_context(taken))
        of_the_unseen = (1 - table.sum_by_context(lower)).masked_fill(followed_by_all, 1.0)
        rest = rest / of_the_unseen
        # A mixture adds rest · lower to seen n-grams too: what it will add is taken off here.
        mixtures.append(Mixture(own - rest[table.contexts] * lower, rest))
        shorter = own
    return mixtures


def _shares(
    table: CountTable,
    kept: Float64[Tensor, " rows"],
    left: int | float | Float64[Tensor, " contexts"],
) -> tuple[Float64[Tensor, " rows"], Float64[Tensor, " contexts"]]:
    """What each n-gram keeps and each context leaves, divided by the total of the context.

    A context with a total of 0, which nothing follows, leaves everything.
    """
    totals = table.sum_by_context(kept) + left
    rest = (left / totals).masked_fill(totals == 0, 1.0)
    return kept / totals.masked_fill(totals == 0, 1.0)[table.contexts], rest
