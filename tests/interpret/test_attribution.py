import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.interpret import record
from lmlab.interpret.attribution import logit_attribution, logit_direction
from lmlab.nn import LayerNorm, RMSNorm

KINDS = ("gpt", "gpt2", "shared-keys", "bert-pre", "translator")


def seen(model, ids, **edits):
    with record(model, **edits) as tape:
        model(*ids) if isinstance(ids, tuple) else model(ids)
    return tape


def total(parts):
    return sum(part.sum(dim=1) if name.endswith("heads") else part for name, part in parts.items())


@pytest.mark.parametrize("name", KINDS)
def test_the_parts_sum_to_the_logit(name, build, text):
    model = build(name)
    tape = seen(model, text(name))
    logits = tape["logits"]
    torch.testing.assert_close(
        total(logit_attribution(model, tape, 4)), logits[..., 4], atol=1e-4, rtol=1e-4
    )
    lead = logits[..., 4] - logits[..., 9]
    torch.testing.assert_close(
        total(logit_attribution(model, tape, 4, against=9)), lead, atol=1e-4, rtol=1e-4
    )


def test_a_lead_is_one_attribution_less_the_other(build, text):
    model = build("gpt2")
    tape = seen(model, text("gpt2"))
    parts, others, lead = (
        logit_attribution(model, tape, *tokens) for tokens in ((4,), (9,), (4, 9))
    )
    for name, part in lead.items():
        torch.testing.assert_close(part, parts[name] - others[name], atol=1e-5, rtol=1e-5)


def test_parts_have_the_names_of_the_tape_and_no_gradient(build, text):
    model = build("translator")
    parts = logit_attribution(model, seen(model, text("translator")), 0)
    assert parts["decoder.embedded"].shape == (2, 5)
    assert parts["decoder.blocks.0.cross.heads"].shape == (2, 4, 5)
    assert parts["decoder.blocks.2.mlp.out"].shape == (2, 5)
    assert len(parts) == 1 + 3 * 3 + 1
    assert not any(part.requires_grad for part in parts.values())


@pytest.mark.parametrize("kind", [LayerNorm, RMSNorm])
@given(seed=st.integers(0, 999), n_parts=st.integers(1, 5))
def test_with_its_scale_as_it_is_the_norm_is_linear(kind, seed, n_parts):
    generator = torch.Generator().manual_seed(seed)
    parts = torch.randn(n_parts, 3, 8, generator=generator)
    row = torch.randn(8, generator=generator)
    norm = kind(8)
    with torch.no_grad():
        norm.weight.copy_(torch.randn(8, generator=generator))
        stream = parts.sum(dim=0)
        direction = logit_direction(norm, row, stream)
        torch.testing.assert_close(
            (parts * direction).sum(dim=(0, -1)), norm(stream) @ row, atol=1e-4, rtol=1e-4
        )


def test_a_stream_that_is_normed_after_each_sum_cannot_be_taken_apart(build, text):
    model = build("bert")
    with pytest.raises(ValueError, match="norm_position='post'"):
        logit_attribution(model, seen(model, text("bert")), 0)
