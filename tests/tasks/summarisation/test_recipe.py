"""The recipe of the shipped summariser: from nothing to a folder that opens."""

import json

import pytest
import torch

from lmlab.models import EncoderDecoder
from lmlab.pretrained import load
from lmlab.tasks.summarisation import recipe
from lmlab.tasks.task import SPLITS
from lmlab.tasks.teaching import encode_pairs


def test_stories_and_summaries_fit_the_model():
    model, tokenizer = recipe.new_summariser()
    for split in ("train", *SPLITS):
        pairs = encode_pairs(recipe.town_summaries(split, 100), tokenizer)
        pairs.require_fit(model.config.context_length, tokenizer.vocab_size)
        assert pairs.labels.shape[1] < recipe.LONGEST


def test_the_same_seed_makes_the_same_model():
    one, same, other = (recipe.new_summariser(seed)[0].encoder.embed.weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_training_makes_a_model_folder_with_a_record(tmp_path):
    model = recipe.train_summariser(tmp_path / "mine", steps=2)
    opened, tokenizer = load(tmp_path / "mine")
    assert isinstance(opened, EncoderDecoder)
    assert opened.num_parameters() == model.num_parameters()
    assert tokenizer.eos_id is not None
    record = json.loads((tmp_path / "mine" / "training.json").read_text())
    assert record["training"]["steps"] == 2
    assert record["history"][-1]["validation_loss"] == pytest.approx(7, abs=1)
