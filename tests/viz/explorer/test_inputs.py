from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lmlab.viz.explorer.inputs import attention_array, kept, token_labels


def test_every_form_gives_the_same_array(random_attention):
    weights = random_attention()  # (layers, heads, query, key)
    batches = tuple(torch.tensor(np.stack([layer, layer[::-1].copy()])) for layer in weights)
    forms = [
        weights,
        torch.tensor(weights, requires_grad=True),
        weights.tolist(),
        list(weights),
        batches,
        SimpleNamespace(attentions=batches),
        SimpleNamespace(attention_weights=lambda: torch.tensor(weights)),
    ]
    for form in forms:
        np.testing.assert_allclose(attention_array(form), weights, atol=1e-6)


def test_missing_axes_are_added(random_attention):
    weights = random_attention()
    assert attention_array(weights[0]).shape == (1, 3, 6, 6)
    assert attention_array(weights[0, 0]).shape == (1, 1, 6, 6)


def test_half_precision_is_accepted(random_attention):
    weights = torch.tensor(random_attention()).bfloat16()
    assert attention_array(weights).dtype == np.float32


def test_a_fully_masked_query_is_accepted(random_attention):
    weights = random_attention()
    weights[..., 2, :] = 0
    attention_array(weights)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda w: np.log(w + 1e-9), "Are these scores"),
        (lambda w: w * 0.5, "must sum to 1.*layer 0, head 0, query 0 sums to 0.5"),
        (lambda w: np.where(w > 0.5, np.nan, w), "NaN or infinity, first layer"),
        (lambda w: w[0, 0, 0], r"shape \(6,\)"),
        (lambda w: w[None], r"shape \(1, 2, 3, 6, 6\)"),
        (lambda w: w[..., :0], "nothing in it"),
        (lambda w: (None, None), "attn_implementation="),
        (lambda w: None, "attn_implementation="),
        (lambda w: SimpleNamespace(attentions=None), "output_attentions=True"),
        (lambda w: (), "empty"),
        (lambda w: [w[0], w[0, :2]], "differs in shape"),
        (lambda w: [w[None], w[None]], "each layer has shape"),
    ],
)
def test_what_is_no_attention_is_refused(random_attention, spoil, message):
    with pytest.raises(ValueError, match=message):
        attention_array(spoil(random_attention()))


def test_text_is_refused():
    with pytest.raises(TypeError, match="holds str where numbers are wanted"):
        attention_array("attention")


def test_token_counts_must_fit(random_attention, names):
    weights = random_attention()
    assert token_labels(names(6), weights) == (names(6), names(6))
    with pytest.raises(ValueError, match="5 tokens were given for attention over 6 keys"):
        token_labels(names(5), weights)
    with pytest.raises(ValueError, match="2 query tokens were given for 6 queries"):
        token_labels(names(6), weights, names(2))
    with pytest.raises(TypeError, match="tokens is one string"):
        token_labels("abcdef", weights)


def test_with_a_cache_the_queries_are_the_last_tokens(random_attention, names):
    weights = random_attention()[..., 4:, :]
    assert token_labels(names(6), weights) == (names(6), ["t4", "t5"])


def test_layers_and_heads_are_picked_by_number():
    assert kept(None, 3, "heads") == [0, 1, 2]
    assert kept(range(1, 3), 3, "heads") == [1, 2]
    assert kept(2, 3, "heads") == [2]
    with pytest.raises(ValueError, match=r"heads=\[3\] was given; there are heads 0 to 2"):
        kept([3], 3, "heads")
