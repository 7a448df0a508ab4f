"""Vectors of words are scikit-learn's, and only directions count for what is near."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.semantic_analysis.words import nearest, tf_idf, word_vectors

TEXTS = ["the red kite", "the kite and the old kite", "", "a mill, an old mill"]


@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=6))
def test_tf_idf_is_that_of_scikit_learn(rows):
    from sklearn.feature_extraction.text import TfidfTransformer

    theirs = TfidfTransformer().fit_transform(torch.tensor(rows).numpy()).toarray()
    torch.testing.assert_close(
        tf_idf(torch.tensor(rows)), torch.from_numpy(theirs).float(), atol=1e-6, rtol=1e-5
    )


@pytest.mark.parametrize("idf", [True, False])
def test_word_vectors_have_length_1_and_unknown_words_none(idf):
    found = word_vectors(TEXTS, idf=idf)([*TEXTS, "zebra"])
    assert found.norm(dim=-1).tolist() == pytest.approx([1, 1, 0, 1, 0])


def test_rare_words_count_more_only_with_idf():
    bag, weighed = (word_vectors(TEXTS, idf=idf)(["the mill"])[0] for idf in (False, True))
    the, mill = sorted(bag.nonzero().flatten().tolist())[::-1]
    assert bag[the] == bag[mill]
    assert weighed[the] < weighed[mill]


def test_the_nearest_points_the_same_way_however_long_it_is():
    vectors = torch.tensor([[9.0, 9.0], [0.1, 0.0], [-5.0, 0.0]])
    assert nearest(torch.tensor([2.0, 0.1]), vectors, 3).tolist() == [1, 0, 2]
