"""Extraction: what a model says when it is asked for a secret. Built in chapter 8.2."""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from lmlab.models import GPT
from lmlab.tasks.memorisation.doctors_book import LENGTH, Secret
from lmlab.text import CharTokenizer


class Attempt(NamedTuple):
    """What was asked, and what the model said, the likeliest first."""

    secret: Secret
    said: tuple[str, ...]

    @property
    def at_once(self) -> bool:
        """Whether its first word was the code."""
        return self.said[0] == self.secret.code

    @property
    def found(self) -> bool:
        """Whether the code was among all that it said."""
        return self.secret.code in self.said


def extract(
    model: GPT, secrets: Sequence[Secret], tokenizer: CharTokenizer, guesses: int = 10
) -> list[Attempt]:
    """Give the model the line up to the code, and let it go on; its likeliest `guesses` by beam.

    The attacker needs no access but this, and need not know the code. With one guess it is greedy
    decoding. Source: Carlini et al. 2021 (arXiv 2012.07805).
    """
    attempts = []
    for secret in secrets:
        ids = torch.tensor([[tokenizer.eos_id, *tokenizer.encode(secret.prompt)]])
        found = model.beams(ids.to(model.device), LENGTH, num_beams=guesses)
        said = tuple(tokenizer.decode(code) for code in found.ids[0].tolist())
        attempts.append(Attempt(secret, said))
    return attempts
