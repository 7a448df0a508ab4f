"""Models as `evaluate` wants them: a batch of inputs in, as many predictions out.

Used throughout chapter 6.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from lmlab.models import GPT, EncoderDecoder, SequenceClassifier
from lmlab.tasks.task import Predict
from lmlab.text.tokenizer import Tokenizer


def by_writing(
    model: EncoderDecoder,
    tokenizer: Tokenizer,
    *,
    max_new_tokens: int,
    num_beams: int = 1,
    length_penalty: int | float = 0.0,
) -> Predict:
    """Texts to texts: the likeliest tokens one by one, or the best of a beam search.

    A target begins and ends with the mark between documents.
    """
    search = {"num_beams": num_beams, "length_penalty": length_penalty}
    settings = search if num_beams > 1 else {"temperature": 0.0}
    eos_id = _mark(tokenizer)

    def predict(texts: Sequence[str]) -> list[str]:
        rows = [tokenizer.encode(text) for text in texts]
        ids, mask = batch_of(rows, model.config.context_length)
        written = model.generate(
            ids.to(model.device),
            max_new_tokens,
            begin_id=eos_id,
            eos_id=eos_id,
            source_mask=mask.to(model.device),
            **settings,
        )
        return [_until_end(row, eos_id, tokenizer) for row in written.tolist()]

    return predict


def by_classifying(
    model: SequenceClassifier, encode: Callable[[str], list[int]], labels: Sequence[str]
) -> Predict:
    """Texts to {label: probability}; `encode` gives the ids that the model was trained on."""

    def predict(texts: Sequence[str]) -> list[Mapping[str, float]]:
        ids, mask = batch_of([encode(text) for text in texts], model.config.context_length)
        with model.evaluating():
            logits = model(ids.to(model.device), attention_mask=mask.to(model.device))
        return [dict(zip(labels, row, strict=True)) for row in logits.softmax(dim=-1).tolist()]

    return predict


def by_prompting(
    model: GPT,
    tokenizer: Tokenizer,
    template: Callable[[Any], str],
    parse: Callable[[str], Any],
    *,
    max_new_tokens: int = 32,
) -> Predict:
    """Inputs to what `parse` makes of the answers; `template` writes the prompts.

    A prompt is read as it is, special tokens in it included (`tokenizer.conversation`, or the mark
    between documents); the answer is what follows, greedily, up to the mark that ends it.
    """
    eos_id = _mark(tokenizer)

    def predict(inputs: Sequence[Any]) -> list[Any]:
        rows = [tokenizer.encode(template(each), allow_special=True) for each in inputs]
        ids, mask = batch_of(rows, model.config.context_length - max_new_tokens, side="left")
        written = model.generate(
            ids.to(model.device),
            max_new_tokens,
            attention_mask=mask.to(model.device),
            temperature=0.0,
            eos_id=eos_id,
        )
        answers = written[:, ids.size(1) :].tolist()
        return [parse(_until_end(row, eos_id, tokenizer)) for row in answers]

    return predict


def batch_of(
    rows: Sequence[Sequence[int]], longest: int, side: Literal["left", "right"] = "right"
) -> tuple[Int[Tensor, "batch time"], Bool[Tensor, "batch time"]]:
    """Ids filled up on one side, and which of them are real.

    Raises ValueError when a text has no token, or more than the `longest` that the model reads.
    """
    for number, row in enumerate(rows):
        if not 0 < len(row) <= longest:
            what = f"has {len(row):,} tokens" if row else "is empty"
            raise ValueError(
                f"text {number} of the batch {what}; the model reads 1 to {longest:,}: shorten it, "
                "or leave it out."
            )
    width = max(map(len, rows))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.bool)
    for i, row in enumerate(rows):
        place = slice(width - len(row), None) if side == "left" else slice(len(row))
        ids[i, place] = torch.tensor(row)
        mask[i, place] = True
    return ids, mask


def _mark(tokenizer: Tokenizer) -> int:
    if tokenizer.eos_id is None:
        raise ValueError("the tokenizer has no mark that ends a text: answers would not end.")
    return tokenizer.eos_id


def _until_end(ids: list[int], eos_id: int, tokenizer: Tokenizer) -> str:
    return tokenizer.decode(ids[: ids.index(eos_id)] if eos_id in ids else ids)
