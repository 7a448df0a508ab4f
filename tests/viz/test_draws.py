"""The settings of a draw: what is left of a distribution, and what is drawn from it."""

import numpy as np
import torch

from lmlab.viz.draws import Sampling

LOGITS = np.log(np.array([0.5, 0.25, 0.125, 0.125], dtype=np.float32))


def test_draws_come_from_what_is_left_and_follow_the_seed():
    logits = torch.zeros(100)
    first, second = (Sampling(top_k=50, seed=seed).draws(logits) for seed in (1, 2))
    assert first == Sampling(top_k=50, seed=1).draws(logits) != second
    after = Sampling(top_k=50).after(logits)
    assert all(after[i] > 0 for i in (*first, *second))


def test_settings_that_are_off_change_nothing():
    torch.testing.assert_close(
        Sampling().after(LOGITS), torch.from_numpy(LOGITS).double().softmax(-1)
    )
    assert str(Sampling()) == "temperature 1 · top-k off · top-p off"
