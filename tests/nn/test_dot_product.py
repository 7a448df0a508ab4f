"""The formula against many drawn vectors."""

import pytest
import torch

from lmlab.nn.attention import attention_scores
from lmlab.nn.dot_product import dot_product_variance


@pytest.mark.parametrize(("d_k", "variance_q", "variance_k"), [(4, 1.0, 1.0), (64, 0.5, 3.0)])
def test_formula_is_what_drawn_vectors_show(d_k, variance_q, variance_k):
    torch.manual_seed(0)
    q, k = (variance**0.5 * torch.randn(20_000, d_k) for variance in (variance_q, variance_k))
    measured = (q * k).sum(dim=-1).var().item()
    assert measured == pytest.approx(dot_product_variance(d_k, variance_q, variance_k), rel=0.05)


@pytest.mark.parametrize("d_k", [4, 256])
def test_scaled_scores_have_the_same_variance_at_every_width(d_k):
    torch.manual_seed(0)
    scores = attention_scores(*torch.randn(2, 300, d_k))
    assert scores.var().item() == pytest.approx(dot_product_variance(d_k, 1.0, 1.0) / d_k, rel=0.1)
