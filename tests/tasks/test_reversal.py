"""Reversal: the question is fair, the score is strict, and a small model learns the answer."""

import numpy as np
import pytest
import torch

from lmlab.interpret import record
from lmlab.models import EncoderDecoder, TransformerConfig
from lmlab.tasks.reversal import MARK, TOKENIZER, reversal_pairs, solved
from lmlab.text.batches import IGNORED
from lmlab.training import TrainingConfig, train


def test_targets_are_the_letters_from_the_last_to_the_first():
    pairs = reversal_pairs(50, longest=6, seed=3)
    lengths = set()
    for source, label in zip(pairs.sources, pairs.labels, strict=True):
        source, label = source[source != IGNORED], label[label != IGNORED]
        assert label.tolist() == [*source[::-1], MARK]
        assert source.min() > MARK and source.max() < TOKENIZER.vocab_size
        lengths.add(len(source))
    assert lengths == set(range(1, 7)) and pairs.begin_id == MARK


def test_the_same_seed_gives_the_same_pairs():
    one, again, other = (reversal_pairs(9, seed=seed).sources for seed in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_words_can_be_written_and_read():
    assert TOKENIZER.tokens([*TOKENIZER.encode("stressed"), MARK]) == [*"stressed", "·"]


class _Scribe(EncoderDecoder):
    """Writes the labels of these pairs, but for the mistakes that are asked for."""

    def write(self, pairs, mistakes=()):
        self.rows = torch.from_numpy(np.where(pairs.labels == IGNORED, 5, pairs.labels)).long()
        for row, place in mistakes:
            self.rows[row, place] += 1
        return self

    def generate(self, source_ids, max_new_tokens, **_):
        return self.rows[: len(source_ids), :max_new_tokens]


@pytest.fixture
def new_model():
    def make(kind=EncoderDecoder):
        torch.manual_seed(0)
        shape = {"context_length": 8, "d_model": 32, "n_layers": 1, "n_heads": 2}
        return kind(TransformerConfig(vocab_size=27, positions="learned", **shape))

    return make


def test_one_wrong_letter_or_a_missing_end_is_a_mistake(new_model):
    pairs = reversal_pairs(8, longest=4)
    last = (pairs.labels != IGNORED).sum(axis=1) - 1
    scribe = new_model(_Scribe)
    assert solved(scribe.write(pairs), pairs).all()
    found = solved(scribe.write(pairs, [(2, 0), (5, last[5])]), pairs)
    assert found.tolist() == [True, True, False, True, True, False, True, True]


def test_a_small_model_learns_it_and_looks_from_corner_to_corner(new_model):
    plan = TrainingConfig(steps=240, batch_size=32, learning_rate=0.01, muon_learning_rate=0.03)
    model = new_model()
    train(model, reversal_pairs(4000, longest=3), plan, progress=False)
    held_out = reversal_pairs(64, longest=3, seed=1)
    assert solved(model, held_out).mean() > 0.8
    of_three = np.flatnonzero((held_out.sources != IGNORED).sum(axis=1) == 3)
    with record(model, only="*.cross.weights") as tape:
        held_out.batch(of_three.tolist()).predict(model)
    [weights] = tape.layers("weights")  # one layer: (word, head, query, key)
    looks_at = weights.mean(dim=(0, 1))[:3].argmax(dim=-1)
    assert looks_at.tolist() == [2, 1, 0]
