"""The engine trains a model to the same loss as PyTorch, from one start and on one text."""

import numpy as np
import torch
from torch.nn import functional as F

from lmlab.autograd import CharacterModel

VOCAB, BEFORE, STEPS, LR = 7, 3, 60, 0.5


def batches():
    """Contexts and targets of a text in which each character depends on the two before it."""
    rng = np.random.default_rng(1)
    text = list(rng.integers(VOCAB, size=2))
    while len(text) < 500:
        text.append((text[-1] + 2 * text[-2] + 1) % VOCAB)
    windows = np.lib.stride_tricks.sliding_window_view(np.array(text), BEFORE + 1)
    for _ in range(STEPS):
        rows = windows[rng.integers(len(windows), size=16)]
        yield rows[:, :-1], rows[:, -1]


def losses_of_pytorch(model):
    embed, h, d, u, b = (
        torch.tensor(p.value, requires_grad=True) for p in model.parameters.values()
    )
    optimizer = torch.optim.SGD([embed, h, d, u, b], lr=LR)
    for contexts, targets in batches():
        x = embed[torch.from_numpy(contexts)].flatten(1)
        loss = F.cross_entropy((x @ h + d).tanh() @ u + b, torch.from_numpy(targets))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()


def test_trains_to_the_same_loss_as_pytorch():
    ours, same_start = CharacterModel(VOCAB, BEFORE), CharacterModel(VOCAB, BEFORE)
    losses = [ours.step(contexts, targets, LR) for contexts, targets in batches()]
    np.testing.assert_allclose(losses, list(losses_of_pytorch(same_start)), atol=1e-5, rtol=0)
    assert losses[-1] < 0.5 * losses[0]


def test_the_same_seed_gives_the_same_model():
    first, second, other = (CharacterModel(VOCAB, BEFORE, seed=seed) for seed in (3, 3, 4))
    contexts = np.zeros((1, BEFORE), dtype=int)
    assert np.array_equal(first.logits(contexts).value, second.logits(contexts).value)
    assert not np.array_equal(first.logits(contexts).value, other.logits(contexts).value)
