"""Repeating texts: they repeat, at no fixed distance, and only what can be known is judged."""

import math

import numpy as np
import pytest
import torch

from lmlab.models import LanguageModel
from lmlab.tasks.induction import LENGTH, MARK, VOCAB_SIZE, loss_on_repeats, repeating_texts


def rows(n_texts, seed):
    return repeating_texts(n_texts, seed).reshape(n_texts, 1 + LENGTH).astype(int)


def period_of(text):
    """The first distance at which the text equals itself."""
    return next(p for p in range(1, LENGTH) if (text[p:] == text[:-p]).all())


def test_a_text_is_a_mark_and_different_tokens_said_over_and_over():
    periods = set()
    for mark, *text in rows(200, seed=1):
        period = period_of(np.array(text))
        assert mark == MARK and MARK not in text
        assert len(set(text)) == period
        periods.add(period)
    assert periods == set(range(8, 33))


def test_the_same_seed_gives_the_same_texts():
    one, again, other = (repeating_texts(5, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


class Copier(LanguageModel):
    """Expects what followed the last copy of a token, as surely as it is told; knows no more."""

    def __init__(self, sureness):
        super().__init__()
        self.sureness = torch.nn.Parameter(torch.tensor(sureness))

    def forward(self, ids):
        logits = torch.zeros(*ids.shape, VOCAB_SIZE)
        for row, text in enumerate(ids.tolist()):
            for place, token in enumerate(text):
                if token in text[:place]:
                    last = max(i for i in range(place) if text[i] == token)
                    logits[row, place, text[last + 1]] = self.sureness
        return logits


@pytest.mark.parametrize("period", [8, 20])
def test_a_model_that_copies_has_no_loss_and_one_that_guesses_has_ln_of_the_vocabulary(period):
    pattern = torch.arange(period).repeat(3)[None]
    ids = torch.cat((torch.tensor([[MARK]]), pattern), dim=1)
    assert loss_on_repeats(Copier(50.0), ids, period) < 1e-6
    assert loss_on_repeats(Copier(0.0), ids, period) == pytest.approx(math.log(VOCAB_SIZE))
