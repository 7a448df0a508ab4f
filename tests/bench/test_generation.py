"""Each library writes as many tokens, and int8 has its price told."""

import pytest

from lmlab.bench import generation


def test_every_size_and_batch_is_compared_with_hugging_face(monkeypatch):
    tiny = {"vocab_size": 30, "d_model": 8, "n_layers": 1, "n_heads": 2}
    monkeypatch.setattr(generation, "SIZES", {"6 × 384": tiny, "GPT-2 small": tiny})
    monkeypatch.setattr(generation, "int8_loss", lambda: generation.Figure("loss", 0.0, ""))
    monkeypatch.setattr(generation, "find_spec", lambda name: None)
    figures = {each.what: each for each in generation.measure(new=2, repeats=1)}
    for size in generation.SIZES:
        for batch in (1, 16):
            for name in ("lmlab", "lmlab, int8", "Hugging Face"):
                assert figures[f"generation, {size}, batch {batch}: {name}"].value > 0
    budgets = {what: each.at_least for what, each in figures.items() if each.met is not None}
    assert sorted(budgets.values()) == [0.8, 1.15, 1.9, 3.0]
    speed, other = (
        figures[f"generation, 6 × 384, batch 1: {name}"].value for name in ("lmlab", "Hugging Face")
    )
    ratio = figures["generation, 6 × 384, batch 1: lmlab / Hugging Face"].value
    assert ratio == pytest.approx(speed / other)


def test_int8_changes_the_loss_of_a_trained_model_a_little():
    change = generation.int8_loss(stories=3).value
    assert 0 < abs(change) < 0.05
