import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import GPT, TransformerConfig
from lmlab.viz.explorer.generate_lab import generate_lab

VOCABULARY = [" the", " cat", "<b>", "猫", "."]


def step(ids):
    """Each token makes the next one in the vocabulary likeliest."""
    return np.roll(np.array([3.0, 1.0, 0.5, 0.0, -1.0]), ids[-1] + 1)


def made(**change):
    given = {"step": step, "vocabulary": VOCABULARY, "start": [0, 1], "n_tokens": 5} | change
    return generate_lab(**given)


def path(view):
    return view.payload["selected"]["path"]


@pytest.fixture(scope="module")
def gpt():
    torch.manual_seed(0)
    sizes = {"vocab_size": 5, "context_length": 32, "d_model": 8, "n_layers": 1, "n_heads": 2}
    return GPT(TransformerConfig(**sizes)).eval()


@pytest.mark.parametrize("settings", [{}, {"temperature": 0.7, "top_k": 3}, {"top_p": 0.8}])
def test_the_same_seed_writes_what_the_model_generates(gpt, settings):
    start = torch.tensor([[0, 1]])
    for seed in range(3):
        ids = gpt.generate(start, max_new_tokens=9, seed=seed, **settings)[0, 2:].tolist()
        logits = lambda ids: gpt.next_logits(torch.tensor([ids]))[0]  # noqa: E731
        assert path(made(step=logits, n_tokens=9, seed=seed, **settings)) == ids


def test_temperature_zero_always_takes_the_likeliest():
    view = made(temperature=0.0)
    assert path(view) == [2, 3, 4, 0, 1]
    assert view.written == ["<b>", "猫", ".", "·the", "·cat"]


def test_each_place_holds_probabilities_before_and_after_the_cuts():
    place = made(top_k=2).places[0]["next"]
    before = torch.tensor(step([0, 1])).softmax(-1)
    rows = {token: (p, q) for _, token, p, q in place["rows"]}
    assert rows["<b>"][0] == pytest.approx(before[2].item(), rel=0.01)
    assert sum(q > 0 for _, q in rows.values()) == place["possible"] == 2
    assert sum(q for _, q in rows.values()) == pytest.approx(1, abs=0.01)
    assert place["others"] == [0, 0.0, 0.0]


def test_the_token_taken_is_shown_however_unlikely():
    names = [f"w{i}" for i in range(40)]
    view = made(step=lambda ids: torch.zeros(40), vocabulary=names, n_tokens=20)
    for place in view.places[:-1]:
        assert place["taken"]["id"] in [row[0] for row in place["next"]["rows"]]
    count, before, _ = view.places[-1]["next"]["others"]
    assert (count, before) == (28, pytest.approx(0.7))


@given(st.lists(st.integers(0, 4), max_size=4), st.integers(0, 9))
def test_a_draw_depends_on_seed_and_place_alone(path, seed):
    view = made(n_tokens=0)
    settings = {"temperature": 1.0, "top_k": None, "top_p": None, "seed": seed}
    asked = {"path": path, "settings": settings, "take": "draw"}
    assert view.answer(asked) == view.answer(asked)


def test_the_recorded_path_is_what_a_learner_draws_step_by_step():
    view = made(seed=4)
    path, settings = [], view.payload["settings"]
    for place in view.places[:-1]:
        told = view.answer({"path": path, "settings": settings, "take": "draw"})
        assert told["taken"] == place["taken"] and told["here"] == place["next"]
        path = [*path, told["taken"]["id"]]


def test_python_takes_what_is_asked():
    view = made(n_tokens=0, live=True)
    settings = {"temperature": 1.0, "top_k": 1, "top_p": None, "seed": 0}
    view.widget.asked = {"path": [2], "settings": settings, "take": "likeliest", "number": "a"}
    assert view.widget.answered["taken"]["token"] == "猫"
    view.widget.asked = {"path": [2], "settings": settings, "take": 4, "number": "b"}
    told = view.widget.answered
    assert (told["taken"]["token"], told["taken"]["how"]) == (".", "chosen by hand")
    assert told["next"]["rows"][0][1] == "·the"
    view.widget.asked = {"path": [], "settings": settings, "take": None, "number": "c"}
    assert view.widget.answered["next"]["possible"] == 1
    wrong = settings | {"top_k": 0}
    view.widget.asked = {"path": [], "settings": wrong, "take": None, "number": "d"}
    assert view.widget.answered["error"].startswith("ValueError: top_k=0 keeps no token")


def test_a_page_opens_at_the_start_and_a_live_view_at_the_end():
    assert made().selected["at"] == 0
    view = made(live=True)
    assert view.selected["at"] == 5
    view.widget.selected = {"at": 1, "path": [2]}
    assert view.selected == {"at": 1, "path": [2]}


def test_words_tell_the_text_and_what_was_likelier():
    view = made(temperature=0.0)
    assert view.alt.startswith(
        "·the ·cat → <b> 猫 . ·the ·cat. After “·the ·cat” the likeliest are"
    )
    assert "  猫 (77.8%); likeliest was 猫 (77.8%)" in repr(view)


def test_tokens_are_text_and_bytes_are_the_same():
    first, second = made(), made()
    assert "<b>" not in first.html
    assert (first.html, first.png) == (second.html, second.png)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"top_p": 1.5}, "top_p=1.5"),
        ({"n_tokens": 201}, "n_tokens=201 is wanted between 0 and 200"),
        ({"start": []}, "start is empty; give the ids of a text"),
        ({"vocabulary": VOCABULARY[:4]}, "4 names were given for a vocabulary of 5"),
        ({"step": lambda ids: np.ones((1, 5))}, r"logits of shape \(1, 5\); give one text's"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        made(**change)


def test_a_view_too_large_says_how_to_narrow_it(monkeypatch):
    monkeypatch.setattr("lmlab.viz.explorer.bundle.MOST_BYTES", 20_000)
    with pytest.raises(ValueError, match=r"Draw fewer tokens: n_tokens=\d+\."):
        made(n_tokens=100)
