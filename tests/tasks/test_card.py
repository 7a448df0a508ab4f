"""The card holds the figures of the record and the first stories as they came."""

import json

import pytest

from lmlab.tasks import judge, write_card
from lmlab.tasks.storytelling import Told
from lmlab.text import town

RECORD = {
    "plan": {
        "preset": "town",
        "corpus": "town",
        "corpus_options": {"documents": 10},
        "model": {
            "n_layers": 2,
            "d_model": 32,
            "n_heads": 4,
            "context_length": 64,
            "vocab_size": 300,
        },
        "training": {"steps": 50, "batch_size": 8, "optimizer": "muon", "seed": 3},
    },
    "score": {"nats_per_token": 1.25, "bits_per_character": 0.4567},
    "parameters": 12345,
    "tokens": 67890,
    "seconds": 120.0,
    "threads": 2,
    "torch": "2.13.0",
}


def test_the_card_tells_recipe_scores_and_samples(tmp_path):
    (tmp_path / "training.json").write_text(json.dumps(RECORD))
    told = [Told(text, True) for text in town.stories(7)]
    card = write_card(tmp_path, told, judge(told), temperature=0.5).read_text()
    for wanted in ("12,345 parameters", "--seed 3", "0.457 bits", "67,890 tokens", "100.0% of 7"):
        assert wanted in card, wanted
    assert all(story.text in card for story in told[:5])
    assert told[5].text not in card


def test_a_model_without_a_record_has_no_card(tmp_path):
    told = [Told(text, True) for text in town.stories(1)]
    with pytest.raises(FileNotFoundError, match="has no training.json"):
        write_card(tmp_path, told, judge(told), temperature=1.0)
