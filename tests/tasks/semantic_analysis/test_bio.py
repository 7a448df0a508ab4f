"""Tags and spans say the same, and what a model forgets is made good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.semantic_analysis.bio import bio_spans, bio_tags

LABELS = ("agent", "theme")


@st.composite
def spans(draw):
    """Spans that share no token, in order, and how long the text is."""
    found, place = [], 0
    for label in draw(st.lists(st.sampled_from(LABELS), max_size=5)):
        first = place + draw(st.integers(0, 2))
        last = first + draw(st.integers(0, 2))
        found.append((label, first, last))
        place = last + 1
    return found, place + draw(st.integers(0, 2))


@given(spans())
def test_spans_come_back_from_their_tags(drawn):
    found, n_tokens = drawn
    assert bio_spans(bio_tags(n_tokens, found)) == found


def test_two_spans_of_one_label_that_touch_stay_two():
    assert bio_spans(["B-agent", "I-agent", "B-agent"]) == [("agent", 0, 1), ("agent", 2, 2)]


def test_an_i_without_its_b_begins_a_span():
    tags = ["I-agent", "O", "B-agent", "I-theme", "I-theme"]
    assert bio_spans(tags) == [("agent", 0, 0), ("agent", 2, 2), ("theme", 3, 4)]


def test_spans_that_share_a_token_have_no_tags():
    with pytest.raises(ValueError, match="theme 1–2 shares a token"):
        bio_tags(3, [("agent", 0, 1), ("theme", 1, 2)])
