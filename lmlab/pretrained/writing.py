"""`write`: text in, text out, piece by piece."""

from collections.abc import Iterator

import torch

from lmlab.models import LanguageModel
from lmlab.text.tokenizer import Tokenizer


def write(
    model: LanguageModel,
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
    eos_id = tokenizer.eos_id
    ids = tokenizer.encode(prompt)
    if not ids:
        if eos_id is None:
            raise ValueError(
                "the prompt is empty and the tokenizer has no <|endoftext|> to begin a text with: "
                "give a few characters to go on from."
            )
        ids = [eos_id]
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
