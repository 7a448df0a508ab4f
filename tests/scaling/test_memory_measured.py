"""Counting tensors: each piece of memory once, weights apart, the same every time."""

import torch
from torch import nn

from lmlab.models import GPT, TransformerConfig
from lmlab.scaling import measured_memory
from lmlab.scaling.memory_measured import checkpoint_blocks, saved_bytes, tensor_bytes

CONFIG = TransformerConfig(vocab_size=50, d_model=16, n_layers=2, n_heads=2, context_length=8)


def test_views_of_the_same_numbers_count_once():
    x = torch.zeros(256)
    assert tensor_bytes([x, x.view(16, 16), torch.zeros(2)]) == 1024 + 8


def test_a_matrix_keeps_its_input_and_not_itself():
    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.out = nn.Embedding(10, 4), nn.Linear(4, 3)

        def forward(self, ids):
            return self.out(self.embed(ids))

    ids = torch.zeros(2, 5, dtype=torch.long)
    assert saved_bytes(Reader(), ids) == ids.nbytes + 4 * (2 * 5 * 4)


def test_a_checkpointed_model_gives_the_same_gradients_and_keeps_less():
    torch.manual_seed(0)
    plain, again = GPT(CONFIG), GPT(CONFIG)
    again.load_state_dict(plain.state_dict())
    checkpoint_blocks(again)
    ids = torch.randint(50, (2, 8))
    for model in (plain, again):
        model(ids).square().sum().backward()
    for ours, theirs in zip(plain.parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad)
    assert saved_bytes(again, ids) < 0.5 * saved_bytes(plain, ids)


def test_two_measurements_agree_to_the_byte():
    assert measured_memory(CONFIG, 2, 8) == measured_memory(CONFIG, 2, 8)
