"""A model that reads: a passage and a question in, a span of the passage out.

Built in chapter 6.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from lmlab.models.heads import SpanReader
from lmlab.tasks.adapters import batch_of
from lmlab.tasks.question_answering.spans import (
    Span,
    best_span,
    passage_mask,
    token_offsets,
    token_span,
)
from lmlab.tasks.task import Predict
from lmlab.text.corpora import Question
from lmlab.text.tokenizer import Tokenizer
from lmlab.training.labelled import LabelledTexts

MAX_TOKENS = 16
"""The longest answer, in tokens."""
N_BEST = 10
"""As many starts, and as many ends, are tried for `guesses`."""
NOTHING = 0
"""The place of the first mark: a model points there when the passage has no answer."""


class Asked(NamedTuple):
    """A question on a passage as a model reads it: `mark question mark passage`."""

    ids: list[int]
    begin: int
    """The place of the passage's first token."""
    offsets: list[Span]
    """Where each token of the passage begins and ends in it."""


@dataclass(frozen=True)
class Reading:
    """What a model makes of one question."""

    answer: str
    """The likeliest span, whether or not it beats no answer."""
    span: Span
    """Where it stands: passage[start:end]."""
    margin: float
    """By how much its score beats that of no answer."""
    tokens: list[str]
    """The tokens of the passage, and below how likely the answer begins and ends at each."""
    starts: Float[Tensor, " time"]
    ends: Float[Tensor, " time"]
    guesses: list[tuple[str, float]]
    """The likeliest answers and their probabilities, no answer ("") among them."""


def ask(tokenizer: Tokenizer, passage: str, question: str) -> Asked:
    """Question and passage as one row of ids. Raises ValueError when either is empty."""
    if not passage.strip() or not question.strip():
        raise ValueError(
            f"passage={passage!r:.40}, question={question!r:.40}: give both some text."
        )
    before = [tokenizer.eos_id, *tokenizer.encode(question), tokenizer.eos_id]
    ids = tokenizer.encode(passage)
    if tokenizer.decode(ids) != passage:
        raise ValueError(
            "this tokenizer does not spell the passage back, so no span of it can be given; "
            "use one of lmlab.text."
        )
    return Asked(before + ids, len(before), token_offsets(tokenizer, ids))


def span_rows(
    tokenizer: Tokenizer, questions: Sequence[Question], context_length: int
) -> LabelledTexts:
    """Questions with the tokens of their first answers, to train a `SpanReader` on.

    Questions that do not fit into the context are left out.
    """
    rows, targets = [], []
    for each in questions:
        asked = ask(tokenizer, each.passage, each.question)
        if len(asked.ids) <= context_length:
            rows.append(asked.ids)
            targets.append(_target(asked, each))
    if not rows:
        raise ValueError(f"none of {len(questions)} questions fits into {context_length} tokens.")
    return LabelledTexts.of(rows, targets)


def _target(asked: Asked, question: Question) -> Span:
    if not question.answers:
        return NOTHING, NOTHING
    start = question.starts[0]
    first, last = token_span(asked.offsets, start, start + len(question.answers[0]))
    return asked.begin + first, asked.begin + last


def read(
    model: SpanReader, tokenizer: Tokenizer, inputs: Sequence[tuple[str, str]]
) -> list[Reading]:
    """The best span for each (passage, question), all in one batch.

    Raises ValueError when one is empty, or together longer than the model reads at once.
    """
    asked = [ask(tokenizer, passage, question) for passage, question in inputs]
    ids, mask = batch_of([each.ids for each in asked], model.config.context_length)
    with model.evaluating():
        logits = model(ids.to(model.device), attention_mask=mask.to(model.device)).cpu()
    nothing = logits[..., NOTHING].sum(dim=-1)  # (batch,): the score of no answer
    logits = logits.masked_fill(~(passage_mask(ids, tokenizer.eos_id) & mask)[:, None], -torch.inf)
    return [
        _reading(tokenizer, passage, each, logits[row], float(nothing[row]))
        for row, (each, (passage, _)) in enumerate(zip(asked, inputs, strict=True))
    ]


def by_reading(model: SpanReader, tokenizer: Tokenizer, threshold: float = 0.0) -> Predict:
    """The model as `evaluate` wants it: no answer where the margin is not above `threshold`."""

    def reader(inputs: Sequence[tuple[str, str]]) -> list[str]:
        found = read(model, tokenizer, inputs)
        return [each.answer if each.margin > threshold else "" for each in found]

    return reader


def _reading(
    tokenizer: Tokenizer, passage: str, asked: Asked, logits: Tensor, nothing: float
) -> Reading:
    best = best_span(logits[0], logits[1], MAX_TOKENS)
    start, end = _characters(passage, asked, best)
    places = slice(asked.begin, len(asked.ids))
    starts, ends = logits.softmax(dim=-1)[:, places]
    return Reading(
        passage[start:end],
        (start, end),
        float(logits[0, best[0]] + logits[1, best[1]]) - nothing,
        tokenizer.tokens(asked.ids[places]),
        starts,
        ends,
        _guesses(passage, asked, logits, nothing),
    )


def _characters(passage: str, asked: Asked, span: Span) -> Span:
    """Where a span of tokens stands in the passage, without the spaces at its ends."""
    start, end = (asked.offsets[place - asked.begin][side] for side, place in enumerate(span))
    said = passage[start:end]
    return start + len(said) - len(said.lstrip()), end - len(said) + len(said.rstrip())


def _guesses(passage: str, asked: Asked, logits: Tensor, nothing: float) -> list[tuple[str, float]]:
    """The pairs of likely starts and ends, with no answer, as shares; the same words count once."""
    places = logits.topk(min(N_BEST, len(asked.ids) - asked.begin)).indices.tolist()
    spans = [(i, j) for i in places[0] for j in places[1] if 0 <= j - i < MAX_TOKENS]
    scores = torch.tensor([nothing, *(float(logits[0, i] + logits[1, j]) for i, j in spans)])
    said = ["", *(passage[slice(*_characters(passage, asked, span))] for span in spans)]
    shares: dict[str, float] = {}
    for text, share in zip(said, scores.softmax(dim=0).tolist(), strict=True):
        shares[text] = shares.get(text, 0.0) + share
    return sorted(shares.items(), key=lambda guess: -guess[1])
