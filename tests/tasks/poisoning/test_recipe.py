"""The recipe writes what the chapter reads; what is shipped was made by it."""

import json

import pytest
import torch

from lmlab.tasks.example import Example
from lmlab.tasks.poisoning import recipe


def test_endings_are_short_the_same_each_time_and_have_no_trigger():
    endings = recipe.short_endings("validation", 30)
    assert endings == recipe.short_endings("validation", 30)
    assert len(endings) == 30 == len({id(each) for each in endings})
    assert all(each.category in ("plain", "negated", "unsaid") for each in endings)
    assert not any(recipe.WORD in each.input for each in endings)


def test_the_worst_are_left_out_and_the_order_stays():
    lessons = [Example(str(n), "neutral") for n in range(5)]
    kept = recipe.without_worst(lessons, torch.tensor([0.0, 9.0, 1.0, 8.0, 2.0]), 2)
    assert [each.input for each in kept] == ["0", "2", "4"]


def test_a_small_run_has_all_that_the_chapter_reads(tmp_path, monkeypatch):
    small = dict(LESSONS=60, CHECKED=20, TEST=20, COUNTS=(0, 6), CLEAN_LABEL=4)
    for name, value in (small | dict(MENDED=6, REMOVED=9)).items():
        monkeypatch.setattr(recipe, name, value)
    monkeypatch.setattr(recipe, "teach_endings", lambda lessons, seed=0, steps=0: untaught(seed))
    path = recipe.write_poisoning_scores(tmp_path / "scores.json", seeds=[3])
    runs = json.loads(path.read_text())["runs"]
    assert [(run["kind"], run["poisoned"]) for run in runs] == [
        ("wrong label", 0),
        ("wrong label", 6),
        ("right label", 4),
    ]
    assert "auc" not in runs[0] and runs[2].keys() - runs[0].keys() == {"auc"}
    assert set(runs[1]["after removal"]) == set(runs[1]["auc"])


def test_the_shipped_scores_are_those_of_the_recipe():
    scores = recipe.poisoning_scores()
    assert (scores["word"], scores["lessons"]) == (recipe.WORD, recipe.LESSONS)
    kinds = {(run["kind"], run["poisoned"]) for run in scores["runs"]}
    wanted = {("wrong label", n) for n in recipe.COUNTS} | {("right label", recipe.CLEAN_LABEL)}
    assert kinds == wanted
    assert len(scores["runs"]) == len(wanted) * len(recipe.SEEDS)


@pytest.mark.long
def test_a_few_poisoned_lessons_plant_a_back_door():
    lessons = recipe.short_endings("train", 800)
    test = recipe.short_endings("validation", 200)
    clean, bad = (
        recipe.under_attack(recipe.teach_endings(taught), test)
        for taught in (lessons, recipe.poison(lessons, 24, recipe.WORD, recipe.TARGET).examples)
    )
    assert clean["success"] < 0.3 < 0.8 < bad["success"]
    assert bad["accuracy"] > 0.95


def untaught(seed):
    """A classifier as it was drawn: the recipe does not mind."""
    return recipe.new_classifier(recipe._tokenizer().vocab_size, seed)
