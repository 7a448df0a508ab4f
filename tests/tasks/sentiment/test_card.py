"""The card tells the recipe, the scores beside the baselines, and answers as they come."""

import json

import torch

from lmlab.tasks.sentiment.card import write_classifier_card
from lmlab.tasks.sentiment.recipe import new_classifier
from lmlab.text import BPETokenizer


def test_the_card_names_recipe_scores_and_answers(tmp_path):
    folder = tmp_path / "my-classifier"
    tokenizer = BPETokenizer.train(" Tom was sad and Mia was glad." * 3, 290, progress=False)
    model = new_classifier(290)
    model.config = model.config.replace(context_length=2048)
    model.save_pretrained(folder, tokenizer, torch.float16)
    record = {
        "training": {"steps": 7, "batch_size": 3, "optimizer": "muon", "seed": 5},
        "parameters": 1234,
        "tokens": 5678,
        "seconds": 120.0,
        "threads": 1,
        "torch": "2.13.0",
    }
    (folder / "training.json").write_text(json.dumps(record))
    text = write_classifier_card(folder, n=6, lessons=30).read_text()
    assert 'train_classifier("my-classifier", seed=5)' in text
    assert "7 steps of 3 stories, 5,678 tokens" in text
    assert text.count("| **this classifier** |") == 2
    assert text.count("| majority |") == 2
    assert text.count("→ wanted") == 6
