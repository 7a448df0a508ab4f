"""The recipe of the shipped reader: from a body that filled gaps to a folder that opens."""

import json

import pytest
import torch

from lmlab.models import SpanReader
from lmlab.pretrained import load
from lmlab.tasks.question_answering import recipe


def test_a_new_reader_has_the_body_of_town_bert_and_room_for_a_story():
    model, tokenizer = recipe.new_reader()
    bert, _ = load("town-bert")
    assert model.config.context_length == recipe.CONTEXT > bert.config.context_length
    ids = torch.tensor([tokenizer.encode("Mia was in the park.")])
    torch.testing.assert_close(model.read(ids, None), bert.hidden(ids, causal=False))


def test_the_same_seed_makes_the_same_head():
    one, same, other = (recipe.new_reader(seed)[0].head.weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_training_makes_a_model_folder_with_a_record(tmp_path):
    model = recipe.train_reader(tmp_path / "reader", steps=2)
    opened, tokenizer = load(tmp_path / "reader")
    assert isinstance(opened, SpanReader)
    assert opened.num_parameters() == model.num_parameters()
    assert tokenizer.eos_id is not None
    record = json.loads((tmp_path / "reader" / "training.json").read_text())
    assert record["training"]["steps"] == 2
    assert record["history"][-1]["validation_loss"] == pytest.approx(5, abs=1)
