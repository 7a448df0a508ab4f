import json
import re

import numpy as np
import pytest

from lmlab.viz import model_view


@pytest.fixture
def weights(random_attention):
    """Two layers of three heads over six tokens; head 1.0 looks one token back."""
    weights = random_attention()
    weights[1, 0] = np.eye(6, k=-1)
    weights[1, 0, 0, 0] = 1
    return weights


def payload(view):
    return json.loads(re.search(r'application/json">(.*?)</script>', view.html).group(1))


def test_it_opens_on_the_first_head_of_the_order(weights, names):
    assert model_view(weights, names(6), "previous").selected[:2] == (1, 0)
    assert model_view(weights, names(6), "previous", layer=0).selected.layer == 0
    sharpest = model_view(weights, names(6), "entropy").selected
    assert sharpest[:2] == (1, 0)  # it looks at one key each time


def test_the_page_has_every_score_and_the_entropy_in_nats(weights, names):
    data = payload(model_view(weights, names(6), "previous"))
    assert data["view"] == "model_view" and data["sort"] == "previous"
    assert data["scores"]["previous"][1][0] == 100
    assert data["scores"]["entropy"][1][0] == 0
    assert np.shape(data["scores"]["entropy"]) == (2, 3)


def test_orders_that_the_text_has_no_place_for_are_refused(weights, names):
    with pytest.raises(ValueError, match="sort='induction' .* previous, first, self, entropy"):
        model_view(weights, names(6), sort="induction")
    with pytest.raises(ValueError, match="sort='next'"):  # a causal head cannot look ahead
        model_view(weights, names(6), sort="next")
    model_view(weights, list("abcabc"), sort="induction")


def test_cross_attention_can_be_sorted_by_entropy_only(random_attention, names):
    queries = list("uvwxyz")
    view = model_view(random_attention(causal=False), names(6), "entropy", query_tokens=queries)
    assert set(payload(view)["scores"]) == {"entropy"}
    with pytest.raises(ValueError, match="a place for entropy"):
        model_view(random_attention(), names(6), "previous", query_tokens=queries)


def test_the_text_lists_the_heads_in_their_order(weights, names):
    text = repr(model_view(weights, names(6), "previous"))
    assert re.search(r"by previous: 1\.0 \(1\.00 of its attention\), \d\.\d", text)


def test_equal_input_gives_equal_bytes_and_another_order_another_picture(weights, names):
    first, second = (model_view(weights, names(6)) for _ in range(2))
    assert first.html == second.html
    assert model_view(weights, names(6), "previous").png != first.png


def test_twelve_by_twelve_heads_over_64_tokens_fit_in_half_a_megabyte(random_attention, names):
    assert len(model_view(random_attention(12, 12, 64), names(64)).html.encode()) <= 500_000


def test_a_live_view_follows_the_widget(weights, names):
    view = model_view(weights, names(6), live=True)
    view.widget.selected = {"layer": 0, "head": 2, "query": 3, "key": 0}
    assert view.selected == (0, 2, 3, 0)
