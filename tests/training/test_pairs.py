"""Pairs: what the decoder reads and writes, the same after a break, and it can be learnt."""

import math
import signal

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import GPT, EncoderDecoder, TransformerConfig
from lmlab.text.batches import IGNORED
from lmlab.training import evaluate, train
from lmlab.training.pairs import Pairs, shift_right
from lmlab.training.rows import RowBatches

BEGIN, END = 8, 9
TEXTS = st.lists(st.integers(0, 7), min_size=1, max_size=5)


def doubling(n_pairs=40, seed=0):
    """One or two letters, and each of them twice."""
    chance = np.random.default_rng(seed)
    sources = [chance.integers(8, size=chance.integers(1, 3)).tolist() for _ in range(n_pairs)]
    targets = [[token for token in source for _ in range(2)] for source in sources]
    return Pairs.of(sources, targets, begin_id=BEGIN, end_id=END)


@pytest.fixture
def new_model():
    def make(**settings):
        torch.manual_seed(0)
        shape = {"vocab_size": 10, "context_length": 8, "d_model": 16, "n_layers": 1, "n_heads": 2}
        return EncoderDecoder(TransformerConfig(**{**shape, "positions": "learned", **settings}))

    return make


def test_the_decoder_reads_what_it_should_have_written_before():
    labels = torch.tensor([[3, 4, 5, END], [6, END, IGNORED, IGNORED]])
    expected = [[BEGIN, 3, 4, 5], [BEGIN, 6, END, 0]]
    assert shift_right(labels, BEGIN).tolist() == expected
    assert labels.tolist() == [[3, 4, 5, END], [6, END, IGNORED, IGNORED]]
    assert shift_right(labels[0], BEGIN).tolist() == expected[0]


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6), st.data())
def test_a_batch_holds_the_texts_that_were_given(texts, data):
    pairs = Pairs.of(*zip(*texts, strict=True), begin_id=BEGIN, end_id=END)
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, max_size=4))
    batch = pairs.batch(rows)
    for i, row in enumerate(rows):
        source, target = texts[row]
        assert batch.source_ids[i, batch.source_mask[i]].tolist() == source
        assert batch.targets[i, batch.targets[i] != IGNORED].tolist() == [*target, END]
        assert batch.inputs[i, : len(target) + 1].tolist() == [BEGIN, *target]
    assert batch.source_ids.size(1) == max(len(texts[row][0]) for row in rows)
    assert batch.inputs.size(1) == 1 + max(len(texts[row][1]) for row in rows)
    assert batch.source_ids.min() >= 0 and batch.inputs.min() >= 0


def test_an_epoch_serves_each_pair_once_and_the_next_in_another_order():
    pairs = Pairs.of([[i % 8, i // 8] for i in range(12)], [[0]] * 12, begin_id=BEGIN, end_id=END)
    served = RowBatches(pairs, batch_size=4, seed=1)
    epochs = [[tuple(s) for _ in range(3) for s in next(served)[0].tolist()] for _ in range(3)]
    assert all(sorted(epoch) == sorted(epochs[0]) for epoch in epochs)
    assert len(set(epochs[0])) == 12 and len(set(map(tuple, epochs))) == 3


@given(st.integers(0, 30), st.integers(1, 7), st.integers(1, 9))
def test_what_comes_next_depends_on_seed_and_position_alone(position, n_pairs, batch_size):
    read, sought = (RowBatches(doubling(n_pairs), batch_size, seed=3) for _ in range(2))
    for _ in range(position):
        next(read)
    sought.seek(position)
    assert all(map(torch.equal, next(read), next(sought)))


def test_a_score_counts_each_label_once_and_no_padding(new_model):
    model, pairs = new_model().eval(), doubling(70)  # more than are read at once
    nats = []
    for row in range(len(pairs)):
        source, _, inputs, targets = pairs.batch([row])
        log_probs = model(source, inputs).log_softmax(dim=-1)
        nats += (-log_probs.gather(-1, targets[..., None])).flatten().tolist()
    assert evaluate(model, pairs).nats_per_token == pytest.approx(np.mean(nats), rel=1e-5)
    assert len(nats) == sum((pairs.labels != IGNORED).sum(axis=1))


def test_pairs_are_learnt_and_scored_on_pairs_held_out(new_model, config):
    config = config.replace(
        steps=60, batch_size=16, learning_rate=0.02, muon_learning_rate=0.05, evaluate_every=60
    )
    held_out = doubling(20, seed=1)
    before = evaluate(new_model(), held_out).nats_per_token
    result = train(new_model(), doubling(200), config, validation=held_out, progress=False)
    last = result.history[-1]
    assert last["validation_loss"] < 0.3 < 2 < before < math.log(10) + 0.2
    assert last["bits_per_char"] == pytest.approx(last["validation_loss"] / math.log(2))


def test_tokens_are_counted_without_padding(new_model, config):
    pairs = Pairs.of([[1], [1, 2, 3]], [[2], [3]], begin_id=BEGIN, end_id=END)  # 8 with the ends
    result = train(new_model(), pairs, config.replace(batch_size=2, steps=3), progress=False)
    assert [row["tokens"] for row in result.history] == [8, 16, 24]


def test_a_run_on_pairs_resumes_to_the_same_weights(new_model, config, tmp_path, weights):
    class Stop:
        def on_step(self, row):
            if row["step"] == 7:
                signal.raise_signal(signal.SIGINT)

    def run(folder, pairs, **more):
        model = new_model(dropout=0.2)
        out = tmp_path / folder
        return train(model, pairs, config, out=out, resume=True, progress=False, **more)

    pairs = doubling()
    unbroken = run("a", pairs)
    assert run("b", pairs, callbacks=[Stop()]).reason == "interrupted"
    with pytest.raises(ValueError, match="the run was begun with text"):
        run("b", doubling(seed=1))
    assert torch.equal(weights(run("b", pairs).model), weights(unbroken.model))


@pytest.mark.parametrize(
    ("sources", "targets", "message"),
    [
        ([[1], [2]], [[1]], "2 sources and 1 targets were given"),
        ([], [], "0 sources and 0 targets .* at least one pair"),
        ([[1], []], [[1], [2]], "source 1 has no token"),
    ],
)
def test_pairs_that_make_no_sense_are_refused(sources, targets, message):
    with pytest.raises(ValueError, match=message):
        Pairs.of(sources, targets, begin_id=BEGIN, end_id=END)


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ([1] * 9, [1], "the longest text has 9 tokens, marks included, and context_length=8"),
        ([1], [1] * 8, "the longest text has 9 tokens"),
        ([12], [1], "token id 12 is outside 0…9"),
        ([1], [12], "token id 12 is outside 0…9"),
    ],
)
def test_pairs_that_do_not_fit_a_model_are_refused_before_the_first_step(
    new_model, config, source, target, message
):
    pairs = Pairs.of([[1], source], [[1], target], begin_id=BEGIN, end_id=END)
    with pytest.raises(ValueError, match=message):
        train(new_model(), pairs, config)
    with pytest.raises(ValueError, match=message):
        evaluate(new_model(), pairs)


def test_pairs_are_for_encoder_decoders_and_rows_for_the_others(new_model, config):
    with pytest.raises(ValueError, match="EncoderDecoder trains on Pairs; a row of token"):
        train(new_model(), np.arange(8), config, progress=False)
    gpt = GPT(new_model().config)
    with pytest.raises(
        ValueError,
        match="GPT trains on a row of token ids or LabelledTexts .tags.; Pairs was given",
    ):
        train(gpt, doubling(), config, progress=False)
