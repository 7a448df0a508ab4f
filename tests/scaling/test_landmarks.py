"""The published figures agree with each other."""

import re

import pytest

from lmlab.scaling import approximate_parameters, count_parameters, landmark_model, landmark_models

# Published FLOPs that differ from 6ND by more than a seventh, and why.
OTHER_COUNTS = {"Transformer (big)": "hours times the speed of the hardware, not operations"}

SHAPED = [model for model in landmark_models() if model.transformer_config()]


@pytest.mark.parametrize("model", SHAPED, ids=lambda model: model.name)
def test_published_sizes_are_what_the_shapes_give(model):
    ours = sum(count_parameters(model.transformer_config()).values())
    assert ours == pytest.approx(model.parameters, rel=0.02)


@pytest.mark.parametrize("name", ["Gopher", "Chinchilla"])
def test_relative_positions_explain_the_size_of_what_our_gpt_cannot_take(name):
    model = landmark_model(name)
    extra = model.n_layers * model.d_model**2
    ours = approximate_parameters(model.n_layers, model.d_model, 32_000) + extra
    assert ours == pytest.approx(model.parameters, rel=0.01)


def test_shared_keys_and_a_wide_gate_explain_the_size_of_palm():
    model = landmark_model("PaLM")
    attention = 2 * model.d_model * 48 * 256 + 2 * model.d_model * 256
    block = attention + 3 * model.d_model * 4 * model.d_model
    assert model.n_layers * block + 256_000 * model.d_model == pytest.approx(540.35e9, rel=0.001)


def test_published_compute_is_six_times_parameters_times_tokens():
    both = [
        m
        for m in landmark_models()
        if m.compute and m.computed_flops and m.name not in OTHER_COUNTS
    ]
    assert len(both) >= 8
    for model in both:
        assert model.compute == pytest.approx(model.computed_flops, rel=1 / 7), model.name


def test_exceptions_are_still_exceptions():
    for name in OTHER_COUNTS:
        model = landmark_model(name)
        assert abs(model.compute / model.computed_flops - 1) > 1 / 7


def test_models_stand_in_order_of_date_under_names_of_their_own():
    dates = [model.date for model in landmark_models()]
    assert dates == sorted(dates)
    assert all(1 <= month <= 12 for _, month in dates)
    assert len({model.name for model in landmark_models()}) == len(landmark_models())


@pytest.mark.parametrize("model", landmark_models(), ids=lambda model: model.name)
def test_every_figure_has_a_source_and_every_gap_a_note(model):
    assert re.search(r"(19|20)\d\d", model.source)
    assert (model.compute is None) == (model.compute_source is None)
    assert model.note or (model.parameters and (model.tokens or model.kind == "MoE"))
    if model.active_parameters is not None:
        assert model.active_parameters < model.parameters


def test_what_was_not_published_stays_unknown():
    gpt4 = landmark_model("GPT-4")
    assert (gpt4.parameters, gpt4.tokens, gpt4.flops) == (None, None, None)
    assert gpt4.flops_are == "unknown"
    assert landmark_model("Web n-grams").flops is None  # counting is not training
    assert (
        landmark_model("LSTM mixture of experts").flops is None
    )  # a token meets few of its parameters
    assert landmark_model("OPT-175B").flops_are == "6ND"


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="no landmark 'GPT-9'; there are .*GPT-3"):
        landmark_model("GPT-9")
