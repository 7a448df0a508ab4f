"""The n-gram model against the textbook's formulas in exact fractions, and as a language model."""

import json
from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lmlab.models.ngram import NGram, NGramConfig
from lmlab.models.ngram_counts import continuation_counts, count_ngrams
from lmlab.models.smoothing import add_k

SMOOTHINGS = ("add-k", "back-off", "kneser-ney")
VOCAB = 4
texts = st.lists(st.sampled_from([0] * 8 + [1] * 4 + [2] * 2 + [3]), min_size=4, max_size=70)
LONG = [int(digit) for digit in "010020110302100010211020001301021100220010310201"]


def fitted(ids, **changes):
    return NGram.fit(torch.tensor(ids), NGramConfig(**{"vocab_size": VOCAB} | changes))


class ByHand:
    """p(token | context) as the papers write it, in fractions and without a thought of speed."""

    def __init__(self, ids, config):
        self.ids, self.config = ids, config
        self.counts = cache(self.counts)
        self.discounts = cache(self.discounts)
        self.prob = cache(self.prob)

    def counts(self, length):
        if self.config.smoothing == "kneser-ney" and length < self.config.order:
            longer = count_ngrams(self.ids, length + 1)
            return {g: sum(h[1:] == g for h in longer) for g in count_ngrams(self.ids, length)}
        return count_ngrams(self.ids, length)

    def discounts(self, length):
        n = [sum(c == j for c in self.counts(length).values()) for j in range(5)]
        if all(n[1:]):
            y = Fraction(n[1], n[1] + 2 * n[2])
            found = [j - (j + 1) * y * Fraction(n[j + 1], n[j]) for j in (1, 2, 3)]
            if all(d > 0 for d in found):
                return [0, *found]
        return [0, Fraction(1, 2), 1, Fraction(3, 2)]

    def prob(self, context, token):
        context = context[max(0, len(context) - self.config.order + 1) :]
        counts = [self.counts(len(context) + 1).get((*context, t), 0) for t in range(VOCAB)]
        taken = [self.discounts(len(context) + 1)[min(c, 3)] for c in counts]
        lower = [self.lower(context, t) for t in range(VOCAB)]
        match self.config.smoothing:
            case "add-k":
                k = Fraction(self.config.k)
                return (counts[token] + k) / (sum(counts) + k * VOCAB)
            case _ if sum(counts) == 0:
                return lower[token]
            case "kneser-ney":
                return (counts[token] - taken[token] + sum(taken) * lower[token]) / sum(counts)
            case "back-off" if all(counts):
                return Fraction(counts[token], sum(counts))
            case "back-off" if counts[token]:
                return (counts[token] - taken[token]) / sum(counts)
            case "back-off":
                unseen = sum(p for p, c in zip(lower, counts, strict=True) if not c)
                return sum(taken) / sum(counts) * lower[token] / unseen

    def lower(self, context, token):
        return self.prob(context[1:], token) if context else Fraction(1, VOCAB)


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
@settings(max_examples=15, deadline=None)
@given(ids=texts, order=st.integers(1, 4))
@example(ids=LONG, order=3)  # long enough for discounts that are estimated
@example(ids=LONG[:24], order=1)  # every token follows
def test_every_context_gets_the_exact_probabilities(smoothing, ids, order):
    model = fitted(ids, order=order, smoothing=smoothing, k=0.25)
    by_hand = ByHand(ids, model.config)
    for length in range(1, order + 1):
        contexts = list(product(range(VOCAB), repeat=length))
        wanted = [[float(by_hand.prob(c, t)) for t in range(VOCAB)] for c in contexts]
        found = model(torch.tensor(contexts))[:, -1].exp()
        torch.testing.assert_close(found, torch.tensor(wanted).double(), atol=1e-7, rtol=1e-6)


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
def test_probabilities_sum_to_one_at_every_place_of_an_unknown_text(smoothing):
    generator = torch.Generator().manual_seed(0)
    ids = torch.multinomial(1 / torch.arange(1.0, 3001), 20_000, True, generator=generator)
    model = NGram.fit(ids, NGramConfig(vocab_size=3000, order=4, smoothing=smoothing, k=0.1))
    probs = model(ids[None, 5000:5050].roll(1)).exp()
    assert (probs > 0).all()
    torch.testing.assert_close(probs.sum(-1), torch.ones(1, 50).double(), atol=1e-6, rtol=0)


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
@settings(max_examples=10, deadline=None)
@given(ids=texts, text=st.lists(st.integers(0, VOCAB - 1), min_size=2, max_size=16))
def test_a_text_is_scored_by_the_distributions_that_it_would_be_written_from(smoothing, ids, text):
    model = fitted(ids, order=4, smoothing=smoothing, context_length=8)
    text = torch.tensor(text)
    one_by_one = [model.next_token(text[:t])[text[t]].log() for t in range(1, len(text))]
    torch.testing.assert_close(model.log_probs(text), torch.stack(one_by_one))
    all_at_once = model(text[None, :-1])[0].gather(-1, text[1:, None])[:, 0]
    torch.testing.assert_close(model.log_probs(text), all_at_once)


def test_add_0_gives_seen_contexts_their_frequencies_and_others_everything_alike():
    model = fitted([0, 1, 0, 1, 0, 2], order=2, smoothing="add-k", k=0)
    assert model.next_token(torch.tensor([0])).tolist() == pytest.approx([0, 2 / 3, 1 / 3, 0])
    assert model.next_token(torch.tensor([3])).tolist() == [1 / VOCAB] * VOCAB
    assert model.next_token(torch.tensor([2])).tolist() == [1 / VOCAB] * VOCAB  # the text ends here


@given(ids=texts)
def test_a_unigram_model_is_the_exercise_of_chapter_2_1(ids):
    counts = torch.tensor(ids).bincount(minlength=VOCAB).double()
    model = fitted(ids, order=1, smoothing="add-k", k=0.5)
    torch.testing.assert_close(model.next_token(torch.tensor([3])), add_k(counts, 0.5))


def test_kneser_ney_believes_in_tokens_that_follow_many_others():
    # 0 is as frequent as 2, but comes after 1 alone; 2 comes after each token.
    ids = [1, 0, 1, 0, 1, 0, 2, 2, 1, 2]
    assert ids.count(0) == ids.count(2)
    continuations = continuation_counts(ids, VOCAB)
    unseen_context = torch.tensor([3])
    probs = fitted(ids, order=2).next_token(unseen_context)
    assert (probs[2] > probs[0]) and (continuations[2] > continuations[0])


def test_smoothing_and_order_change_without_counting_again():
    ids = [0, 1, 1, 2, 0, 1, 0, 2, 2, 1, 0]
    model = fitted(ids, order=4)
    other = NGram(model.config.replace(order=2, smoothing="back-off"), model.tables)
    text = torch.tensor([2, 0, 1, 1, 3])
    again = fitted(ids, order=2, smoothing="back-off")
    assert torch.equal(other.log_probs(text), again.log_probs(text))
    with pytest.raises(ValueError, match="order=5 needs counts of n-grams of up to 5 tokens"):
        NGram(model.config.replace(order=5), model.tables)


def test_unseen_contexts_are_counted_by_length():
    model = fitted([0, 1, 2, 0, 1], order=3)
    # Of the contexts that stand before a token, 3 is new among 4, and (1, 3) among 3.
    assert model.unseen_contexts(torch.tensor([0, 1, 2, 0])).tolist() == [0, 0, 0]
    assert model.unseen_contexts(torch.tensor([0, 1, 3, 0, 1])).tolist() == [0, 1 / 4, 2 / 3]


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
def test_round_trip(smoothing, tmp_path):
    model = fitted([0, 1, 1, 2, 0, 1, 0, 2], order=3, smoothing=smoothing)
    again = NGram.from_pretrained(model.save_pretrained(tmp_path, dtype=torch.float16))
    assert again.config == model.config and not again.training
    assert again.num_parameters() == model.num_parameters() == 3 + 6 + 6
    text = torch.tensor([[2, 0, 1, 1, 3]])
    assert torch.equal(again(text), model(text))


@pytest.mark.parametrize(
    "change", [{"order": 2}, {"order": 4}, {"vocab_size": 3}, {"vocab_size": 9}]
)
def test_counts_that_the_config_does_not_describe_are_refused(change, tmp_path):
    path = fitted([0, 3, 1, 1, 2, 3, 0, 2, 1], order=3).save_pretrained(tmp_path) / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match="does config.json belong to it"):
        NGram.from_pretrained(tmp_path)


def test_a_seed_draws_the_same_text_again():
    model = fitted([0, 1, 1, 2, 0, 1, 0, 2], order=3)
    prompts = torch.tensor([[0, 1], [3, 3]])
    drawn = model.generate(prompts, 20, seed=1)
    assert drawn.shape == (2, 22) and torch.equal(drawn, model.generate(prompts, 20, seed=1))
    assert not torch.equal(drawn, model.generate(prompts, 20, seed=2))


def test_generation_goes_on_as_the_text_that_was_counted():
    model = fitted([0, 1, 2, 3] * 30, order=3)
    assert model.generate(torch.tensor([[0, 1]]), 5, temperature=0.0).tolist() == [
        [0, 1, 2, 3, 0, 1, 2]
    ]


def test_arrays_of_small_numbers_are_read_as_they_are():
    ids = np.array([0, 300, 300, 65_000, 0, 300], dtype=np.uint16)
    model = NGram.fit(ids, NGramConfig(vocab_size=65_001, order=2))
    same = NGram.fit(torch.from_numpy(ids.astype(np.int32)), model.config)
    assert torch.equal(model.tables[1].keys, same.tables[1].keys)
    assert model.next_token(torch.tensor([300])).argmax() in (300, 65_000)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"order": 0}, "order=0 must be a whole number"),
        ({"smoothing": "none"}, "smoothing='none' is none of add-k, back-off, kneser-ney"),
        ({"k": -0.5}, "k=-0.5 must be a number, 0 or more"),
        ({"order": 7}, "the text has 6 tokens, fewer than order=7"),
        ({"vocab_size": 2}, "token id 2 is outside 0…1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        fitted([0, 1, 2, 0, 1, 2], **changes)


def test_unknown_ids_are_refused_by_every_door():
    model, ids = fitted([0, 1, 2], order=2), torch.tensor([0, VOCAB])
    for door in (model.log_probs, model.next_token, model.unseen_contexts):
        with pytest.raises(ValueError, match="token id 4 is outside 0…3"):
            door(ids)
    with pytest.raises(ValueError, match="a model reads at least one"):
        model(torch.zeros(1, 0, dtype=torch.long))
