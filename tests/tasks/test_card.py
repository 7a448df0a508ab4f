"""The card holds the figures of the record, and what a task shows."""

import json

import pytest

from lmlab.tasks import Shown, write_card

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


SHOWN = Shown("tells jokes", {"Laughs": "3 of 4"}, "## Jokes\n\n> Knock.", "lmlab bench jokes")


def test_the_card_tells_recipe_scores_and_examples(tmp_path):
    (tmp_path / "training.json").write_text(json.dumps(RECORD))
    card = write_card(tmp_path, SHOWN).read_text()
    for wanted in (
        "A GPT of 12,345 parameters that tells jokes",
        "--seed 3",
        "0.457 bits",
        "67,890 tokens",
        "| **Laughs** | 3 of 4 |",
        "> Knock.",
        f"`lmlab bench jokes --model {tmp_path.name} --card`",
    ):
        assert wanted in card, wanted


def test_a_model_without_a_record_has_no_card(tmp_path):
    with pytest.raises(FileNotFoundError, match="has no training.json"):
        write_card(tmp_path, SHOWN)
