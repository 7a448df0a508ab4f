import pytest
import torch

from lmlab.interpret import record
from lmlab.interpret.patching import COPIES, logit_difference, patch

METRIC = logit_difference(3, 5)
PATCHED = [
    ("gpt", "resid", 7),
    ("gpt2", "mlp.out", 7),
    ("shared-keys", "attn.heads", 4),
    ("bert", "resid", 7),
    ("bert-pre", "attn.out", 7),
    ("translator", "attn.heads", 4),
]


def other(ids, place):
    ids = ids.clone()
    ids[:, place] = (ids[:, place] + 1) % 11
    return ids


def pair(name, text, place=2):
    clean = text(name)
    if isinstance(clean, tuple):
        return clean, (other(clean[0], place), clean[1])
    return clean, other(clean, place)


@pytest.mark.parametrize(("name", "what", "places"), PATCHED)
def test_each_number_is_one_vector_patched(name, what, places, build, text):
    model, (clean, corrupt) = build(name), pair(name, text)
    of = "encoder.*" if name == "translator" else "*"
    shares = patch(model, clean, corrupt, METRIC, what, of, progress=False)
    assert shares.shape == (3, places)

    def run(ids, **recording):
        with record(model, **recording) as tape, torch.no_grad():
            return METRIC(model(*ids) if isinstance(ids, tuple) else model(ids)), tape

    def put(value):
        value = value.clone()
        value[:, 2] = kept[:, 2]
        return value

    path = f"{'encoder.' if name == 'translator' else ''}blocks.1.{what}"
    high, tape = run(clean)
    kept = tape[path]
    low, _ = run(corrupt)
    patched, _ = run(corrupt, edit={path: put})
    torch.testing.assert_close(shares[1, 2], (patched - low) / (high - low), atol=1e-3, rtol=1e-3)


def test_in_a_gpt_nothing_before_the_change_matters_and_in_the_end_only_the_last_place(build, text):
    model, (clean, corrupt) = build("gpt"), pair("gpt", text)
    shares = patch(model, clean, corrupt, METRIC, progress=False)
    torch.testing.assert_close(shares[:, :2], torch.zeros(3, 2), atol=1e-5, rtol=0)
    torch.testing.assert_close(shares[2, 2:], torch.tensor([0, 0, 0, 0, 1.0]), atol=1e-4, rtol=0)


def test_the_same_text_twice_is_as_the_text_once(build, text):
    model, (clean, corrupt) = build("bert-pre"), pair("bert-pre", text)
    once = patch(model, clean[:1], corrupt[:1], METRIC, progress=False)
    twice = patch(model, clean[:1].repeat(2, 1), corrupt[:1].repeat(2, 1), METRIC, progress=False)
    torch.testing.assert_close(once, twice, atol=1e-4, rtol=1e-4)


def test_a_text_longer_than_is_read_at_once_is_patched_everywhere(build, monkeypatch, text):
    model, (clean, corrupt) = build("gpt"), pair("gpt", text)
    whole = patch(model, clean, corrupt, METRIC, progress=False)
    monkeypatch.setattr("lmlab.interpret.patching.COPIES", 3)
    torch.testing.assert_close(
        patch(model, clean, corrupt, METRIC, progress=False), whole, atol=1e-5, rtol=1e-4
    )
    assert COPIES >= 7  # so the first patching was in one


def test_mistakes_are_named(build, text):
    model, (clean, corrupt) = build("gpt"), pair("gpt", text)
    with pytest.raises(ValueError, match=r"is \(2, 7\) and the corrupt one \(2, 6\).*as many tok"):
        patch(model, clean, corrupt[:, :-1], METRIC)
    with pytest.raises(ValueError, match="the metric is .* on both texts"):
        patch(model, clean, clean, METRIC)
    with pytest.raises(ValueError, match=r'there is no "\*.atn.out" here'):
        patch(model, clean, corrupt, METRIC, "atn.out")
    model, (clean, corrupt) = build("translator"), pair("translator", text)
    with pytest.raises(ValueError, match='several kinds of "resid".*of="decoder.blocks.\\*"'):
        patch(model, clean, corrupt, METRIC)
