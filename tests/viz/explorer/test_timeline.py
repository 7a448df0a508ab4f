import numpy as np
import pytest

from lmlab.viz import timeline
from lmlab.viz.explorer import bundle
from lmlab.viz.explorer.packing import unpack

STEPS = [0, 10, 100]


@pytest.fixture
def film(random_attention):
    """Three checkpoints; head 1.2 goes from looking at itself to looking one token back."""
    film = np.stack([random_attention()] * 3)  # (checkpoints, layers, heads, query, key)
    back = np.eye(6, k=-1)
    back[0, 0] = 1
    for share, weights in zip((0, 0.5, 1), film, strict=True):
        weights[1, 2] = share * back + (1 - share) * np.eye(6)
    return film


def test_it_opens_at_the_end_on_the_head_that_has_changed_most(film, names):
    view = timeline(film, names(6), STEPS)
    assert view.selected[:3] == (100, 1, 2)
    assert timeline(film, names(6), STEPS, step=10, layer=0).selected[:2] == (10, 0)


def test_scores_are_those_of_the_head_at_each_checkpoint(film, names):
    view = timeline(film, names(6), STEPS)
    assert view.scores(1, 2)["previous"] == pytest.approx([0, 0.5, 1])
    assert view.payload["scores"]["previous"][1][1][2] == 50


def test_the_page_holds_every_checkpoint(film, names):
    data = timeline(list(film), names(6), STEPS, [2, 1.5, 1.23456]).payload
    levels = unpack(data["weights"], (6, 3, 6, 6), causal=True)
    np.testing.assert_allclose(levels.reshape(film.shape) / 255, film, atol=0.002)
    assert data["steps"] == STEPS
    assert data["losses"] == [2, 1.5, 1.235]
    patterns = [[name for name, _ in earned[1][2]] for earned in data["earned"]]
    assert patterns == [["self"], [], ["previous"]]


def test_the_text_is_a_table_of_scores(film, names):
    view = timeline(film, names(6), STEPS, [2, 1.5, 1.2])
    assert "previous goes from 0% to 100%" in view.alt
    rows = [line.split() for line in repr(view).splitlines()[2:]]
    assert rows[0] == ["step", "previous", "first", "self", "loss"]
    assert rows[2] == ["10", "50%", "10%", "58%", "1.5"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": [0, 10]}, "3 attentions and 2 steps"),
        ({"steps": [0, 10, 10]}, "do not rise"),
        ({"losses": [1, 2]}, "a number for each of 3 steps"),
        ({"losses": [1, 2, float("nan")]}, "a number for each of 3 steps"),
        ({"step": 50}, r"step=50 was given; the checkpoints are \[0, 10, 100\]"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(film, names, change, message):
    with pytest.raises(ValueError, match=message):
        timeline(film, names(6), **{"steps": STEPS} | change)


def test_checkpoints_of_other_models_are_refused(film, names):
    with pytest.raises(ValueError, match="differ in shape"):
        timeline([film[0], film[1], film[2][:1]], names(6), STEPS)


def test_a_view_too_large_says_how_to_narrow_it(film, names, monkeypatch):
    monkeypatch.setattr(bundle, "MOST_BYTES", 39_000)
    with pytest.raises(ValueError, match="fewer of the 3 checkpoints, or: .*layers=range"):
        timeline(film, names(6), STEPS)


def test_it_is_the_same_bytes_each_time_and_a_picture(film, names):
    first, second = (timeline(film, iter(names(6)), STEPS, [3, 2, 1]) for _ in range(2))
    assert first.html == second.html
    assert timeline(film, names(6), STEPS).png.startswith(b"\x89PNG")


def test_a_live_view_follows_the_widget(film, names):
    view = timeline(film, names(6), STEPS, live=True)
    view.widget.selected = {"step": 10, "layer": 0, "head": 1, "query": 2, "key": 2}
    assert view.selected == (10, 0, 1, 2, 2)
    assert view.selected.step == 10
