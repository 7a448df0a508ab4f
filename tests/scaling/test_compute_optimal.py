"""Compute-optimal sizes: each rule spends its budget, and says what its paper says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.scaling import BESIROGLU, HOFFMANN, chinchilla, kaplan, landmark_model, training_flops
from lmlab.scaling.compute_optimal import optimal_parameters

BUDGETS = st.floats(1e15, 1e27)
RULES = (HOFFMANN.optimum, BESIROGLU.optimum, chinchilla, kaplan)


@given(BUDGETS, st.sampled_from(RULES))
def test_every_rule_spends_the_whole_budget(flops, rule):
    best = rule(flops)
    assert training_flops(best.parameters, best.tokens) == pytest.approx(flops)


@given(BUDGETS, st.sampled_from([HOFFMANN, BESIROGLU]), st.floats(0.1, 10))
def test_no_other_split_of_the_budget_has_a_lower_loss(flops, law, factor):
    best = law.optimum(flops)
    lowest = law.loss(best.parameters, best.tokens)
    assert law.loss(best.parameters * factor, best.tokens / factor) >= lowest * (1 - 1e-12)
    assert lowest > law.floor


def test_the_fit_that_was_repeated_agrees_with_twenty_tokens_a_parameter():
    """Besiroglu et al. 2024, section 4; as printed, Hoffmann's own equation does not."""
    budget = landmark_model("Chinchilla").compute
    assert BESIROGLU.optimum(budget).tokens_per_parameter == pytest.approx(20, rel=0.1)
    assert HOFFMANN.optimum(budget).tokens_per_parameter > 60


def test_chinchilla_is_what_its_rule_says_for_its_budget():
    best, model = chinchilla(5.76e23), landmark_model("Chinchilla")
    assert best.parameters == pytest.approx(model.parameters, rel=0.05)
    assert best.tokens == pytest.approx(model.tokens, rel=0.05)


def test_kaplan_wants_far_larger_models_for_large_budgets():
    assert kaplan(3.14e23).parameters > 5 * chinchilla(3.14e23).parameters
    assert kaplan(8.64e19).parameters == pytest.approx(1.3e9)


@pytest.mark.parametrize("rule", RULES)
def test_no_budget_is_refused(rule):
    with pytest.raises(ValueError, match="flops=0 must be above 0"):
        rule(0)


@given(BUDGETS, st.floats(1, 1000))
def test_the_optimal_size_spends_the_budget_on_so_many_tokens_each(flops, ratio):
    size = optimal_parameters(flops, ratio)
    assert training_flops(size, ratio * size) == pytest.approx(flops)
