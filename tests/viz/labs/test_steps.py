"""The four steps of attention as they are computed, drawn and read out."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from lmlab.nn.attention import attention, attention_weights
from lmlab.nn.masks import causal_mask
from lmlab.viz.figures import picture
from lmlab.viz.labs.steps import Steps, attention_steps

TOKENS = ["The", " 猫", "<b>"]
Q = torch.tensor([[2.0, 0.0], [0.0, 2.0], [1.0, -1.0]])
K = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def maps(figure) -> list:
    return [ax for ax in figure.axes if ax.get_visible()]


def drawn(ax) -> np.ndarray:
    return np.ma.filled(ax.images[0].get_array().astype(float), np.nan)


def titles(figure) -> list[str]:
    return [ax.get_title(loc="left") for ax in maps(figure)]


def numbers(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_the_four_maps_hold_the_four_steps():
    mask = causal_mask(3)
    scores, scaled, masked, weights = maps(attention_steps(Q, K, TOKENS, mask=mask))
    np.testing.assert_allclose(drawn(scores), Q @ K.T)
    np.testing.assert_allclose(drawn(scaled), Q @ K.T / 2**0.5, rtol=1e-6)
    assert np.isnan(drawn(masked)).tolist() == (~mask).tolist()
    expected = attention_weights(Q, K, mask)
    np.testing.assert_allclose(np.nan_to_num(drawn(weights)), expected, rtol=1e-6)


def test_numbers_stand_in_the_cells_and_sums_at_the_end_of_the_rows():
    figure = attention_steps(Q, K, TOKENS, mask=causal_mask(3))
    scores, _, masked, weights = maps(figure)
    assert numbers(scores)[:3] == ["2.00", "0.00", "2.00"]
    assert numbers(masked)[:3] == ["1.41", "-∞", "-∞"]
    assert numbers(weights)[:3] == ["1.00", "0", "0"]
    assert numbers(weights)[-4:] == ["sum", "1.00", "1.00", "1.00"]


def test_a_row_with_nothing_to_see_sums_to_zero_and_is_said_so():
    mask = torch.tensor([[True] * 3, [True] * 3, [False] * 3])
    figure = attention_steps(Q, K, TOKENS, mask=mask)
    assert numbers(maps(figure)[3])[-1] == "0.00"
    assert figure.get_supxlabel() == "<b> looks at nothing"


def test_the_framed_query_is_read_out_most_weight_first():
    figure = attention_steps(100 * Q, K, ["a", "b", "c"], query=1)
    assert figure.get_supxlabel() == "b looks at b 0.50 · c 0.50"


def test_without_the_scale_the_weights_come_from_the_bare_scores():
    figure = attention_steps(Q, K, TOKENS, scaled=False)
    assert titles(figure)[1:3] == ["2  not scaled", "3  no mask"]
    np.testing.assert_allclose(drawn(maps(figure)[3]), (Q @ K.T).softmax(-1), rtol=1e-6)


def test_values_make_a_fifth_map_of_what_attention_gives():
    v = torch.tensor([[1.0], [2.0], [-3.0]])
    *_, out = maps(attention_steps(Q, K, TOKENS, v=v))
    np.testing.assert_allclose(drawn(out), attention(Q, K, v), rtol=1e-5)


def test_queries_and_keys_may_be_of_two_texts():
    figure = attention_steps(Q[:2], K, ["x", "y"], key_tokens=TOKENS)
    first = maps(figure)[0]
    assert [label.get_text() for label in first.get_yticklabels()] == ["x", "y"]
    assert len(first.get_xticks()) == 3


def test_many_tokens_are_drawn_without_numbers():
    x = torch.eye(12)
    assert numbers(maps(attention_steps(x, x, [f"t{i}" for i in range(12)]))[0]) == []


def test_arrays_do_as_well_as_tensors_and_give_the_same_bytes():
    first = picture(attention_steps(Q, K, TOKENS, mask=causal_mask(3)), "x").png
    again = attention_steps(Q.numpy(), K.numpy(), TOKENS, mask=causal_mask(3).numpy())
    assert picture(again, "x").png == first


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"q": Q[None]}, r"q has shape \(1, 3, 2\); give .* one head"),
        ({"q": Q * torch.inf}, "finite"),
        ({"k": K[:, :1]}, "q is 2 wide and k 1"),
        ({"tokens": TOKENS[:2]}, "2 tokens were given"),
        ({"v": Q[:2]}, "2 values for 3 keys"),
        ({"mask": torch.ones(3, 3)}, "float32; give Bool"),
        ({"mask": causal_mask(2)}, r"mask has shape \(2, 2\)"),
    ],
)
def test_what_does_not_fit_is_named(changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        Steps.of(**{"q": Q, "k": K, "tokens": TOKENS} | changed)


def test_a_query_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="query=3.*queries 0 to 2"):
        attention_steps(Q, K, TOKENS, query=3)


def test_large_numbers_lose_their_digits_after_the_point():
    figure = attention_steps(100 * Q, K, TOKENS)
    assert numbers(maps(figure)[0])[0] == "200"
