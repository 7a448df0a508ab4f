"""A model of some hundred weights that can read the doctor's book."""

import pytest
import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.tasks.memorisation import book_tokenizer, doctors_book


@pytest.fixture(scope="session")
def tokenizer():
    return book_tokenizer()


@pytest.fixture(scope="session")
def small_book():
    return doctors_book(20, held_out=12, public=15, repetitions=(0, 2), seed=3)


@pytest.fixture
def model(tokenizer):
    torch.manual_seed(0)
    return GPT(
        TransformerConfig(
            vocab_size=tokenizer.vocab_size, context_length=40, d_model=16, n_layers=2, n_heads=2
        )
    ).eval()
