"""Alignment: the error rate, links from attention, and the true ones from the scene."""

from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.translation.alignment import (
    alignment_error_rate,
    attention_links,
    scene_links,
)
from lmlab.tasks.translation.recipe import learn_vocabulary
from lmlab.text.town import generate
from lmlab.text.town.links import Link

PLACES = st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)))


@given(links=PLACES, sure=PLACES, others=PLACES)
def test_a_rate_lies_between_0_and_1(links, sure, others):
    assert 0 <= alignment_error_rate(links, sure, sure | others) <= 1


@given(sure=PLACES, others=PLACES)
def test_links_that_may_be_and_hold_those_that_must_be_are_no_error(sure, others):
    assert alignment_error_rate(sure | others, sure, sure | others) == 0


def test_the_published_formula():
    links, sure, possible = {(0, 0), (1, 1), (2, 2)}, {(0, 0), (3, 3)}, {(0, 0), (1, 1), (3, 3)}
    assert alignment_error_rate(links, sure, possible) == pytest.approx(1 - (1 + 2) / (3 + 2))


def test_attention_links_each_target_with_what_it_looks_at_most():
    weights = torch.tensor([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]])
    assert attention_links(weights, [0, 1]) == {(1, 0), (0, 1)}
    assert attention_links(weights, [1]) == {(0, 1)}


@pytest.fixture(scope="module")
def tokenizer():
    """English words and Chinese characters as tokens; words that it does not know in pieces."""
    return learn_vocabulary(
        [("The red kite is gone under a bench.", "红色的风筝不见了长椅下面")] * 5, 400
    )


def test_true_links_join_tokens_that_tell_the_same(tokenizer):
    pair = ("The red kite is gone.", "红色的风筝不见了。")
    links = [
        Link((4, 12), (0, 5), False),
        Link((4, 7), (0, 3), True),
        Link((8, 12), (3, 5), True),
    ]
    sure, possible = scene_links(tokenizer, pair, links)
    source, target = (tokenizer.tokens(tokenizer.encode(text)) for text in pair)
    assert {(source[a], target[b]) for a, b in sure} == {
        *product([" red"], "红色的"),
        *product([" kite"], "风筝"),
    }
    assert possible == set(product([source.index(" red"), source.index(" kite")], range(5)))


def test_words_of_several_tokens_have_no_sure_link(tokenizer):
    pair = ("under a bench", "长椅下面")
    sure, possible = scene_links(tokenizer, pair, [Link((0, 13), (0, 4), True)])
    assert not sure and len(possible) == 4 * len(tokenizer.encode(pair[0]))


def test_sure_links_of_stories_are_possible_and_all_of_them_are_no_error(tokenizer):
    for story in generate(20, seed=2):
        for pair, links in zip(story.pairs, story.links, strict=True):
            sure, possible = scene_links(tokenizer, pair, links)
            assert sure <= possible
            assert alignment_error_rate(possible, sure, possible) == 0


def test_a_corpus_is_scored_as_one_set(tokenizer):
    sure = {(0, 1, 1), (1, 1, 1)}
    assert alignment_error_rate({(0, 1, 1), (1, 0, 1)}, sure, sure) == 0.5


def test_nothing_is_linked_where_the_scene_has_no_link(tokenizer):
    assert scene_links(tokenizer, ("ab", "cd"), []) == (set(), set())
