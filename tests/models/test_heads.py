"""Heads on a body: copied weights, no look at padding, saved and read back."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from lmlab.interpret import record
from lmlab.models import (
    BERT,
    GPT,
    HeadConfig,
    SequenceClassifier,
    SpanReader,
    TokenTagger,
    TransformerConfig,
    open_model,
)
from lmlab.pretrained.bert_encoder import BERTEncoder

SHAPE = {"vocab_size": 11, "context_length": 12, "d_model": 16, "n_layers": 2, "n_heads": 4}
PUBLISHED = {"norm": "layernorm", "norm_position": "post", "embed_norm": True}
PUBLISHED |= {"positions": "learned", "bias": True}
CLASSES = (SequenceClassifier, TokenTagger, SpanReader)
each_class = pytest.mark.parametrize("model_class", CLASSES)


def ids(batch=2, time=6, seed=1):
    return torch.randint(11, (batch, time), generator=torch.Generator().manual_seed(seed))


def body(kind=BERT, **settings):
    torch.manual_seed(0)
    return kind(TransformerConfig(**SHAPE, **settings)).eval()


def on(model_class, **settings):
    return model_class(HeadConfig(**SHAPE, n_outputs=2, **settings)).eval()


def test_each_head_gives_what_it_says():
    shapes = {c: tuple(on(c)(ids()).shape) for c in CLASSES}
    assert shapes == {SequenceClassifier: (2, 2), TokenTagger: (2, 6, 2), SpanReader: (2, 2, 6)}


@pytest.mark.parametrize(("kind", "settings"), [(BERT, {}), (BERTEncoder, PUBLISHED)])
def test_the_body_is_copied_and_stays_as_it_was(kind, settings):
    read = body(kind, **settings)
    before = [p.clone() for p in read.parameters()]
    tagger = TokenTagger.on(read, 3).eval()
    torch.testing.assert_close(
        tagger.read(ids(), None), read.hidden(ids(), causal=False), atol=1e-6, rtol=1e-5
    )
    with torch.no_grad():
        for p in tagger.parameters():
            p.add_(1.0)
    assert all(map(torch.equal, before, read.parameters()))


def test_a_body_that_reads_one_way_is_refused():
    with pytest.raises(ValueError, match="GPT sees only what comes before"):
        SequenceClassifier.on(body(GPT), 2)


@given(st.sampled_from(CLASSES), st.integers(0, 3), st.integers(0, 3))
def test_padding_on_either_side_changes_nothing(model_class, left, right):
    torch.manual_seed(0)
    model, text = on(model_class), ids(1, 5)
    mask = F.pad(torch.ones_like(text, dtype=torch.bool), (left, right), value=False)
    found = model(F.pad(text, (left, right), value=3), attention_mask=mask)
    if model_class is TokenTagger:
        found = found[:, left : left + 5]
    if model_class is SpanReader:
        assert (found[:, :, ~mask[0]] == -torch.inf).all()
        found = found[..., left : left + 5]
    torch.testing.assert_close(found, model(text), atol=1e-5, rtol=1e-5)


@each_class
def test_every_token_is_seen_from_every_place(model_class):
    torch.manual_seed(0)
    model, text = on(model_class).double(), ids(1)
    before = model(text)
    for place in range(6):
        changed = text.clone()
        changed[0, place] = (changed[0, place] + 1) % 11
        moved = (model(changed) - before).abs()
        axis = {SequenceClassifier: moved, TokenTagger: moved, SpanReader: moved.mT}[model_class]
        assert (axis.amax(dim=-1) > 0).all()


@each_class
@pytest.mark.parametrize("settings", [{}, PUBLISHED])
def test_a_saved_model_is_read_back(model_class, settings, tmp_path):
    model = on(model_class, **settings)
    model.save_pretrained(tmp_path)
    again = open_model(tmp_path)
    assert type(again) is model_class and again.config == model.config
    assert torch.equal(again(ids()), model(ids()))


def test_the_tape_names_its_parts_as_those_of_the_body():
    model = on(SequenceClassifier)
    with record(model) as tape:
        logits = model(ids())
    assert tape.attention_weights().shape == (2, 4, 6, 6)
    torch.testing.assert_close(tape["logits"], logits)


def test_a_head_of_nothing_is_refused():
    with pytest.raises(ValueError, match="n_outputs=0 must be a whole number, 1 or more"):
        HeadConfig(**SHAPE, n_outputs=0)
