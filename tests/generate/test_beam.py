"""Beam search: with one beam it is greedy, with enough of them it misses nothing."""

from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.generate import beam_search, beam_step, decode, length_penalty
from lmlab.models import GPT, TransformerConfig
from lmlab.pretrained import export_hugging_face

VOCAB, END = 3, 2


def tables(seed, vocab_size=VOCAB):
    """A model of random habits: its logits depend on the whole text, and on nothing else."""

    def next_logits(ids):
        rows = []
        for row in ids.tolist():
            generator = torch.Generator().manual_seed(hash((seed, *row)) % 2**31)
            rows.append(2 * torch.randn(vocab_size, generator=generator))
        return torch.stack(rows)

    return next_logits


def everything(next_logits, begin, longest, alpha):
    """The score of every text that ends, or is as long as it may be."""
    scores = {}
    for length in range(1, longest + 1):
        for text in product(range(VOCAB), repeat=length):
            if END in text[:-1] or (length < longest and text[-1] != END):
                continue
            log_prob = 0.0
            for t, token in enumerate(text):
                logits = next_logits(torch.tensor([[*begin, *text[:t]]]))[0]
                log_prob += logits.log_softmax(-1)[token].item()
            scores[text] = log_prob / length_penalty(length, alpha)
    return scores


def test_a_step_takes_the_best_ways_of_all_beams_together():
    scores = torch.tensor([-1.0, -2.0])
    log_probs = torch.tensor([[-3.0, -1.0, -4.0], [-0.5, -0.1, -9.0]])
    found, parents, tokens = beam_step(scores, log_probs, 3)
    assert parents.tolist() == [0, 1, 1] and tokens.tolist() == [1, 1, 0]
    torch.testing.assert_close(found, torch.tensor([-2.0, -2.1, -2.5]))


def test_a_step_takes_each_text_of_a_batch_by_itself():
    torch.manual_seed(0)
    scores, log_probs = torch.randn(4, 2), torch.randn(4, 2, 5).log_softmax(-1)
    together = beam_step(scores, log_probs, 3)
    alone = [beam_step(*pair, 3) for pair in zip(scores, log_probs, strict=True)]
    for all_rows, rows in zip(together, zip(*alone, strict=True), strict=True):
        assert torch.equal(all_rows, torch.stack(rows))


def test_the_penalty_is_one_for_one_token_and_grows_with_the_length():
    assert length_penalty(1, 0.6) == length_penalty(9, 0) == 1
    assert length_penalty(7, 1) == 2 and length_penalty(7, 0.5) == pytest.approx(2**0.5)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.floats(0, 2), st.sampled_from([None, END]))
def test_one_beam_is_greedy_whatever_the_penalty(seed, alpha, eos_id):
    begin, model = torch.tensor([[0, 1], [1, 1], [2, 0]]), tables(seed)
    greedy = torch.stack(list(decode(model, begin, 5, temperature=0.0, eos_id=eos_id)), dim=1)
    found = beam_search(model, begin, 5, num_beams=1, alpha=alpha, eos_id=eos_id)
    assert torch.equal(found.ids[:, 0], greedy)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.6, 1.0, 3.0]))
def test_with_enough_beams_it_finds_what_an_exhaustive_search_finds(seed, alpha):
    model, begin = tables(seed), [0, 1]
    scores = everything(model, begin, 3, alpha)
    best = sorted(scores, key=scores.get, reverse=True)
    found = beam_search(
        model, torch.tensor([begin]), 3, num_beams=len(best), alpha=alpha, eos_id=END
    )
    for text, ids, score in zip(best, found.ids[0].tolist(), found.scores[0].tolist(), strict=True):
        assert ids == [*text] + [END] * (3 - len(text))
        assert score == pytest.approx(scores[text], abs=1e-4)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_a_batch_is_searched_as_its_texts_would_be_alone(seed, num_beams):
    begin, model = torch.tensor([[0, 1], [1, 1], [2, 0]]), tables(seed)
    settings = {"num_beams": num_beams, "alpha": 0.6, "eos_id": END}
    together = beam_search(model, begin, 5, **settings)
    for row in range(3):
        alone = beam_search(model, begin[row : row + 1], 5, **settings)
        width = alone.ids.size(-1)
        assert torch.equal(together.ids[row, :, :width], alone.ids[0])
        assert (together.ids[row, :, width:] == END).all()
        assert torch.equal(together.scores[row], alone.scores[0])


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_hypotheses_differ_and_come_best_first(seed):
    found = beam_search(tables(seed, 6), torch.tensor([[1]]), 4, num_beams=5, eos_id=0)
    assert len({tuple(ids) for ids in found.ids[0].tolist()}) == 5
    assert (found.scores.diff() <= 0).all()


def test_more_beams_than_there_are_texts_leave_scores_of_minus_infinity():
    found = beam_search(tables(0), torch.tensor([[1]]), 1, num_beams=5)
    assert found.scores.isfinite().tolist() == [[True] * VOCAB + [False] * 2]


@pytest.fixture(params=["gpt2", "llama"])
def pair(request, tmp_path):
    """A model of ours, and the same one in Transformers."""
    from transformers import AutoModelForCausalLM

    gpt2 = {"norm": "layernorm", "positions": "learned", "activation": "gelu_tanh", "bias": True}
    shape = {"vocab_size": 11, "context_length": 24, "d_model": 16, "n_layers": 2, "n_heads": 4}
    kind = gpt2 if request.param == "gpt2" else {"n_kv_heads": 2, "activation": "swiglu"}
    torch.manual_seed(0)
    ours = GPT(TransformerConfig(**shape, **kind)).eval()
    for weight in ours.parameters():  # as initialised it has next to no preferences
        if weight.ndim > 1:
            torch.nn.init.normal_(weight, std=0.5)
    export_hugging_face(ours, tmp_path)
    return ours, AutoModelForCausalLM.from_pretrained(tmp_path)


def test_the_hypotheses_are_those_of_transformers(pair):
    ours, theirs = pair
    ids = torch.randint(3, 11, (4, 5), generator=torch.Generator().manual_seed(1))
    found = ours.beams(ids, 8, num_beams=4, eos_id=2)
    expected = theirs.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=8,
        num_beams=4,
        num_return_sequences=4,
        length_penalty=0.0,  # theirs is another, equal to ours when there is none
        early_stopping=True,
        do_sample=False,
        eos_token_id=2,
        pad_token_id=2,
        return_dict_in_generate=True,
        output_scores=True,
    )
    assert found.ids.flatten(0, 1).tolist() == expected.sequences[:, 5:].tolist()
    torch.testing.assert_close(found.scores.flatten(), expected.sequences_scores)
    lengths = (found.ids[:, 0] == 2).sum(dim=-1)
    assert lengths.unique().numel() > 1  # some end early, so that ending was put to the test


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_beams": 0}, "num_beams=0 and max_new_tokens=3 must both be 1 or more"),
        ({"num_beams": 2, "alpha": -1}, "length_penalty=-1 must be 0 or more"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        beam_search(tables(0), torch.tensor([[1]]), 3, **settings)
