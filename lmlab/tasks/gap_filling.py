"""Gaps in stories that a BERT fills, and how often it is right. Used in chapter 2.1."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tqdm.auto import tqdm

from lmlab.models import BERT
from lmlab.tasks.card import Shown
from lmlab.text.tokenizer import Tokenizer

SHARE = 0.15
SAMPLES = 5
"""Gaps on a model's card."""


@dataclass(frozen=True)
class Gap:
    """A hidden token, what stood around it, and the model's likeliest tokens for it."""

    before: str
    after: str
    token: str
    guesses: tuple[tuple[str, float], ...]

    @property
    def right(self) -> bool:
        """Whether the likeliest token is the one that was hidden."""
        return self.guesses[0][0] == self.token


def fill_gaps(
    model: BERT, tokenizer: Tokenizer, stories: Sequence[str], seed: int = 0, progress: bool = True
) -> list[Gap]:
    """Hide 15 % of the tokens of each story behind the mask, and let the model fill them in.

    A story that is longer than the model's context is read to there.
    """
    if tokenizer.mask_id is None:
        raise ValueError("the tokenizer has no <|mask|>: it is not a BERT's.")
    generator = torch.Generator().manual_seed(seed)
    gaps: list[Gap] = []
    for story in tqdm(stories, desc="filling gaps", disable=not progress):
        ids = torch.tensor([tokenizer.eos_id, *tokenizer.encode(story)])
        ids = ids[: model.config.context_length]
        hidden = torch.rand(len(ids), generator=generator) < SHARE
        hidden[0] = False  # the mark between documents
        if hidden.any():
            gaps += _fill(model, tokenizer, ids, hidden)
    return gaps


def shown(gaps: Sequence[Gap]) -> Shown:
    """What a card tells of filled gaps; every seventh of the first is shown, unpicked."""
    right = sum(gap.right for gap in gaps) / len(gaps)
    examples = "\n".join(_line(gap) for gap in gaps[: 7 * SAMPLES : 7])
    return Shown(
        "fills gaps in stories of `town`",
        {"Gaps": f"{right:.1%} of {len(gaps):,} hidden tokens are its first guess"},
        f"## Every seventh of the first gaps\n\n{examples}",
        "lmlab bench gaps",
    )


def _fill(model: BERT, tokenizer: Tokenizer, ids, hidden) -> list[Gap]:
    probs = model.fill(torch.where(hidden, tokenizer.mask_id, ids), tokenizer.mask_id)
    best = probs.topk(3)
    gaps = []
    for place, values, tokens in zip(
        hidden.nonzero()[:, 0].tolist(), best.values.tolist(), best.indices.tolist(), strict=True
    ):
        texts = (
            tokenizer.decode(ids[1:place].tolist()),
            tokenizer.decode(ids[place + 1 :].tolist()),
        )
        token = tokenizer.decode([int(ids[place])])
        guesses = zip((tokenizer.decode([t]) for t in tokens), values, strict=True)
        gaps.append(Gap(*texts, token, tuple(guesses)))
    return gaps


def _line(gap: Gap) -> str:
    guesses = ", ".join(f"{token.strip()} {p:.2f}" for token, p in gap.guesses)
    return f"- …{gap.before[-40:]} **[{gap.token.strip()}]**{gap.after[:30]}… → {guesses}"
