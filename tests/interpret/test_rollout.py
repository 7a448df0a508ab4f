import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.interpret.rollout import rollout

SIZES = st.integers(1, 6)


def random_weights(layers, heads, time, causal, seed):
    scores = torch.randn(layers, heads, time, time, generator=torch.Generator().manual_seed(seed))
    if causal:
        scores = scores.masked_fill(torch.ones(time, time).triu(1).bool(), -torch.inf)
    return scores.softmax(dim=-1)


@given(SIZES, SIZES, SIZES, st.booleans(), st.integers(0, 99))
def test_rows_sum_to_one_and_no_token_comes_from_later_ones(layers, heads, time, causal, seed):
    flows = rollout(random_weights(layers, heads, time, causal, seed))
    assert flows.shape == (layers, time, time)
    torch.testing.assert_close(flows.sum(dim=-1), torch.ones(layers, time))
    if causal:
        assert torch.equal(flows, flows.tril())


@given(SIZES, SIZES, st.integers(0, 99))
def test_each_layer_mixes_what_the_one_before_has_gathered(layers, time, seed):
    weights = random_weights(layers + 1, 2, time, causal=False, seed=seed)
    flows = rollout(weights)
    assert torch.equal(flows[:-1], rollout(weights[:-1]))
    last = (weights[-1].mean(dim=0) + torch.eye(time)) / 2
    torch.testing.assert_close(flows[-1], last @ flows[-2])


def test_a_chain_of_two_steps_is_followed_to_its_start():
    step = torch.tensor([[1.0, 0, 0], [1, 0, 0], [0, 1, 0]])  # each token looks at the one before
    flows = rollout(step.expand(2, 1, 3, 3))
    torch.testing.assert_close(flows[1, 2], torch.tensor([0.25, 0.5, 0.25]))


def test_heads_count_alike():
    weights = random_weights(2, 3, 4, causal=True, seed=0)
    torch.testing.assert_close(rollout(weights), rollout(weights.flip(1)))


def test_a_query_with_every_key_masked_keeps_what_it_has():
    weights = random_weights(2, 2, 3, causal=False, seed=0)
    weights[:, :, 0] = 0
    torch.testing.assert_close(rollout(weights)[1, 0], torch.tensor([1.0, 0, 0]))
