"""Scores: every token counted once, in nats and in bits."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from lmlab.models import GPT, LanguageModel, TransformerConfig
from lmlab.models.bert import BERT
from lmlab.text.batches import IGNORED
from lmlab.training import Validation, evaluate, next_token_loss


class _Uniform(LanguageModel):
    """A model that knows nothing."""

    config = TransformerConfig(vocab_size=8, context_length=5, d_model=4, n_heads=1)

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(8))

    def forward(self, ids):
        return self.weight.expand(*ids.shape, 8)


def test_a_model_that_knows_nothing_scores_the_log_of_the_vocabulary():
    tokens = np.arange(23, dtype=np.uint16) % 8
    score = evaluate(_Uniform(), Validation(tokens, characters_per_token=2.0))
    assert score.nats_per_token == pytest.approx(math.log(8))
    assert score.bits_per_character == pytest.approx(3 / 2)


def test_blocks_of_any_size_give_the_mean_over_all_tokens():
    torch.manual_seed(0)
    model = GPT(TransformerConfig(vocab_size=8, context_length=5, d_model=16, n_layers=1))
    tokens = np.random.default_rng(0).integers(8, size=23).astype(np.uint16)
    scores = [
        evaluate(model, Validation(tokens, batch_size=size)).nats_per_token for size in (1, 2, 7)
    ]
    ids = torch.from_numpy(tokens.astype(np.int64))
    total = 0.0
    for start in range(0, 22, 5):
        block = ids[start : start + 6][None]
        total += next_token_loss(model(block[:, :-1]), block[:, 1:], reduction="sum").item()
    assert scores == pytest.approx([total / 22] * 3, rel=1e-5)


def test_training_mode_is_left_as_it_was():
    model = _Uniform().train()
    evaluate(model, Validation(np.zeros(9, dtype=np.uint16)))
    assert model.training


@pytest.mark.parametrize("mark", [None, 7])
def test_a_masked_score_is_of_the_hidden_tokens_and_always_the_same(mark):
    """Of 23 tokens, four blocks of five are read, or the three that begin with the mark."""
    tokens = np.arange(23, dtype=np.uint16) % 8
    validation = Validation(tokens, 2.0, mark=mark, mask_with=6, batch_size=1)
    batches = list(validation.batches(5, 8))
    assert len(batches) == (3 if mark is None else 2)
    assert all((batch.targets != IGNORED).sum() == 1 for batch in batches)
    assert all((batch.inputs[:, 0] == 7).all() for batch in batches if mark == 7)
    assert evaluate(_Uniform(), validation).nats_per_token == pytest.approx(math.log(8))
    torch.manual_seed(0)
    bert = BERT(TransformerConfig(vocab_size=8, context_length=5, d_model=16, n_layers=1))
    assert evaluate(bert, validation) == evaluate(bert, validation)
