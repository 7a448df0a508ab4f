"""The GPT: causal, the same with padding and cache, and able to learn."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from lmlab.generate import KVCache
from lmlab.interpret import record
from lmlab.models import GPT, TransformerConfig

SWITCHES = st.fixed_dictionaries(
    {
        "norm": st.sampled_from(["layernorm", "rmsnorm"]),
        "norm_position": st.sampled_from(["pre", "post"]),
        "positions": st.sampled_from(["learned", "sinusoidal", "rope", "alibi", "none"]),
        "activation": st.sampled_from(["gelu", "swiglu", "relu2"]),
        "n_kv_heads": st.sampled_from([None, 1, 2]),
        "qk_norm": st.booleans(),
        "bias": st.booleans(),
        "tied_embeddings": st.booleans(),
    }
)
property_test = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow]
)


def tiny(**switches):
    torch.manual_seed(0)
    shape = {"vocab_size": 17, "context_length": 12, "d_model": 16, "n_layers": 2, "n_heads": 4}
    return GPT(TransformerConfig(**shape | switches)).eval()


def _ids(batch=2, time=8, seed=1):
    return torch.randint(17, (batch, time), generator=torch.Generator().manual_seed(seed))


@property_test
@given(SWITCHES, st.integers(1, 7))
def test_future_tokens_cannot_change_the_past(switches, cut):
    model, ids = tiny(**switches), _ids()
    changed = ids.clone()
    changed[:, cut:] = (changed[:, cut:] + 1) % 17
    before, after = model(ids), model(changed)
    torch.testing.assert_close(before[:, :cut], after[:, :cut], atol=1e-5, rtol=1e-5)
    assert not torch.allclose(before[:, cut], after[:, cut], atol=1e-5)


@property_test
@given(SWITCHES, st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_the_cache_changes_nothing(switches, pieces):
    model, ids = tiny(**switches), _ids(time=sum(pieces))
    cache = KVCache(n_layers=2, capacity=12)
    logits = [model(piece, cache=cache) for piece in ids.split(pieces, dim=1)]
    torch.testing.assert_close(torch.cat(logits, 1), model(ids), atol=1e-5, rtol=1e-5)


@property_test
@given(SWITCHES, st.integers(0, 3), st.integers(0, 3))
def test_padding_on_either_side_changes_nothing(switches, left, right):
    model, ids = tiny(**switches), _ids(batch=1, time=6)
    padded = F.pad(ids, (left, right), value=0)
    mask = F.pad(torch.ones_like(ids, dtype=torch.bool), (left, right), value=False)
    logits = model(padded, attention_mask=mask)[:, left : left + 6]
    torch.testing.assert_close(logits, model(ids), atol=1e-5, rtol=1e-5)


def test_a_row_does_not_feel_its_neighbours():
    model, ids = tiny(), _ids(batch=5)
    together = model(ids)
    for row in range(5):
        torch.testing.assert_close(together[row], model(ids[row : row + 1])[0])


@property_test
@given(SWITCHES, st.integers(0, 10**6))
def test_generating_with_and_without_a_cache_gives_the_same_tokens(switches, seed):
    """Also beyond the context, where the window moves.

    In float64: in float32 the last digit may differ, and a draw that falls on it with it.
    """
    model, ids = tiny(**switches).double(), _ids(batch=2, time=5)
    cached, plain = (
        model.generate(ids, 20, seed=seed, temperature=0.8, use_cache=use_cache)
        for use_cache in (True, False)
    )
    assert torch.equal(cached, plain) and cached.shape == (2, 25)


def test_of_a_prompt_only_the_end_is_turned_into_logits():
    model, ids = tiny(), _ids(batch=2, time=8)
    with record(model, only=["logits", "hidden"]) as tape:
        next(model.stream(ids, temperature=0.0))
    assert tape["hidden"].shape == (2, 8, 16)
    torch.testing.assert_close(tape["logits"], model(ids)[:, -1:])


def test_padded_prompts_continue_as_they_would_alone():
    model, short = tiny(), _ids(batch=1, time=3)
    padded = F.pad(short, (4, 0), value=0)
    batch = torch.cat((padded, _ids(batch=1, time=7, seed=2)))
    mask = torch.ones(2, 7, dtype=torch.bool)
    mask[0, :4] = False
    together = model.generate(batch, 5, attention_mask=mask, temperature=0.0)
    alone = model.generate(short, 5, temperature=0.0)
    assert torch.equal(together[0, 7:], alone[0, 3:])


def test_generation_leaves_training_mode_as_it_was():
    model = tiny(dropout=0.5).train()
    first, second = (model.generate(_ids(), 5, seed=1) for _ in range(2))
    assert model.training and torch.equal(first, second)


def test_it_learns_one_batch_by_heart():
    model, ids = tiny().train(), _ids(batch=2, time=9)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(120):
        loss = F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 0.05


def test_zero_output_initialisation_makes_each_block_the_identity():
    model, ids = tiny(output_init="zero"), _ids()
    x = model.embed(ids)
    torch.testing.assert_close(model.blocks[0](x, causal=True), x)


@pytest.mark.parametrize(
    "ids, message",
    [
        (torch.zeros(1, 0, dtype=torch.long), "there are no tokens"),
        (torch.zeros(1, 13, dtype=torch.long), "13 tokens do not fit into context_length=12"),
        (torch.tensor([[3, 17]]), "token id 17 is outside 0…16"),
        (torch.tensor([[-1]]), "token id -1 is outside"),
    ],
)
def test_ids_that_make_no_sense_are_refused(ids, message):
    with pytest.raises(ValueError, match=message):
        tiny()(ids)


def test_a_mask_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"attention_mask has shape \(2, 3\); \(2, 8\) is wanted"):
        tiny()(_ids(), attention_mask=torch.ones(2, 3, dtype=torch.bool))
