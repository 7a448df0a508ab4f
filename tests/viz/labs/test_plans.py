"""The calculator shows a useful picture before anyone touches it, and follows its sliders."""

import pytest

from lmlab.scaling import landmark_models
from lmlab.viz.labs import plans
from lmlab.viz.labs.plans import Plan, calculator, plan_picture


def test_the_first_plan_is_the_size_of_gpt3():
    plan = Plan()
    assert plan.parameters == pytest.approx(175e9, rel=0.01)
    assert plan.flops == pytest.approx(3.14e23, rel=0.01)
    assert str(plan) == (
        "175B parameters, 300B tokens: 3.1e23 FLOPs,\n"
        "29 days on 1,000 × NVIDIA A100 (2020) at 40% of peak"
    )


def test_the_alternative_text_says_what_the_plan_costs():
    plan = Plan(n_layers=4, d_model=128, vocab_size=2000, tokens=1e7, devices=1)
    assert str(plan) in plan_picture(landmark_models(), plan).alt


def test_moving_a_slider_redraws_the_picture(screen):
    calculator(landmark_models(), n_layers=12, d_model=768)
    first, controls = screen.shown
    layers = controls.children[0]
    layers.value = 24
    assert str(Plan(n_layers=12, d_model=768)) in first.alt
    assert str(Plan(n_layers=24, d_model=768)) in screen.updates[-1].alt


def test_every_field_of_a_plan_has_a_slider(screen):
    calculator(landmark_models(), d_model=576, vocab_size=49_152, devices=7)
    *sliders, message = screen.shown[-1].children
    assert {slider.value for slider in sliders} >= {576, 49_152, 7}
    assert len(sliders) == len(Plan.__dataclass_fields__) and message.value == ""


@pytest.mark.parametrize(
    ("days", "text"), [(3652.5, "10 years"), (2, "2.0 days"), (0.02, "29 minutes"), (1e-5, "less")]
)
def test_durations_are_given_in_the_unit_that_suits(days, text):
    assert plans._duration(days).startswith(text)
