"""Mean pooling: the real tokens count, padding does not."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.nn.pooling import mean_pooled


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(0, 10**6))
def test_each_text_gets_the_mean_of_its_own_tokens(lengths, seed):
    torch.manual_seed(seed)
    vectors = torch.randn(len(lengths), max(lengths), 3)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    pooled = mean_pooled(vectors, mask)
    for row, length in enumerate(lengths):
        torch.testing.assert_close(pooled[row], vectors[row, :length].mean(dim=0))
