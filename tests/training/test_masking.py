"""Masking: the right tokens in the right shares, the same after a break, and it can be learnt."""

import math
import signal

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.models import TransformerConfig
from lmlab.models.bert import BERT
from lmlab.text.batches import IGNORED
from lmlab.training import Validation, evaluate, train
from lmlab.training.masking import MaskedBatches, hide_tokens, mask_tokens

MASK, EOS = 10, 9


def _chance(seed=0):
    return torch.Generator().manual_seed(seed)


def _ids(*shape, vocab_size=9):
    return torch.randint(vocab_size, shape, generator=_chance(1))


def test_a_chosen_token_is_hidden_swapped_or_kept():
    ids, random_ids = torch.arange(6), torch.arange(6) + 50
    chosen = torch.tensor([True, True, True, True, False, False])
    u = torch.tensor([0.0, 0.79, 0.8, 0.9, 0.0, 0.85])
    inputs, targets = hide_tokens(ids, chosen, u, random_ids, 99)
    assert inputs.tolist() == [99, 99, 52, 3, 4, 5]
    assert targets.tolist() == [0, 1, 2, 3, IGNORED, IGNORED]


@given(st.integers(0, 2**31), st.integers(1, 4), st.integers(1, 60), st.floats(0.01, 1))
@settings(deadline=None)
def test_the_targets_are_the_text_and_all_else_is_left_alone(seed, batch, time, share):
    ids = _ids(batch, time)
    inputs, targets = mask_tokens(ids, MASK, 11, _chance(seed), share)
    chosen = targets != IGNORED
    assert torch.equal(targets[chosen], ids[chosen])
    assert torch.equal(inputs[~chosen], ids[~chosen])
    assert (chosen.sum(dim=-1) == max(1, round(share * time))).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_shares_are_those_of_bert(seed):
    """15 % are chosen; of these 80 % are hidden, 10 % swapped and 10 % kept, within 5 σ."""
    vocab_size = 1000
    ids = _ids(200, 400, vocab_size=vocab_size - 1)
    mask_id = vocab_size - 1
    inputs, targets = mask_tokens(ids, mask_id, vocab_size, _chance(seed))
    chosen = targets != IGNORED
    n = int(chosen.sum())
    assert n == 0.15 * ids.numel()
    kept = inputs[chosen] == ids[chosen]
    hidden = inputs[chosen] == mask_id
    swapped_with_itself = 0.1 / vocab_size
    for found, p in ((hidden, 0.8), (kept, 0.1 + swapped_with_itself)):
        assert abs(int(found.sum()) - n * p) < 5 * math.sqrt(n * p * (1 - p))


def test_every_place_and_every_random_token_has_its_turn():
    ids = torch.zeros(4000, 10, dtype=torch.long)
    inputs, targets = mask_tokens(ids, 1, 4, _chance())
    places = (targets != IGNORED).sum(dim=0)
    assert (places > 0.8 * places.float().mean()).all()
    assert set(inputs.unique().tolist()) == {0, 1, 2, 3}
    swapped = ((inputs == 2).sum() + (inputs == 3).sum()).item() / (inputs == 1).sum().item()
    assert swapped == pytest.approx(0.1 * 2 / 3 / 0.8, rel=0.15)  # the mask is none of the three


def test_special_tokens_are_never_chosen():
    ids = _ids(50, 40)
    ids[:, ::2] = EOS
    _, targets = mask_tokens(ids, MASK, 11, _chance(), special=(EOS,))
    assert not (targets == EOS).any()
    assert ((targets != IGNORED).sum(dim=-1) == 6).all()
    few = torch.tensor([[EOS, 3, EOS, EOS]])
    _, targets = mask_tokens(few, MASK, 11, _chance(), share=1.0, special=(EOS,))
    assert targets.tolist() == [[IGNORED, 3, IGNORED, IGNORED]]


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1, float("nan")])
def test_a_share_that_makes_no_sense_is_refused(share):
    with pytest.raises(ValueError, match="share=.* must be above 0 and at most 1"):
        mask_tokens(_ids(1, 4), MASK, 11, _chance(), share)


def _batches(seed=3, begin_with=None):
    tokens = np.tile(np.array([EOS, *range(9)], dtype=np.uint16), 20)
    return MaskedBatches(tokens, 2, 8, seed, begin_with, mask_id=MASK, vocab_size=11)


@given(st.integers(0, 30))
@settings(deadline=None)
def test_what_comes_next_depends_on_seed_and_position_alone(position):
    read, sought = _batches(), _batches()
    for _ in range(position):
        next(read)
    sought.seek(position)
    assert all(map(torch.equal, next(read), next(sought)))


def test_each_time_something_else_is_hidden():
    batches = _batches()
    hidden = [next(batches).targets != IGNORED for _ in range(10)]
    assert len({str(mask) for mask in hidden}) > 5
    assert not torch.equal(next(_batches(seed=3)).targets, next(_batches(seed=4)).targets)


def test_the_mark_that_blocks_begin_with_stands_open():
    batches = _batches(begin_with=EOS)
    for _ in range(20):
        inputs, targets = next(batches)
        assert (inputs[:, 0] == EOS).all() and not (targets == EOS).any()


@pytest.fixture
def new_bert():
    def make(**settings):
        torch.manual_seed(0)
        shape = {"vocab_size": 11, "context_length": 8, "d_model": 16, "n_layers": 1, "n_heads": 2}
        return BERT(TransformerConfig(**{**shape, **settings}))

    return make


def test_a_pattern_is_learnt_from_both_sides(new_bert, tokens, config):
    config = config.replace(steps=50, batch_size=16, learning_rate=0.02, mask_with=MASK)
    validation = Validation(tokens, mask_with=MASK)
    model = new_bert()
    before = evaluate(model, validation).nats_per_token
    train(model, tokens, config, progress=False)
    after = evaluate(model, validation).nats_per_token
    assert after < 1.7 < 2.2 < before < math.log(11) + 0.2


def test_a_masked_run_resumes_to_the_same_weights(new_bert, tokens, config, tmp_path, weights):
    config = config.replace(mask_with=MASK)

    class Stop:
        def on_step(self, row):
            if row["step"] == 7:
                signal.raise_signal(signal.SIGINT)

    def run(folder, **more):
        model = new_bert(dropout=0.2)
        return train(
            model, tokens, config, out=tmp_path / folder, resume=True, progress=False, **more
        )

    unbroken = run("a")
    assert run("b", callbacks=[Stop()]).reason == "interrupted"
    assert torch.equal(weights(run("b").model), weights(unbroken.model))


def test_a_run_is_not_resumed_with_another_objective(new_bert, tokens, config, tmp_path):
    train(new_bert(), tokens, config.replace(mask_with=MASK), out=tmp_path, progress=False)
    with pytest.raises(ValueError, match="mask_with 10 \\(now None\\)"):
        train(new_bert(), tokens, config, out=tmp_path, resume=True)
