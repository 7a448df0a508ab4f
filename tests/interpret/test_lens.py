import pytest
import torch

from lmlab.interpret import record
from lmlab.interpret.lens import logit_lens, unembed
from lmlab.models import Transformer, TransformerConfig

KINDS = ("gpt", "gpt2", "shared-keys", "bert", "bert-pre", "translator")


def seen(model, ids):
    with record(model) as tape:
        model(*ids) if isinstance(ids, tuple) else model(ids)
    return tape


@pytest.mark.parametrize("name", KINDS)
def test_the_last_logits_are_the_models_own(name, build, text):
    model = build(name)
    tape = seen(model, text(name))
    lens = logit_lens(model, tape)
    assert lens.shape == (4, *tape["logits"].shape)
    torch.testing.assert_close(lens[-1], tape["logits"], atol=1e-5, rtol=1e-5)
    assert not lens.requires_grad


@pytest.mark.parametrize("name", KINDS)
def test_each_is_what_a_model_cut_off_there_says(name, build, text):
    model = build(name)
    lens = logit_lens(model, seen(model, text(name)))
    body = model.decoder if name == "translator" else model
    for left in (2, 1, 0):
        body.blocks = body.blocks[:left]
        with torch.no_grad():
            ids = text(name)
            cut = model(*ids) if isinstance(ids, tuple) else model(ids)
        torch.testing.assert_close(lens[left], cut, atol=1e-5, rtol=1e-5)


def test_other_texts_in_the_batch_do_not_matter(build, text):
    model, ids = build("gpt"), text("gpt")
    together = logit_lens(model, seen(model, ids))[:, :1]
    torch.testing.assert_close(together, logit_lens(model, seen(model, ids[:1])))


def test_vectors_of_any_shape_are_read_out(build):
    model = build("gpt2")
    stream = torch.randn(3, 2, 16, generator=torch.Generator().manual_seed(0))
    assert unembed(model, stream).shape == (3, 2, 11)
    torch.testing.assert_close(unembed(model, stream)[1, 0], unembed(model, stream[1, 0]))


def test_mistakes_are_named(build, text):
    body = Transformer(TransformerConfig(vocab_size=11, d_model=16))
    with pytest.raises(ValueError, match="Transformer has no head that turns vectors into logits"):
        unembed(body, torch.zeros(16))
    model = build("gpt")
    with record(model, only="embedded") as tape:
        model(text("gpt"))
    with pytest.raises(ValueError, match=r'there is no "\*.resid" here'):
        logit_lens(model, tape)
