"""The recipe of the shipped classifier: from nothing to a folder that opens."""

import json

import pytest
import torch

from lmlab.models import SequenceClassifier
from lmlab.pretrained import load
from lmlab.tasks.sentiment import recipe
from lmlab.tasks.sentiment.stories import LABELS, town_endings
from lmlab.text import BPETokenizer

TOKENIZER = BPETokenizer.train(" Tom was sad. Mia was glad." * 3, 290, progress=False)


def test_a_name_is_the_same_token_at_the_beginning_and_later():
    ids = recipe.story_ids(TOKENIZER)("Tom saw Tom")
    name = TOKENIZER.encode(" Tom")
    assert ids[: len(name)] == name == ids[-len(name) :]


def test_rows_hold_the_places_of_the_labels():
    examples = town_endings("train", 6)
    rows = recipe.story_rows(TOKENIZER, examples)
    assert [LABELS[place] for place in rows.labels[:, 0]] == [each.wanted for each in examples]


def test_the_same_seed_makes_the_same_model():
    one, same, other = (recipe.new_classifier(290, seed).embed.weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize(
    ("text", "said"), [("", "is empty"), ("  ", "is empty"), ("x" * 400, "401 tokens")]
)
def test_what_cannot_be_read_is_refused(text, said):
    predict = recipe.by_feeling(recipe.new_classifier(290), TOKENIZER)
    with pytest.raises(ValueError, match=said):
        predict([text])


def test_other_scripts_get_an_answer_of_a_kind():
    (shares,) = recipe.by_feeling(recipe.new_classifier(290), TOKENIZER)(["你好 <b>"])
    assert tuple(shares) == LABELS
    assert sum(shares.values()) == pytest.approx(1, abs=1e-5)


def test_training_makes_a_model_folder_with_a_record(tmp_path, monkeypatch):
    monkeypatch.setattr(recipe, "BATCH", 8)
    monkeypatch.setattr(recipe, "CONTEXT", 512)  # so few stories make few tokens for many words
    recipe.train_classifier(tmp_path / "classifier", steps=2)
    opened, tokenizer = load(tmp_path / "classifier")
    assert isinstance(opened, SequenceClassifier)
    record = json.loads((tmp_path / "classifier" / "training.json").read_text())
    assert record["training"]["steps"] == 2
    assert record["history"][-1]["validation_loss"] == pytest.approx(1.1, abs=0.5)
    assert len(recipe.by_feeling(opened, tokenizer)(["Tom was sad."])) == 1


def test_the_shipped_one_knows_what_not_does():
    predict = recipe.by_feeling(*load("town-feelings"))
    examples = [e for e in town_endings("validation", 24) if e.category != "two people"]
    said = predict([example.input for example in examples])
    right = sum(max(s, key=s.get) == e.wanted for s, e in zip(said, examples, strict=True))
    assert right >= len(examples) - 1
