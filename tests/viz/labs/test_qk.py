"""q and k are typed in, and the picture follows."""

import ipywidgets as widgets
import pytest
import torch

from lmlab.nn.masks import causal_mask
from lmlab.viz.labs.qk import qk_view

TOKENS = ["The", " 猫", "<b>"]
Q = torch.tensor([[2.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
K = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.004, 1.0]])


def control(screen, name):
    return next(c for c in screen.shown[-1].children if getattr(c, "description", "") == name)


def numbers(screen, table) -> list[widgets.FloatText]:
    grid = screen.shown[-1].children[0].children[table]
    return [cell for cell in grid.children if isinstance(cell, widgets.FloatText)]


def test_the_first_picture_says_the_numbers_of_the_last_query(screen):
    qk_view(Q, K, TOKENS, mask=causal_mask(3))
    alt = screen.shown[0].alt
    assert "over the keys The ·猫 <b>. The query <b>: scores 0.00, 0.00, 0.00;" in alt
    assert "weights 0.33, 0.33, 0.33. Sums of the rows of weights: 1.00, 1.00, 1.00." in alt


def test_a_number_typed_into_q_changes_the_scores(screen):
    qk_view(Q, K, TOKENS)
    numbers(screen, table=0)[4].value = 3.0  # the first channel of the third query
    assert "scores 3.00, 0.00, 3.01" in screen.updates[-1].alt


def test_a_number_that_nobody_typed_keeps_its_digits(screen):
    qk_view(1000 * torch.ones(1, 1), torch.tensor([[0.1234]]), ["a"])
    assert numbers(screen, table=1)[0].value == 0.12
    assert "scores 123.40" in screen.shown[0].alt


def test_the_scale_the_mask_and_the_framed_query_can_be_switched(screen):
    qk_view(Q, K, TOKENS)
    control(screen, "query").value = 0
    assert "The query The: scores 2.00, 0.00, 2.01; scaled 1.41" in screen.updates[-1].alt
    control(screen, "divide by √d_k").value = False
    assert "scaled 2.00, 0.00" in screen.updates[-1].alt
    control(screen, "mask").value = "causal"
    assert "masked 2.00, -inf, -inf; weights 1.00, 0.00, 0.00" in screen.updates[-1].alt


def test_a_given_mask_comes_first_and_can_be_left(screen):
    mask = torch.tensor([[True, False, False]] * 3)
    qk_view(Q, K, TOKENS, mask=mask)
    assert "weights 1.00, 0.00, 0.00." in screen.shown[0].alt
    control(screen, "mask").value = "none"
    assert "weights 0.33, 0.33, 0.33." in screen.updates[-1].alt


def test_two_texts_have_no_causal_mask(screen):
    qk_view(Q, K, ["a", "b", "c"], key_tokens=TOKENS)
    assert control(screen, "mask").options == ("none",)


def test_the_query_of_wide_vectors_can_be_made_longer(screen):
    qk_view(torch.ones(2, 5), torch.eye(2, 5), ["a", "b"])
    control(screen, "query × ").value = 4
    assert "The query b: scores 4.00, 4.00" in screen.updates[-1].alt


def test_what_does_not_fit_raises(screen):
    with pytest.raises(ValueError, match="q is 2 wide and k 1"):
        qk_view(Q, K[:, :1], TOKENS)
