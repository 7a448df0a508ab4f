"""Labelled texts: each kind of label reaches its head, padding counts for nothing."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import GPT, HeadConfig, SequenceClassifier, SpanReader, TokenTagger
from lmlab.text.batches import IGNORED
from lmlab.training import LabelledTexts, evaluate, train

TEXTS = st.lists(st.integers(0, 8), min_size=1, max_size=6)


def texts(n=60, seed=0):
    """Letters 0 … 7 with one 8 among them."""
    chance = np.random.default_rng(seed)
    rows = [chance.integers(8, size=chance.integers(2, 6)).tolist() for _ in range(n)]
    for row in rows:
        row.insert(int(chance.integers(len(row) + 1)), 8)
    return rows


def has_zero(row):
    return int(0 in row)


def tags(row):
    return [token % 2 for token in row]


def span(row):
    """From the 8 on to the end."""
    return row.index(8), len(row) - 1


KINDS = {
    SequenceClassifier: (has_zero, "class"),
    TokenTagger: (tags, "tags"),
    SpanReader: (span, "span"),
}
each_kind = pytest.mark.parametrize("model_class", KINDS)


def data_for(model_class, n=60, seed=0):
    rows = texts(n, seed)
    return LabelledTexts.of(rows, [KINDS[model_class][0](row) for row in rows])


@pytest.fixture
def new_model():
    def make(model_class, **settings):
        torch.manual_seed(0)
        shape = {"vocab_size": 9, "context_length": 8, "d_model": 16, "n_layers": 1, "n_heads": 2}
        return model_class(HeadConfig(**{**shape, "n_outputs": 2, **settings}))

    return make


@given(st.lists(TEXTS, min_size=1, max_size=6), st.data())
def test_a_batch_holds_the_texts_and_tags_that_were_given(rows, data):
    labelled = LabelledTexts.of(rows, [tags(row) for row in rows])
    chosen = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=4))
    batch = labelled.batch(chosen)
    for i, row in enumerate(chosen):
        assert batch.ids[i, batch.mask[i]].tolist() == rows[row]
        assert batch.targets[i, batch.mask[i]].tolist() == tags(rows[row])
        assert (batch.targets[i, ~batch.mask[i]] == IGNORED).all()
    assert batch.ids.shape == batch.targets.shape and batch.ids.min() >= 0


def test_classes_and_spans_come_as_they_were_given():
    rows = [[1, 2, 3], [4]]
    assert LabelledTexts.of(rows, [2, 0]).batch([1, 0]).targets.tolist() == [[0], [2]]
    assert LabelledTexts.of(rows, [(1, 2), (0, 0)]).batch([0, 1]).targets.tolist() == [
        [1, 2],
        [0, 0],
    ]


@each_kind
def test_the_kind_is_told_by_the_targets(model_class):
    assert data_for(model_class).kind == KINDS[model_class][1]


@each_kind
def test_a_score_is_that_of_the_texts_one_by_one(new_model, model_class):
    model, data = new_model(model_class).eval(), data_for(model_class, n=70)
    nats = []
    for row in range(len(data)):
        ids, _, targets = data.batch([row])
        log_probs = model(ids).reshape(targets.size(1), -1).log_softmax(dim=-1)
        nats += (-log_probs.gather(-1, targets[0, :, None])).flatten().tolist()
    score = evaluate(model, data)
    assert score.nats_per_token == pytest.approx(np.mean(nats), rel=1e-5)
    assert score.bits_per_character is None


@each_kind
def test_it_is_learnt_by_the_loop_that_learns_everything_else(new_model, model_class, config):
    config = config.replace(
        steps=80, batch_size=16, learning_rate=0.02, muon_learning_rate=0.05, evaluate_every=80
    )
    held_out = data_for(model_class, seed=1)
    before = evaluate(new_model(model_class), held_out).nats_per_token
    model = new_model(model_class)
    result = train(model, data_for(model_class, 300), config, validation=held_out, progress=False)
    assert result.history[-1]["validation_loss"] < 0.4 * before
    assert "bits_per_char" not in result.history[-1]


def test_a_run_resumes_to_the_same_weights(new_model, config, tmp_path, weights):
    data = data_for(SpanReader)
    unbroken = train(new_model(SpanReader), data, config, progress=False)
    train(new_model(SpanReader), data, config, out=tmp_path, progress=False)
    again = train(new_model(SpanReader), data, config, out=tmp_path, resume=True, progress=False)
    assert torch.equal(weights(again.model), weights(unbroken.model))
    with pytest.raises(ValueError, match="the run was begun with text"):
        other = data_for(SpanReader, seed=1)
        train(new_model(SpanReader), other, config, out=tmp_path, resume=True, progress=False)


def test_a_frozen_body_stays_as_it_was(new_model, config, weights):
    model = new_model(SequenceClassifier)
    body = [p for name, p in model.named_parameters() if not name.startswith("head.")]
    for p in body:
        p.requires_grad_(False)
    before = [p.clone() for p in body]
    train(model, data_for(SequenceClassifier), config, progress=False)
    assert all(map(torch.equal, before, body))


@pytest.mark.parametrize(
    ("rows", "targets", "message"),
    [
        ([[1], [2]], [1], "2 texts and 1 targets were given"),
        ([], [], "0 texts and 0 targets .* at least one text"),
        ([[1], []], [1, 2], "text 1 has no token"),
        ([[1, 2, 3]], [(2, 1)], r"target 0 is \(2, 1\) for a text of 3 tokens"),
        ([[1, 2, 3], [1]], [(0, 1), (0, 1)], r"target 1 is \(0, 1\) for a text of 1 tokens"),
        ([[1, 2, 3]], [(0, 1, 1, 0)], "target 0 .* as many tags as tokens"),
    ],
)
def test_labels_that_make_no_sense_are_refused(rows, targets, message):
    with pytest.raises(ValueError, match=message):
        LabelledTexts.of(rows, targets)


def test_what_does_not_fit_the_model_is_refused_before_the_first_step(new_model, config):
    def run(model_class, *data):
        train(new_model(model_class), LabelledTexts.of(*data), config, progress=False)

    with pytest.raises(ValueError, match="the longest text has 9 tokens"):
        run(SequenceClassifier, [[1] * 9], [0])
    with pytest.raises(ValueError, match="token id 9 is outside 0…8"):
        run(SequenceClassifier, [[9]], [0])
    with pytest.raises(ValueError, match=r"label 2 is outside 0…1"):
        run(SequenceClassifier, [[1]], [2])
    with pytest.raises(ValueError, match=r"trains on LabelledTexts \(span\); LabelledTexts \(clas"):
        run(SpanReader, [[1, 2, 3]], [1])


def test_labels_are_for_models_with_heads(new_model, config):
    gpt, data = GPT(new_model(SequenceClassifier).config), data_for(SequenceClassifier)
    with pytest.raises(
        ValueError, match=r"GPT trains on a row of token ids or .*; LabelledTexts \(clas"
    ):
        train(gpt, data, config, progress=False)
    with pytest.raises(ValueError, match=r"trains on LabelledTexts \(class\); a row of token ids"):
        train(new_model(SequenceClassifier), np.arange(9), config, progress=False)
