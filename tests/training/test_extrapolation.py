"""Extrapolation: a longer reading is the same reading, and losses stand where they belong."""

import numpy as np
import pytest
import torch

from lmlab.models import TransformerConfig
from lmlab.text import corpora
from lmlab.training import Validation, evaluate
from lmlab.training.extrapolation import (
    FACTOR,
    KINDS,
    loss_by_position,
    measure_extrapolation,
    stretched,
)
from lmlab.training.texts import encode_corpus


@pytest.mark.parametrize("kind", KINDS)
def test_a_stretched_model_reads_a_short_text_as_before(kind, new_model):
    model = new_model(positions=kind)
    ids = torch.randint(10, (2, 8))
    longer = stretched(model, 20)
    with torch.no_grad():
        torch.testing.assert_close(longer(ids), model(ids))
        assert longer(torch.randint(10, (2, 20))).shape == (2, 20, 10)


def test_learned_positions_behind_the_training_texts_are_random(new_model):
    model = new_model(positions="learned")
    longer = stretched(model, 20).positions.weight
    assert torch.equal(longer[:8], model.positions.weight)
    assert longer[8:].std() > 0


def test_a_model_is_not_made_shorter(new_model):
    with pytest.raises(ValueError, match="context_length=4 is shorter than the 8"):
        stretched(new_model(), 4)


def test_losses_of_all_positions_average_to_the_score(new_model):
    tokens = np.random.default_rng(0).integers(10, size=8 * 5 + 1)
    losses = loss_by_position(new_model(), tokens, blocks=5)  # the text once, without overlap
    assert losses.shape == (8,)
    score = evaluate(new_model(), Validation(tokens)).nats_per_token
    assert losses.mean().item() == pytest.approx(score, abs=1e-5)


def test_each_loss_is_that_of_its_position(new_model):
    model = new_model()
    tokens = np.arange(9) % 10
    expected = -model.log_probs(torch.arange(9))
    torch.testing.assert_close(loss_by_position(model, tokens, blocks=1), expected)


def test_every_kind_is_trained_short_and_read_long(story):
    text = encode_corpus(corpora.load(str(story), verbose=False), "char")
    config = TransformerConfig(
        vocab_size=text.tokenizer.vocab_size, context_length=4, d_model=8, n_layers=1, n_heads=2
    )
    rows = measure_extrapolation(text, config, seeds=(0, 1), steps=2, batch_size=2)
    assert [(row.positions, row.seed) for row in rows] == [(k, s) for k in KINDS for s in (0, 1)]
    for row in rows:
        assert row.by_position.shape == (FACTOR * 4,)
        bands = (row.by_position[:4], row.by_position[4:8], row.by_position[8:])
        found = (row.within, row.to_double, row.beyond)
        assert found == pytest.approx([band.mean() for band in bands], rel=1e-5)
