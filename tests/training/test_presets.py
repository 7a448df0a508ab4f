import pytest

from lmlab.models import GPT
from lmlab.training.presets import PRESETS, preset


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_makes_a_model_and_a_plan(name):
    recipe = preset(name)
    model = recipe.model_config(recipe.vocab_size or 100)
    assert recipe.training_config(10, seed=3).seed == 3
    assert recipe.training_config(10).steps == 10
    assert model.context_length >= 32 and recipe.description


def test_the_shipped_model_is_small_enough():
    recipe = preset("town")
    parameters = GPT(recipe.model_config(recipe.vocab_size)).num_parameters()
    assert recipe.dtype == "float16" and 2 * parameters <= 4e6


def test_the_race_is_fair():
    plain, ours = (GPT(preset(name).model_config(100)) for name in ("plain", "fast"))
    assert ours.num_parameters() <= plain.num_parameters()
    assert ours.config.context_length == plain.config.context_length


def test_a_name_that_is_none_suggests_one():
    with pytest.raises(ValueError, match="did you mean 'town'\\? there are tiny, town"):
        preset("twon")
