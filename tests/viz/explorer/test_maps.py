import numpy as np
import pytest

from lmlab.viz.explorer.maps import AttentionMaps, Selection


@pytest.fixture
def maps(random_attention):
    """Two layers of three heads over a b c a b c; head 1.2 is an induction head."""
    weights = random_attention()
    weights[1, 2] = 0
    weights[1, 2, np.arange(6), [0, 0, 0, 1, 2, 3]] = 1
    return AttentionMaps.read(weights, list("abcabc"))


def test_the_most_telling_head_is_chosen(maps):
    assert maps.select()[:2] == (1, 2)
    assert maps.select(layer=0).layer == 0
    assert maps.select(head=1).head == 1


def test_the_query_chosen_looks_at_something_else(maps):
    selected = maps.select()
    assert selected.query in (3, 4, 5)
    assert selected.key == selected.query - 2


def test_a_selection_can_be_given_whole(maps):
    assert maps.select(0, 1, 0) == Selection(0, 1, 0, 0)


def test_what_is_not_there_cannot_be_selected(maps):
    with pytest.raises(ValueError, match="layer=2 was given; the view has layers 0 to 1"):
        maps.select(layer=2)
    with pytest.raises(ValueError, match="query=6 was given; there are queries 0 to 5"):
        maps.select(query=6)


def test_narrowing_keeps_the_numbers(random_attention, names):
    weights = random_attention()
    maps = AttentionMaps.read(weights, names(6), layers=[1], heads=[0, 2])
    assert (maps.layers, maps.heads) == ([1], [0, 2])
    np.testing.assert_array_equal(maps.pattern(1, 2), weights[1, 2])
    with pytest.raises(ValueError, match="the view has heads 0, 2"):
        maps.select(head=1)


def test_cross_attention_has_no_badges_and_no_mask(random_attention, names):
    maps = AttentionMaps.read(random_attention(), names(6), query_tokens=list("uvwxyz"))
    assert not maps.causal
    assert maps.with_pattern("first") == []
    assert maps.payload()["queries"] == list("uvwxyz")
    assert 0 <= maps.select().query < 6


def test_top_lists_the_strongest_keys_first(maps):
    weights = [weight for _, weight in maps.top(maps.select(layer=0), 6)]
    assert weights == sorted(weights, reverse=True)
