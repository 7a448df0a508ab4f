"""The card tells the recipe, the scores beside the baselines, and labels as they come."""

import json

import pytest
import torch

from lmlab.tasks.semantic_analysis import card
from lmlab.tasks.semantic_analysis.recipe import new_labeller


@pytest.fixture
def folder(tmp_path):
    model, tokenizer = new_labeller()
    model.save_pretrained(tmp_path / "my-labeller", tokenizer, torch.float16)
    record = {
        "training": {"steps": 7, "batch_size": 3, "optimizer": "muon", "seed": 5},
        "parameters": 1234,
        "tokens": 5678,
        "seconds": 120.0,
        "threads": 1,
        "torch": "2.13.0",
    }
    (tmp_path / "my-labeller" / "training.json").write_text(json.dumps(record))
    return tmp_path / "my-labeller"


def test_the_card_names_recipe_scores_and_labels(folder, monkeypatch):
    monkeypatch.setattr(card, "COUNTED", 10)
    monkeypatch.setattr(card, "PAIRS", 10)
    text = card.write_labeller_card(folder, n=8).read_text()
    assert 'train_labeller("my-labeller", seed=5)' in text
    assert "7 steps of 3 sentences, 5,678 tokens" in text
    assert "1,234 parameters" in text
    rows = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| ")]
    assert rows == [
        "|", "| **this labeller**", "| by order", "| commonest role",
        "|", "| **its roles**", "| bag of words", "| TF-IDF",
    ]  # fmt: skip
    assert text.count("> ") == 12
