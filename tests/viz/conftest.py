import numpy as np
import pytest


def attention_of(scores, causal=True):
    """Softmax of scores over the keys, with a causal mask."""
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:]) > 0, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return (weights / weights.sum(axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture
def random_attention():
    """Make attention weights (layers, heads, n, n), the same for the same arguments."""

    def make(n_layers=2, n_heads=3, n=6, causal=True):
        scores = np.random.default_rng(0).normal(size=(n_layers, n_heads, n, n))
        return attention_of(2 * scores, causal)

    return make


@pytest.fixture
def names():
    """Make n different tokens."""
    return lambda n: [f"t{i}" for i in range(n)]


class Screen:
    """Stands in for the notebook: keeps what is displayed, and what is drawn again in its place."""

    def __init__(self):
        self.shown, self.updates = [], []

    def __call__(self, what, display_id=None):
        self.shown.append(what)
        return self

    def update(self, what):
        self.updates.append(what)


@pytest.fixture
def screen(monkeypatch) -> Screen:
    screen = Screen()
    monkeypatch.setattr("lmlab.viz.live.display", screen)
    return screen
