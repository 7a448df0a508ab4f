"""BERT: it looks both ways, restores what is hidden, and gives a text no probability."""

import itertools
import math

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from lmlab.models import GPT, TransformerConfig
from lmlab.models.bert import BERT

SWITCHES = st.fixed_dictionaries(
    {
        "norm": st.sampled_from(["layernorm", "rmsnorm"]),
        "norm_position": st.sampled_from(["pre", "post"]),
        "positions": st.sampled_from(["learned", "sinusoidal", "rope", "alibi"]),
        "n_kv_heads": st.sampled_from([None, 2]),
        "bias": st.booleans(),
        "tied_embeddings": st.booleans(),
    }
)
property_test = settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow]
)
MASK = 16


def tiny(kind=BERT, **switches):
    torch.manual_seed(0)
    shape = {"vocab_size": 17, "context_length": 40, "d_model": 16, "n_layers": 2, "n_heads": 4}
    return kind(TransformerConfig(**shape | switches)).eval()


def _ids(*shape, seed=1):
    return torch.randint(16, shape, generator=torch.Generator().manual_seed(seed))


@property_test
@given(SWITCHES, st.integers(0, 7))
def test_every_position_sees_every_token(switches, place):
    model, ids = tiny(**switches), _ids(1, 8)
    changed = ids.clone()
    changed[:, place] = (changed[:, place] + 1) % 16
    moved = (model(ids) - model(changed)).abs().amax(dim=-1)
    assert (moved > 1e-6).all()


@property_test
@given(SWITCHES, st.integers(0, 3), st.integers(0, 3))
def test_padding_on_either_side_changes_nothing(switches, left, right):
    model, ids = tiny(**switches), _ids(1, 6)
    padded = F.pad(ids, (left, right), value=0)
    mask = F.pad(torch.ones_like(ids, dtype=torch.bool), (left, right), value=False)
    logits = model(padded, attention_mask=mask)[:, left : left + 6]
    torch.testing.assert_close(logits, model(ids), atol=1e-5, rtol=1e-5)


def test_a_saved_model_is_read_back(tmp_path):
    model = tiny()
    again = BERT.from_pretrained(model.save_pretrained(tmp_path))
    assert torch.equal(again(_ids(2, 8)), model(_ids(2, 8)))
    assert again.head.weight is again.embed.weight


def test_it_learns_to_restore_hidden_tokens_from_both_sides():
    model, ids = tiny().train(), _ids(2, 9)
    hidden = ids.clone()
    hidden[:, 4] = MASK
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(40):
        loss = F.cross_entropy(model(hidden)[:, 4], ids[:, 4])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 0.2
    assert [model.fill(row, MASK).argmax() for row in hidden] == ids[:, 4].tolist()
    assert model.training


def test_fill_gives_a_distribution_for_each_mask_in_order():
    model, ids = tiny(), torch.tensor([3, MASK, 5, 1, MASK])
    probs = model.fill(ids, MASK)
    assert probs.shape == (2, 17)
    torch.testing.assert_close(probs, model(ids[None])[0, [1, 4]].softmax(-1))


def test_fill_without_a_mask_is_refused():
    with pytest.raises(ValueError, match="no mask, token 16, among the 3 ids"):
        tiny().fill(torch.tensor([1, 2, 3]), MASK)


@pytest.mark.parametrize("length", [1, 5, 33, 40])  # shorter and longer than what is read at once
def test_pseudo_log_probs_hide_one_token_at_a_time(length):
    model, ids = tiny(), _ids(length)
    one_by_one = []
    for place in range(length):
        hidden = ids.clone()
        hidden[place] = MASK
        one_by_one.append(model.fill(hidden, MASK)[0, ids[place]].log())
    found = model.pseudo_log_probs(ids, MASK)
    torch.testing.assert_close(found, torch.stack(one_by_one), atol=1e-5, rtol=1e-5)
    assert model.pseudo_log_prob(ids, MASK) == pytest.approx(found.sum().item(), rel=1e-5)


def _total(log_prob, tokens: int, length: int) -> float:
    """exp(log_prob) summed over all texts of this length."""
    texts = itertools.product(range(tokens), repeat=length)
    return sum(math.exp(log_prob(torch.tensor(text))) for text in texts)


def test_pseudo_likelihoods_do_not_sum_to_one_over_all_texts():
    """Of two tokens that are always equal, each is certain once the other is known: 1 + 1 = 2."""
    mask, model = 2, tiny(vocab_size=3).train()
    hidden = torch.tensor([[0, mask], [mask, 0], [1, mask], [mask, 1]])
    texts = torch.tensor([[0, 0], [0, 0], [1, 1], [1, 1]])
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(40):
        loss = F.cross_entropy(model(hidden)[hidden == mask], texts[hidden == mask])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert _total(lambda text: model.pseudo_log_prob(text, mask), 3, 2) == pytest.approx(2, abs=0.1)


def test_the_probabilities_of_a_gpt_do_sum_to_one():
    model = tiny(GPT, vocab_size=3)
    begin = torch.tensor([2])
    total = _total(lambda text: model.log_prob(torch.cat((begin, text))), 3, 2)
    assert total == pytest.approx(1, abs=1e-5)
