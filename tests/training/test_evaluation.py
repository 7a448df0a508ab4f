"""Scores: every token counted once, in nats and in bits."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from lmlab.models import GPT, LanguageModel, TransformerConfig
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
