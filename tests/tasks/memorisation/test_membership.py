"""Membership: a text is scored as the model scores it, alone or against a reference."""

import pytest
import torch

from lmlab.tasks.memorisation import as_rows, log_ratios, text_log_probs


def test_a_text_is_scored_as_the_model_scores_it_alone(model, small_book, tokenizer):
    lines = list(small_book.notes[:3])
    found = text_log_probs(model, as_rows(lines, tokenizer))
    for line, score in zip(lines, found, strict=True):
        ids = torch.tensor([tokenizer.eos_id, *tokenizer.encode(line), tokenizer.eos_id])
        assert score.item() == pytest.approx(model.log_prob(ids), abs=1e-3)


def test_against_itself_every_text_has_a_ratio_of_zero(model, small_book, tokenizer):
    assert (log_ratios(model, model, as_rows(small_book.notes, tokenizer)) == 0).all()
