"""`write`, `answer` and `fill`: text in, text out."""

from collections.abc import Iterator, Sequence

import torch

from lmlab.models import LanguageModel, Pretrained
from lmlab.models.bert import BERT
from lmlab.pretrained.library_tokenizer import LibraryTokenizer, Message
from lmlab.text.bpe import BPETokenizer
from lmlab.text.tokenizer import Tokenizer
from lmlab.text.vocabulary import MASK

Guess = tuple[str, float]
"""A token, and the probability that a model gives it."""


def write(
    model: Pretrained,
    tokenizer: Tokenizer,
    prompt: str = "",
    max_new_tokens: int = 200,
    **sampling,
) -> Iterator[str]:
    """Yield the text that `model` adds to `prompt`, in pieces, until the text ends.

    An empty prompt begins a new text, behind the mark that ends the one before. A character of
    several tokens is held back until it is whole. `sampling` (temperature, top_k, top_p, seed) as
    in `LanguageModel.stream`.
    """
    ids = tokenizer.encode(prompt)
    if not ids:
        if tokenizer.eos_id is None:
            raise ValueError(
                "the prompt is empty and the tokenizer has no <|endoftext|> to begin a text with: "
                "give a few characters to go on from."
            )
        ids = [tokenizer.eos_id]
    yield from _pieces(model, tokenizer, ids, max_new_tokens, **sampling)


def answer(
    model: Pretrained,
    tokenizer: LibraryTokenizer,
    messages: str | Sequence[Message],
    max_new_tokens: int = 200,
    **sampling,
) -> Iterator[str]:
    """Yield what a model that was made to chat says next, in pieces, until its turn ends.

    `messages` is a question, or the conversation so far: [{"role": "user", "content": "…"}, …].
    `sampling` as in `write`.
    """
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    ids = tokenizer.encode(tokenizer.conversation(messages), allow_special=True)
    yield from _pieces(model, tokenizer, ids, max_new_tokens, **sampling)


def _pieces(
    model: Pretrained, tokenizer: Tokenizer, ids: list[int], max_new_tokens: int, **sampling
) -> Iterator[str]:
    """The text that follows `ids`, as soon as its characters are whole."""
    if not isinstance(model, LanguageModel):
        raise ValueError(f"a {type(model).__name__} does not predict what follows: load a GPT.")
    eos_id = tokenizer.eos_id
    new: list[int] = []
    shown = ""
    prompt_ids = torch.tensor([ids], device=model.device)
    for token in model.stream(prompt_ids, max_new_tokens, eos_id=eos_id, **sampling):
        if int(token) == eos_id:
            break
        new.append(int(token))
        text = tokenizer.decode(new)
        if not text.endswith("\N{REPLACEMENT CHARACTER}"):
            yield text[len(shown) :]
            shown = text
    yield tokenizer.decode(new)[len(shown) :]


def fill(model: BERT, tokenizer: Tokenizer, text: str, top: int = 5) -> list[list[Guess]]:
    """For each `<|mask|>` in `text`, in order, the likeliest tokens with their probabilities.

    A mask stands for one token, and each is filled without knowledge of the others. With BPE the
    space before a word belongs to its token, so a space before a mask is taken as a part of it.
    A published BERT has a mask of its own, [MASK], which is put in the place of ours.
    """
    if tokenizer.mask_id is None:
        raise ValueError(
            f"the tokenizer has no {MASK}: train it, and then the model, with "
            f'special_tokens=("<|endoftext|>", "{MASK}").'
        )
    probs = model.fill(_ids_with_masks(tokenizer, text).to(model.device), tokenizer.mask_id)
    best = probs.topk(min(top, probs.size(-1)))
    return [
        list(zip(tokenizer.tokens(ids), values, strict=True))
        for ids, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]


def _ids_with_masks(tokenizer: Tokenizer, text: str) -> torch.Tensor:
    """The ids of `text`, from the mark between documents on, where the tokenizer has one."""
    if MASK not in text:
        raise ValueError(f"there is no {MASK} in {text!r}: write it where a token is to be found.")
    if isinstance(tokenizer, LibraryTokenizer):
        text = text.replace(MASK, tokenizer.mask_token)
        return torch.tensor(tokenizer.encode(text, allow_special=True))
    *parts, last = text.split(MASK)
    ids = [] if tokenizer.eos_id is None else [tokenizer.eos_id]
    for part in parts:
        if isinstance(tokenizer, BPETokenizer):
            part = part.removesuffix(" ")
        ids += [*tokenizer.encode(part), tokenizer.mask_id]
    return torch.tensor(ids + tokenizer.encode(last))
