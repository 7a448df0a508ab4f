"""The distribution before and after the cuts: bars, counts, entropies and draws."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from lmlab.viz.draws import Sampling
from lmlab.viz.labs.sampling import sampling_bars, sampling_lab

TOKENS = [" cat", "的", "<b>", "$x$"]
LOGITS = np.log(np.array([0.5, 0.25, 0.125, 0.125], dtype=np.float32))


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def lengths(ax) -> list[float]:
    return [bar.get_width() for bar in ax.patches]


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_the_bars_are_the_probabilities_before_and_after():
    before, after = sampling_bars(LOGITS, TOKENS, Sampling(top_k=2)).axes
    assert lengths(before) == pytest.approx([0.5, 0.25, 0.125, 0.125, 0])
    assert lengths(after) == pytest.approx([2 / 3, 1 / 3, 0, 0, 0])
    assert words(after)[2:] == ["<b> cut", "$x$ cut", "0 others 0.00"]


def test_the_titles_count_tokens_and_bits():
    before, after = sampling_bars(LOGITS, TOKENS, Sampling(temperature=0.0)).axes
    assert before.get_title(loc="left") == "before: 4 tokens, 1.75 bits"
    assert after.get_title(loc="left") == "after: 1 token, 0.00 bits"


def test_what_is_cut_has_another_colour():
    before = sampling_bars(LOGITS, TOKENS, Sampling(top_p=0.6)).axes[0]
    colours = [bar.get_facecolor()[:3] for bar in before.patches]
    assert colours[0] == colours[1] != colours[2] == colours[3]


def test_all_others_share_one_bar():
    before, after = sampling_bars(LOGITS, TOKENS, Sampling(top_k=2), top=1).axes
    assert words(before)[-1] == "3 others 0.50"
    assert words(after)[-1] == "1 others 0.33"


def test_a_logit_for_each_token_is_wanted():
    with pytest.raises(ValueError, match="4 logits and 3 tokens"):
        sampling_bars(LOGITS, TOKENS[:3], Sampling())


def controls(screen) -> dict:
    return {c.description: c for c in screen.shown[-1].children if c.description}


def test_the_sliders_change_the_picture(screen):
    sampling_lab(LOGITS, TOKENS, top_p=0.8)
    assert "top-p 0.8" in screen.shown[0].alt and "after: 3 tokens" in screen.shown[0].alt
    controls(screen)["top-k"].value = 1
    assert "after: 1 token, 0.00 bits" in screen.updates[-1].alt
    controls(screen)["top-k"].label = "off"
    controls(screen)["top-p"].label = "off"
    assert "after: 4 tokens" in screen.updates[-1].alt


def test_a_function_of_a_text_gets_a_box_to_type_in(screen):
    sampling_lab(lambda text: torch.eye(4)[len(text)], TOKENS, "a", temperature=0.0)
    assert "Likeliest: 的 1.00." in screen.shown[0].alt
    controls(screen)["text"].value = "ab"
    assert "Likeliest: <b> 1.00." in screen.updates[-1].alt


def test_a_setting_that_makes_no_sense_is_named():
    with pytest.raises(ValueError, match="top_p=1.5"):
        sampling_lab(LOGITS, TOKENS, top_p=1.5)
