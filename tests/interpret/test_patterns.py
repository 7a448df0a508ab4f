import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.interpret.patterns import (
    attention_entropy,
    duplicate_keys,
    first_token_score,
    head_scores,
    induction_head,
    induction_keys,
    induction_score,
    offset_score,
    previous_token_score,
    weight_on,
)

IDS = torch.tensor([7, 8, 9, 7, 8, 9])


def looks_at(keys):
    return torch.nn.functional.one_hot(torch.tensor(keys), len(keys)).float()


def random_weights(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return (3 * torch.randn(*shape, generator=generator)).softmax(dim=-1)


@pytest.mark.parametrize(
    ("keys", "pattern"),
    [
        ([0, 0, 1, 2, 3, 4], "previous"),
        ([0, 0, 0, 0, 0, 0], "first"),
        ([0, 1, 2, 3, 4, 5], "self"),
        ([0, 0, 0, 1, 2, 3], "induction"),
        ([0, 1, 2, 0, 1, 2], "duplicate"),
        ([1, 2, 3, 4, 5, 5], "next"),
    ],
)
def test_a_head_that_follows_a_pattern_scores_one(keys, pattern):
    scores = head_scores(looks_at(keys), IDS)
    assert scores[pattern] == 1
    assert all(score < 0.7 for name, score in scores.items() if name != pattern)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=9))
def test_keys_are_those_that_the_definition_names(tokens):
    ids = torch.tensor(tokens)
    duplicate, induction = duplicate_keys(ids), induction_keys(ids)
    for query in range(len(tokens)):
        for key in range(len(tokens)):
            assert duplicate[query, key] == (key < query and tokens[key] == tokens[query])
            follows = 0 < key < query and tokens[key - 1] == tokens[query]
            assert induction[query, key] == follows


@given(st.integers(2, 8), st.integers(0, 99))
def test_scores_are_shares_and_no_head_changes_anothers(length, seed):
    weights = random_weights(2, 3, length, length, seed=seed)
    ids = torch.arange(length) % 3
    scores = head_scores(weights, ids)
    for score in scores.values():
        assert score.shape == (2, 3)
        assert (score >= 0).all() and (score <= 1 + 1e-6).all()
    for name, score in head_scores(weights[1, 2], ids).items():
        torch.testing.assert_close(score, scores[name][1, 2])


def test_an_offset_is_counted_from_the_query():
    weights = random_weights(6, 6)
    by_hand = sum(weights[query, query - 2] for query in range(2, 6)) / 4
    torch.testing.assert_close(offset_score(weights, -2), by_hand)


def test_with_a_cache_the_queries_are_the_last_tokens():
    weights = looks_at([0, 0, 1, 1, 2, 3])[4:]  # the last two queries
    assert previous_token_score(looks_at([0, 0, 1, 2, 3, 4])[4:]) == 1
    assert induction_score(weights, IDS) == 1
    assert first_token_score(looks_at([1, 1, 1, 1, 0, 0])[4:]) == 1


def test_the_first_tokens_look_at_itself_does_not_count():
    assert first_token_score(looks_at([0, 1, 2])) == 0


def test_weight_on_several_keys_is_their_sum():
    keys = torch.tensor([[0, 0, 0], [1, 0, 0], [1, 1, 0]], dtype=torch.bool)
    weights = torch.tensor([[1, 0, 0], [0.3, 0.7, 0], [0.2, 0.3, 0.5]])
    torch.testing.assert_close(weight_on(weights, keys), torch.tensor((0.3 + 0.5) / 2))


def test_a_text_without_repeats_has_no_place_for_induction():
    weights = random_weights(3, 3)
    assert set(head_scores(weights, torch.arange(3))) == {"previous", "next", "first", "self"}
    assert induction_score(weights, torch.arange(3)).isnan()
    assert set(head_scores(torch.ones(1, 1), torch.tensor([0]))) == {"self"}


def test_the_induction_head_is_found_wherever_it_stands():
    for layer, head in ((0, 2), (1, 0), (2, 1)):
        weights = random_weights(3, 3, 6, 6)
        weights[layer, head] = looks_at([0, 0, 0, 1, 2, 3])
        assert induction_head(weights, IDS) == (layer, head)


@given(st.integers(1, 9))
def test_entropy_runs_from_one_key_to_all_of_them(length):
    even = torch.full((length, length), 1 / length)
    assert attention_entropy(even).item() == pytest.approx(math.log(length), abs=1e-6)
    assert attention_entropy(looks_at(list(range(length)))) == 0
    assert attention_entropy(torch.zeros(2, length)) == 0  # every key masked
