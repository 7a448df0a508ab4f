"""A model of some hundred weights and a text that it can learn."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.training import TrainingConfig


@pytest.fixture
def tokens() -> np.ndarray:
    return np.tile(np.arange(10), 40).astype(np.uint16)  # after each token comes the next


@pytest.fixture
def new_model():
    """Makes the same model each time, but for the settings that are given."""

    def make(**settings) -> GPT:
        shape = {"vocab_size": 10, "context_length": 8, "d_model": 8, "n_layers": 1, "n_heads": 2}
        torch.manual_seed(0)
        return GPT(TransformerConfig(**{**shape, **settings}))

    return make


@pytest.fixture
def config() -> TrainingConfig:
    return TrainingConfig(
        steps=12, batch_size=4, warmup_steps=2, evaluate_every=5, checkpoint_every=5
    )


@pytest.fixture
def weights():
    """The weights of a model as one vector, to compare."""

    def flat(model) -> torch.Tensor:
        return torch.cat([p.detach().flatten() for p in model.parameters()])

    return flat


@pytest.fixture
def story(tmp_path) -> Path:
    """A text file of paragraphs that repeat nothing, long enough to be split and trained on."""
    chance = random.Random(0)
    words = "Anna Ben a the red blue ball boat has takes gives home garden and then they".split()
    paragraphs = (" ".join(chance.choices(words, k=100)) + "." for _ in range(12))
    path = tmp_path / "story.txt"
    path.write_text("\n\n".join(paragraphs))
    return path
