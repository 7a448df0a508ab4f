import json
import re

import numpy as np
import pytest
import torch

from lmlab import interpret
from lmlab.models import GPT, TransformerConfig
from lmlab.viz.explorer.logit_lens import logit_lens

VOCABULARY = [" the", " cat", "</script>", "猫"]
TOKENS = ["A", " b", "<i>"]


def scores():
    """(3, 3, 4): the last position says the, then a script, then cat."""
    logits = np.random.default_rng(0).normal(size=(3, 3, 4)).astype(np.float32)
    logits[0, 2], logits[1, 2], logits[2, 2] = [3, 0, 0, 0], [0, 0, 3, 0], [0, 5, 0, 0]
    return logits


@pytest.fixture
def view():
    return logit_lens(scores(), VOCABULARY, TOKENS)


def test_each_cell_holds_its_likeliest_tokens_best_first(view):
    softmax = torch.tensor(scores()).softmax(-1)
    data = view.payload
    names = [[[data["names"][n] for n in cell] for cell in row] for row in data["top"]]
    assert [row[2][0] for row in names] == ["·the", "</script>", "·cat"]
    assert data["share"][2][2][0] == pytest.approx(softmax[2, 2, 1].item(), abs=1e-4)
    assert all(cell == sorted(cell, reverse=True) for row in data["share"] for cell in row)


def test_the_final_answer_is_followed_by_rank_and_probability(view):
    softmax = torch.tensor(scores()).softmax(-1)
    answers = softmax[-1].argmax(-1)
    for layer in range(3):
        for position in range(3):
            own = softmax[layer, position]
            rank = 1 + int((own > own[answers[position]]).sum())
            assert view.payload["rank"][layer][position] == rank
            final = view.payload["final_share"][layer][position]
            assert final == pytest.approx(own[answers[position]].item(), abs=1e-4)
    assert view.payload["rank"][-1] == [1, 1, 1]


def test_only_the_top_travels():
    logits = torch.randn(4, 5, 200, generator=torch.Generator().manual_seed(0))
    vocabulary = [f"w{i}" for i in range(200)]
    small = logit_lens(logits, vocabulary, list("abcde"), top=2)
    assert {len(cell) for row in small.payload["top"] for cell in row} == {2}
    assert len(small.payload["names"]) <= 4 * 5 * 2


def test_logits_and_probabilities_give_the_same_view(view):
    probabilities = torch.tensor(scores()).softmax(-1)
    assert logit_lens(probabilities, VOCABULARY, TOKENS).payload == view.payload


def test_it_opens_where_the_last_answer_is_decided(view):
    assert view.selected == {"layer": 2, "position": 2}
    early = scores()
    early[1, 2] = [0, 4, 0, 0]
    assert logit_lens(early, VOCABULARY, TOKENS).selected["layer"] == 1
    assert logit_lens(early, VOCABULARY, TOKENS, layer=0, position=1).selected["layer"] == 0


def test_words_say_where_each_answer_is_decided(view):
    assert view.alt.endswith("After <i> (2) the answer is ·cat (98%), on top from layer 1 on.")
    assert repr(view).count("the answer is") == 3


def test_a_model_of_ours_is_read_in_two_lines():
    torch.manual_seed(0)
    sizes = {"vocab_size": 4, "context_length": 8, "d_model": 8, "n_layers": 2, "n_heads": 2}
    model, ids = GPT(TransformerConfig(**sizes)), torch.tensor([[0, 1, 2]])
    with interpret.record(model) as tape:
        logits = model(ids)
    view = logit_lens(interpret.logit_lens(model, tape), VOCABULARY, TOKENS)
    assert view.rows == ["embedding", "layer 0", "layer 1"]
    assert [view.top_token(-1, j).strip("·") for j in range(3)] == [
        VOCABULARY[i].strip() for i in logits[0].argmax(-1)
    ]


def test_tokens_are_text_and_never_html(view):
    payload = re.search(r'<script type="application/json">(.*?)</script>', view.html).group(1)
    assert json.loads(payload)["columns"] == [["A"], ["·b"], ["<i>"]]
    assert "<i>" not in view.html


def test_the_same_input_gives_the_same_bytes(view):
    again = logit_lens(scores(), VOCABULARY, TOKENS)
    assert (again.html, again.png) == (view.html, view.png)
    assert view.png.startswith(b"\x89PNG")


def test_a_live_view_follows_the_widget():
    view = logit_lens(scores(), VOCABULARY, TOKENS, live=True)
    view.widget.selected = {"layer": 0, "position": 1}
    assert view.selected == {"layer": 0, "position": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"logits": np.ones((3, 4))}, r"shape \(3, 4\); give \(layers \+ 1, time, vocab_size\)"),
        ({"vocabulary": VOCABULARY[:3]}, "3 names were given for a vocabulary of 4"),
        ({"tokens": ["a"]}, "1 tokens were given, and logits for 3"),
        ({"logits": np.ones((30, 51, 4)), "tokens": ["a"] * 51}, r"logits\[:, -40:\]"),
        ({"layer": 3}, "layer=3 was given; the view has layers 0 to 2"),
        ({"position": -1}, "position=-1 was given"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    given = {"logits": scores(), "vocabulary": VOCABULARY, "tokens": TOKENS} | change
    with pytest.raises(ValueError, match=message):
        logit_lens(**given)


def test_a_view_too_large_says_how_to_narrow_it(monkeypatch):
    monkeypatch.setattr("lmlab.viz.explorer.bundle.MOST_BYTES", 1000)
    with pytest.raises(ValueError, match=r"Show fewer tokens, logits\[:, -1:\]"):
        logit_lens(scores(), VOCABULARY, TOKENS)
