import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.text.blocks import cut_into_blocks

TEXTS = st.lists(st.lists(st.integers(1, 9), max_size=7), max_size=6)


@given(texts=TEXTS, length=st.integers(1, 8))
def test_the_blocks_are_the_texts_in_order_with_their_ends(texts, length):
    stream = [token for text in texts for token in (*text, 0)]
    blocks = cut_into_blocks(texts, length, end_id=0)
    assert all(len(block) == length for block in blocks)
    joined = [token for block in blocks for token in block]
    assert joined == stream[: len(joined)]
    assert len(stream) - len(joined) < length


def test_a_length_of_nothing_is_refused():
    with pytest.raises(ValueError, match="length=0 must be 1 or more"):
        cut_into_blocks([[1]], 0, end_id=0)
