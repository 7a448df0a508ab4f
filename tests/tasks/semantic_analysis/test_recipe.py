"""The recipe of the shipped labeller: from nothing to a folder that opens."""

import json

import pytest
import torch

from lmlab.models import TokenTagger
from lmlab.pretrained import load
from lmlab.tasks.semantic_analysis import recipe
from lmlab.tasks.semantic_analysis.labelling import tokens_of
from lmlab.tasks.semantic_analysis.sentences import town_sentences


def test_the_same_seed_makes_the_same_labeller():
    one, same, other = (recipe.new_labeller(seed)[0].head.weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_there_is_room_for_every_sentence():
    _, tokenizer = recipe.new_labeller()
    longest = max(town_sentences("train", 100), key=lambda each: len(each.sentence))
    assert len(tokens_of(tokenizer, longest.sentence)[0]) < recipe.CONTEXT


def test_training_makes_a_model_folder_with_a_record(tmp_path):
    model = recipe.train_labeller(tmp_path / "labeller", steps=2)
    opened, tokenizer = load(tmp_path / "labeller")
    assert isinstance(opened, TokenTagger)
    assert opened.num_parameters() == model.num_parameters()
    assert tokenizer.eos_id is not None
    record = json.loads((tmp_path / "labeller" / "training.json").read_text())
    assert record["training"]["steps"] == 2
    assert record["history"][-1]["validation_loss"] == pytest.approx(3, abs=1)
