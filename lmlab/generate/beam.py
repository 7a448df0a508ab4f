"""Beam search: several beginnings of an answer are kept, and the best whole answer is looked for.

Built in chapter 6.1.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmlab.generate.decoding import NextLogits

Reorder = Callable[[Int[Tensor, " rows"]], None]


class Hypotheses(NamedTuple):
    """What a beam search found, the best first."""

    ids: Int[Tensor, "batch num_beams new"]
    """The new tokens, filled up with eos_id."""
    scores: Float[Tensor, "batch num_beams"]
    """log P / `length_penalty`; -inf where there were fewer than num_beams."""


def beam_step(
    scores: Float[Tensor, "*batch beams"],
    log_probs: Float[Tensor, "*batch beams vocab_size"],
    n: int,
) -> tuple[Float[Tensor, "*batch n"], Int[Tensor, "*batch n"], Int[Tensor, "*batch n"]]:
    """The n best ways to go on by one token, among those of all beams together.

    `scores` are the log-probabilities of the beams, `log_probs` those of their next tokens. Returns
    the score of each way, best first, the beam that it goes on from, and the token.
    """
    ways = scores[..., None] + log_probs  # (*batch, beams, vocab_size)
    best = ways.flatten(-2).topk(n, dim=-1)
    vocab_size = log_probs.size(-1)
    return best.values, best.indices // vocab_size, best.indices % vocab_size


def length_penalty(n_tokens: int, alpha: int | float) -> float:
    """((5 + n_tokens) / 6)^alpha, by which a log-probability is divided.

    Each token makes a text less likely, so that a search favours short ones: alpha 0 leaves it
    so, alpha 1 nearly takes the mean over the tokens.
    Source: Wu et al. 2016, eq. 14, without its coverage (arXiv 1609.08144).
    """
    return ((5 + n_tokens) / 6) ** alpha


def beam_search(
    next_logits: NextLogits,
    ids: Int[Tensor, "batch time"],
    max_new_tokens: int,
    *,
    num_beams: int,
    alpha: int | float = 0.0,
    eos_id: int | None = None,
    reorder: Reorder | None = None,
) -> Hypotheses:
    """The num_beams best ways to go on after each text, by log P / `length_penalty`.

    At each step the num_beams best beginnings go on. One that draws `eos_id` has ended and waits,
    its place taken by the next best; the search ends when num_beams have, or after max_new_tokens,
    where what has not ended counts as it is. With one beam this is greedy decoding.

    `next_logits` is given all ids so far, (batch · beams, time). Before, `reorder(rows)` tells it
    which of its earlier rows each one goes on from, for what it keeps of them, such as a cache.
    Source: Sutskever et al. 2014, section 3.2 (arXiv 1409.3215).
    """
    _check(num_beams, alpha, max_new_tokens)
    batch, time = ids.shape
    ended = _Ended(ids, num_beams, max_new_tokens, eos_id)
    live, scores = ids[:, None], torch.zeros(batch, 1, device=ids.device)  # (batch, beams, time)
    for length in range(1, max_new_tokens + 1):
        log_probs = next_logits(live.flatten(0, 1)).float().log_softmax(dim=-1)
        log_probs = log_probs.unflatten(0, live.shape[:2])  # (batch, beams, vocab_size)
        # A beam has one way to end: of twice as many ways, enough do not.
        n = min(2 * num_beams, log_probs[0].numel())
        scores, parents, tokens = beam_step(scores, log_probs, n)
        live = torch.cat((_pick(live, parents), tokens[..., None]), dim=-1)
        last = length == max_new_tokens
        ends = (tokens == (-1 if eos_id is None else eos_id)) | last
        ended.add(live[..., time:], scores / length_penalty(length, alpha), ends)
        if last or ended.is_full().all():
            break
        kept = _going_on(ends, num_beams)
        live, scores, parents = (_pick(each, kept) for each in (live, scores, parents))
        if reorder is not None:
            first = log_probs.size(1) * torch.arange(batch, device=ids.device)
            reorder((first[:, None] + parents).flatten())
    return ended.found()


class _Ended:
    """The hypotheses of each text that have ended, as many as there are beams at most."""

    def __init__(self, like: Tensor, num_beams: int, width: int, eos_id: int | None):
        self.num_beams, self.eos_id, self.filler = num_beams, eos_id, eos_id or 0
        self.ids = like.new_full((like.size(0), num_beams, width), self.filler)
        self.scores = torch.full((like.size(0), num_beams), -torch.inf, device=like.device)

    def is_full(self) -> Bool[Tensor, " batch"]:
        return (self.scores > -torch.inf).all(dim=-1)

    def add(self, ids: Tensor, scores: Tensor, ends: Tensor) -> None:
        """Of the num_beams best ways, take in those that end, where there is room."""
        ids, scores, ends = (each[:, : self.num_beams] for each in (ids, scores, ends))
        ids = F.pad(ids, (0, self.ids.size(-1) - ids.size(-1)), value=self.filler)
        scores = scores.masked_fill(~ends | self.is_full()[:, None], -torch.inf)
        best = torch.cat((self.scores, scores), dim=1).topk(self.num_beams, dim=1)
        self.ids = _pick(torch.cat((self.ids, ids), dim=1), best.indices)
        self.scores = best.values

    def found(self) -> Hypotheses:
        """All of them, without the columns in which every one has ended."""
        if self.eos_id is None:
            return Hypotheses(self.ids, self.scores)
        used = (self.ids != self.eos_id).any(dim=0).any(dim=0).nonzero()  # (columns, 1)
        width = int(used.max()) + 2 if len(used) else 1  # eos_id itself stands in one more
        return Hypotheses(self.ids[..., :width], self.scores)


def _pick(x: Tensor, places: Tensor) -> Tensor:
    """For each text the entries at these places, (batch, places, …)."""
    rows = torch.arange(x.size(0), device=x.device)
    return x[rows[:, None], places]


def _going_on(ends: Bool[Tensor, "batch ways"], num_beams: int) -> Int[Tensor, "batch beams"]:
    """The places of the best ways that do not end, as many in each text."""
    n_live = min(num_beams, int((~ends).sum(dim=-1).min()))
    return ends.int().sort(dim=-1, stable=True).indices[:, :n_live]


def _check(num_beams: int, alpha: int | float, max_new_tokens: int) -> None:
    if num_beams < 1 or max_new_tokens < 1:
        raise ValueError(
            f"num_beams={num_beams} and max_new_tokens={max_new_tokens} must both be 1 or more."
        )
    if not alpha >= 0:
        raise ValueError(f"length_penalty={alpha} must be 0 or more: 0 leaves the scores alone.")
