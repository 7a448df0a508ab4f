import numpy as np

from lmlab.viz.explorer.heads import PATTERNS, badges, head_scores

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


def test_tokens_are_told_apart_by_their_strings():
    weights = one_key_each([0, 0, 0, 1, 2, 3])
    scores = head_scores(weights, TOKENS)
    assert set(scores) == set(PATTERNS)
    assert scores["induction"].shape == (1, 1) and scores["induction"][0, 0] == 1
    assert "induction" not in head_scores(weights, ["a", "b", "c", "d", "e", "A"])
