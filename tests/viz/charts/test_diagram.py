"""The diagram says what the module object says."""

import matplotlib.pyplot as plt
import pytest
import torch
from torch import nn

from lmlab.models import BERT, GPT, TransformerConfig
from lmlab.viz.charts.diagram import architecture, architecture_diagram

CONFIG = TransformerConfig(vocab_size=50, d_model=16, n_layers=3, n_heads=2, context_length=8)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def words(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


@pytest.mark.parametrize("kind", [GPT, BERT])
def test_the_total_is_the_models_own_count(kind):
    model = kind(CONFIG)
    first, second, *_ = architecture(model, depth=1).alt.splitlines()
    assert first == f"{model.num_parameters():,} parameters"
    assert second.startswith(f"{kind.__name__} · ")


def test_blocks_are_drawn_once_and_the_tied_head_says_whose_matrix_it_has():
    drawn = words(architecture_diagram(GPT(CONFIG)))
    assert "0–2, 3 alike: Block" in drawn
    assert "weight is embed.weight" in drawn
    assert "shared" in drawn


def test_parameters_are_bars_whose_length_is_the_share():
    model = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(1, 1, bias=False))
    figure = architecture_diagram(model)
    whole, first, second = [bar for bar in figure.axes[0].patches if bar.get_alpha()]
    assert first.get_width() == pytest.approx(0.9 * whole.get_width())
    assert second.get_width() == pytest.approx(0.1 * whole.get_width())
    assert {"10  100.0%", "9  90.0%", "1  10.0%"} <= set(words(figure))


def test_token_ids_add_the_shapes_that_parts_give():
    model, ids = GPT(CONFIG), torch.zeros(2, 4, dtype=torch.long)
    assert "2×4×50" in words(architecture_diagram(model, ids))
    assert "gives" not in words(architecture_diagram(model))
    assert (
        "head: Linear · weight is embed.weight · gives 2×4×50 · 0" in architecture(model, ids).alt
    )


def test_a_large_model_is_opened_as_far_as_it_fits():
    model = nn.Sequential(*(nn.Sequential(nn.Linear(2, n + 1), nn.ReLU()) for n in range(15)))
    assert len(architecture(model).alt.splitlines()) == 1 + 1 + 15
    assert len(architecture(model, depth=2).alt.splitlines()) == 1 + 1 + 15 + 30


def test_a_single_module_and_one_without_weights_are_drawn():
    assert architecture(nn.LSTM(2, 3)).alt.startswith("84 parameters\nLSTM · weight_ih_l0 12×2")
    assert architecture(nn.ReLU()).alt == "0 parameters\nReLU · 0"


def test_the_same_model_gives_the_same_bytes():
    assert architecture(GPT(CONFIG)).png == architecture(GPT(CONFIG)).png


def test_a_negative_depth_is_refused():
    with pytest.raises(ValueError, match="depth=-1"):
        architecture(nn.ReLU(), depth=-1)
