"""Speed: fair sizes, one row for each model and length, and a cache that stays where it was."""

import pytest
import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.scaling import speed


def test_the_models_have_about_the_same_size():
    sizes = [sum(p.numel() for p in make(64).parameters()) for make in speed.MODELS.values()]
    assert max(sizes) < 1.05 * min(sizes)


@pytest.mark.parametrize(
    ("measure", "names"),
    [
        (lambda: speed.measure_training_speed((2, 4), repeats=1, tokens=8), speed.MODELS),
        (lambda: speed.measure_generation((2, 4), repeats=1), ("GPT", "GPT with cache", "LSTM")),
    ],
    ids=["training", "generation"],
)
def test_every_model_is_timed_at_every_length(measure, names):
    rows = measure()
    assert {(row.name, row.length) for row in rows} == {(n, t) for n in names for t in (2, 4)}
    assert all(row.seconds > 0 for row in rows)


def test_the_fused_lstm_is_causal_and_reads_its_state():
    torch.manual_seed(0)
    model = speed.FusedLSTM(10, 8)
    ids = torch.randint(10, (2, 5))
    changed = ids.clone()
    changed[:, 2] = (changed[:, 2] + 1) % 10
    moved = (model(ids) - model(changed)).abs().amax(dim=(0, 2)) > 1e-6
    assert moved.tolist() == [False, False, True, True, True]


def test_each_cached_step_reads_the_same_text(monkeypatch):
    torch.manual_seed(0)
    shape = {"vocab_size": 10, "context_length": 6, "d_model": 8, "n_layers": 2, "n_heads": 2}
    model, seen = GPT(TransformerConfig(**shape)).eval(), []
    forward = model.forward
    ids = torch.randint(10, (1, 6))
    with torch.no_grad():
        step = speed._cached_step(model, ids)
    monkeypatch.setattr(model, "forward", lambda *a, **k: seen.append(forward(*a, **k)))
    with torch.no_grad():
        step(), step(), step()
    expected = forward(ids)[:, -1:]
    assert len(seen) == 3
    for logits in seen:
        torch.testing.assert_close(logits, expected)
