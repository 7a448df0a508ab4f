import numpy as np

from lmlab.viz.explorer.heads import badges, head_scores

TOKENS = ["a", "b", "c", "a", "b", "c"]


def one_key_each(keys):
    weights = np.zeros((1, 1, len(keys), len(keys)), dtype=np.float32)
    weights[0, 0, np.arange(len(keys)), keys] = 1
    return weights


def names(weights, tokens=TOKENS, causal=True):
    return [badge.pattern for badge in badges(weights, tokens, causal)[0][0]]


def test_each_pattern_is_recognised():
    assert names(one_key_each([0, 0, 1, 2, 3, 4])) == ["previous"]
    assert names(one_key_each([0, 0, 0, 0, 0, 0])) == ["first"]
    assert names(one_key_each([0, 1, 2, 3, 4, 5])) == ["self"]
    assert names(one_key_each([0, 0, 0, 1, 2, 3])) == ["induction"]
    assert names(one_key_each([0, 1, 2, 0, 1, 2])) == ["duplicate"]
    assert names(one_key_each([1, 2, 3, 4, 5, 5]), causal=False) == ["next"]


def test_even_attention_earns_no_badge():
    for n in (2, 3, 6, 12):
        tokens = [f"t{i % 3}" for i in range(n)]
        even = np.tri(n, dtype=np.float32) / np.arange(1, n + 1, dtype=np.float32)[:, None]
        assert names(even[None, None], tokens) == []


def test_scores_average_over_the_queries_that_have_such_a_key():
    weights = one_key_each([0, 0, 1, 2, 0, 0])
    scores = head_scores(weights, TOKENS)
    assert scores["previous"][0, 0] == np.float32(3 / 5)  # queries 1 to 3 of 1 to 5
    assert scores["duplicate"][0, 0] == 0
    assert scores["induction"][0, 0] == 0


def test_without_a_repeat_there_is_no_induction_score():
    scores = head_scores(one_key_each([0, 0, 1]), ["a", "b", "c"])
    assert set(scores) == {"previous", "next", "first", "self"}


def test_with_a_cache_positions_are_those_of_the_keys():
    weights = one_key_each([0, 0, 1, 2, 3, 4])[:, :, 4:]
    assert head_scores(weights, TOKENS)["previous"][0, 0] == 1


def test_one_token_has_only_itself():
    assert set(head_scores(one_key_each([0]), ["a"])) == {"self"}
