"""The card tells the recipe, the scores beside the baselines, and answers as they come."""

import json

import pytest
import torch

from lmlab.tasks.question_answering.card import write_reader_card
from lmlab.tasks.question_answering.recipe import new_reader


@pytest.fixture
def folder(tmp_path):
    model, tokenizer = new_reader()
    model.save_pretrained(tmp_path / "my-reader", tokenizer, torch.float16)
    record = {
        "training": {"steps": 7, "batch_size": 3, "optimizer": "muon", "seed": 5},
        "parameters": 1234,
        "tokens": 5678,
        "seconds": 120.0,
        "threads": 1,
        "torch": "2.13.0",
    }
    (tmp_path / "my-reader" / "training.json").write_text(json.dumps(record))
    return tmp_path / "my-reader"


def test_the_card_names_recipe_scores_and_answers(folder):
    text = write_reader_card(folder, n=8).read_text()
    assert 'train_reader("my-reader", seed=5)' in text
    assert "7 steps of 3 questions, 5,678 tokens" in text
    assert "1,234 parameters" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0] for row in rows[1:]] == [
        "| **this reader**", "| most overlap", "| last mentioned",
    ]  # fmt: skip
    assert text.count("→ wanted") == 6
