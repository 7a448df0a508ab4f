"""The card tells the recipe, the scores beside the baselines, and summaries as they come."""

import json

import pytest
import torch

from lmlab.tasks.summarisation.card import write_summariser_card
from lmlab.tasks.summarisation.recipe import new_summariser

RECORD = {
    "training": {"steps": 7, "batch_size": 3, "optimizer": "muon", "seed": 5},
    "parameters": 1234,
    "tokens": 5678,
    "seconds": 120.0,
    "threads": 1,
    "torch": "2.13.0",
}


@pytest.fixture
def folder(tmp_path):
    model, tokenizer = new_summariser()
    model.save_pretrained(tmp_path / "mine", tokenizer, torch.float16)
    (tmp_path / "mine" / "training.json").write_text(json.dumps(RECORD))
    return tmp_path / "mine"


def test_the_card_names_recipe_scores_and_summaries(folder):
    text = write_summariser_card(folder, n=6).read_text()
    assert 'train_summariser("mine", seed=5)' in text
    assert "7 steps of 3 stories, 5,678 tokens" in text
    assert text.count("got: *") == 6
    assert "GPT" not in text
    rows = [line.split(" | ")[:2] for line in text.splitlines() if line.startswith("| ")]
    names = ["encoder–decoder", "longest overlap", "lead 1", "lead 3"]
    assert rows[1:] == [[f"| {s}", name] for s in ("held-out", "composed") for name in names]


def test_scores_are_kept_beside_the_recipe(folder):
    write_summariser_card(folder, n=4)
    record = json.loads((folder / "training.json").read_text())
    assert record["training"] == RECORD["training"]
    assert [row["model"] for row in record["scores"]].count("lead 1") == 2
    value, low, high = record["scores"][0]["faithful"]
    assert low <= value <= high
