import numpy as np
import pytest

from lmlab.viz import compare
from lmlab.viz.explorer.packing import unpack


@pytest.fixture
def pair(random_attention):
    """The same attention twice, but that query 4 of head 1.2 has turned from key 0 to key 3."""
    before = random_attention()
    after = before.copy()
    before[1, 2, 4] = [1, 0, 0, 0, 0, 0]
    after[1, 2, 4] = [0.25, 0, 0, 0.75, 0, 0]
    return before, after


def test_it_opens_where_the_two_differ_most(pair, names):
    assert compare(*pair, names(6)).selected == (1, 2, 4, 0)
    assert compare(*pair, names(6), layer=0, query=2).selected[::2] == (0, 2)


def test_the_share_that_moved_is_half_the_distance_of_the_rows(pair, names):
    view = compare(*pair, names(6))
    expected = np.zeros((2, 3))
    expected[1, 2] = 0.75 / 6  # one of six queries turned
    np.testing.assert_allclose(view.moved, expected, atol=1e-6)
    assert view.most_moved(1) == [(pytest.approx(0.125), 1, 2)]


def test_the_page_holds_the_weights_of_both(pair, names):
    data = compare(*pair, names(6), names=("then", "now")).payload
    for packed, weights in zip((data["weights"], data["others"]), pair, strict=True):
        levels = unpack(packed, (2, 3, 6, 6), causal=True)
        np.testing.assert_allclose(levels / 255, weights, atol=0.002)
    assert data["called"] == {"first": "then", "second": "now"}


def test_one_that_looks_ahead_makes_the_view_show_all_keys(pair, random_attention, names):
    data = compare(pair[0], random_attention(causal=False), names(6)).payload
    assert not data["causal"]
    assert unpack(data["others"], (2, 3, 6, 6), causal=False)[0, 0, 0, 5] > 0


def test_the_text_says_where_and_by_how_much(pair, names):
    view = compare(*pair, names(6), names=("then", "now"))
    assert "Layer 1, head 2 differs most: 12% of its attention" in view.alt
    text = repr(view)
    assert " 12.5%  layer 1, head 2" in text
    assert "t4 (query 4) looks at t0 with" in text
    assert "100.0%  then" in text and "25.0%  now" in text


def test_attentions_of_other_shapes_cannot_be_compared(pair, names):
    with pytest.raises(ValueError, match=r"\(2, 3, 6, 6\) and \(2, 2, 6, 6\).*heads="):
        compare(pair[0], pair[1][:, :2], names(6))
    compare(*pair, names(6), heads=[0, 1])


def test_it_takes_two_names(pair, names):
    with pytest.raises(ValueError, match="give two, such as"):
        compare(*pair, names(6), names=("only",))


def test_it_is_the_same_bytes_each_time_and_a_picture(pair, names):
    first, second = (compare(*pair, iter(names(6))) for _ in range(2))
    assert first.html == second.html
    assert first.png.startswith(b"\x89PNG")


def test_a_live_view_follows_the_widget(pair, names):
    view = compare(*pair, names(6), live=True)
    view.widget.selected = {"layer": 0, "head": 1, "query": 2, "key": 2}
    assert view.selected == (0, 1, 2, 2)
