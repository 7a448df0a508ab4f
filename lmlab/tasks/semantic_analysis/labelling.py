"""A model that says who does what to whom: a tag for each token of a sentence.

Built in chapter 6.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from lmlab.models import TokenTagger
from lmlab.tasks.adapters import batch_of
from lmlab.tasks.question_answering.spans import token_offsets, token_span
from lmlab.tasks.semantic_analysis.bio import bio_spans, bio_tags
from lmlab.tasks.semantic_analysis.sentences import ROLES, Analysed, Part
from lmlab.tasks.task import Predict
from lmlab.text.tokenizer import Tokenizer
from lmlab.training.labelled import LabelledTexts

TAGS = ("O", *(f"{kind}-{role}" for role in ROLES for kind in "BI"))
"""What the head of a labeller says of a token, by number."""


@dataclass(frozen=True)
class Labelling:
    """What a model makes of one sentence."""

    parts: tuple[Part, ...]
    sure: tuple[float, ...]
    """For each part the mean probability of its tags."""
    tokens: list[str]
    tags: list[str]
    """The likeliest of `TAGS` for each token."""


def tokens_of(tokenizer: Tokenizer, sentence: str) -> tuple[list[int], list[tuple[int, int]]]:
    """The ids of a sentence, and where the characters of each stand in it.

    It is read with a space before it, as it stands in a story: its first word is then the same
    token as anywhere else. Raises ValueError when the sentence is empty.
    """
    if not sentence.strip():
        raise ValueError("the sentence is empty; give it some words.")
    ids = tokenizer.encode(" " + sentence)
    if tokenizer.decode(ids) != " " + sentence:
        raise ValueError(
            "this tokenizer does not spell the sentence back, so no part of it can be given; "
            "use one of lmlab.text."
        )
    offsets = token_offsets(tokenizer, ids)
    return ids, [(max(start - 1, 0), end - 1) for start, end in offsets]


def role_rows(
    tokenizer: Tokenizer, sentences: Sequence[Analysed], context_length: int
) -> LabelledTexts:
    """Sentences with a tag for each token, to train a `TokenTagger` on.

    Those that do not fit into the context are left out.
    """
    rows, targets = [], []
    for sentence, parts, _ in sentences:
        ids, offsets = tokens_of(tokenizer, sentence)
        if len(ids) <= context_length:
            spans = [(part.role, *token_span(offsets, part.start, part.end)) for part in parts]
            rows.append(ids)
            targets.append([TAGS.index(tag) for tag in bio_tags(len(ids), spans)])
    if not rows:
        raise ValueError(f"none of {len(sentences)} sentences fits into {context_length} tokens.")
    return LabelledTexts.of(rows, targets)


def label_roles(
    model: TokenTagger, tokenizer: Tokenizer, sentences: Sequence[str]
) -> list[Labelling]:
    """The parts of each sentence, all read in one batch.

    Raises ValueError when one is empty, or longer than the model reads at once.
    """
    read = [tokens_of(tokenizer, sentence) for sentence in sentences]
    ids, mask = batch_of([row for row, _ in read], model.config.context_length)
    with model.evaluating():
        logits = model(ids.to(model.device), attention_mask=mask.to(model.device)).cpu()
    shares = logits.softmax(dim=-1)
    return [
        _labelling(tokenizer, sentence, *row, shares[number, : len(row[0])])
        for number, (sentence, row) in enumerate(zip(sentences, read, strict=True))
    ]


def by_labelling(model: TokenTagger, tokenizer: Tokenizer) -> Predict:
    """The model as `evaluate` wants it: sentences in, sets of their parts out."""

    def labeller(sentences: Sequence[str]) -> list[frozenset[Part]]:
        return [frozenset(each.parts) for each in label_roles(model, tokenizer, sentences)]

    return labeller


def _labelling(
    tokenizer: Tokenizer,
    sentence: str,
    ids: list[int],
    offsets: list[tuple[int, int]],
    shares: Float[Tensor, "time tag"],
) -> Labelling:
    best = shares.max(dim=-1)
    tags = [TAGS[tag] for tag in best.indices.tolist()]
    spans = bio_spans(tags)
    return Labelling(
        tuple(
            _part(sentence, role, offsets[first][0], offsets[last][1])
            for role, first, last in spans
        ),
        tuple(float(best.values[first : last + 1].mean()) for _, first, last in spans),
        tokenizer.tokens(ids),
        tags,
    )


def _part(sentence: str, role: str, start: int, end: int) -> Part:
    """A part without the spaces at its ends."""
    said = sentence[start:end]
    start, end = start + len(said) - len(said.lstrip()), end - len(said) + len(said.rstrip())
    return Part(role, sentence[start:end], start, end)
