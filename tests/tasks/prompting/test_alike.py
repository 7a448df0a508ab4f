"""What was made for a task and what was only asked, scored on the same examples."""

import pytest

from lmlab.tasks import evaluate
from lmlab.tasks.prompting import REQUESTS, asked_alike, by_asking, by_record
from lmlab.tasks.sentiment import SENTIMENT


def gloomy(texts):
    """A model that says one thing only."""
    return ["negative"] * len(texts)


@pytest.fixture(scope="module")
def alike():
    return asked_alike("sentiment", {"gloomy": gloomy}, n=20)


def test_what_was_asked_stands_below_the_others_under_its_name(alike):
    assert list(alike) == ["gloomy", "SmolLM2, three examples", "SmolLM2, no example"]
    assert [report.model for report in alike.values()] == list(alike)


def test_all_are_scored_on_the_same_held_out_examples(alike):
    wanted = [example.input for example in SENTIMENT.examples("held-out", 20)]
    for report in alike.values():
        assert [outcome.input for outcome in report.outcomes] == wanted
        assert report.split == "held-out"


def test_each_row_is_what_evaluate_says_of_the_model(alike):
    request = REQUESTS["sentiment"]
    models = {
        "gloomy": gloomy,
        "SmolLM2, three examples": by_asking(request, by_record(), shots=3),
        "SmolLM2, no example": by_asking(request, by_record(), shots=0),
    }
    for name, predict in models.items():
        alone = evaluate(SENTIMENT, predict, "held-out", 20, progress=False)
        assert [each.got for each in alike[name].outcomes] == [e.got for e in alone.outcomes]
        assert alike[name].scores == alone.scores
    said = [[outcome.got for outcome in report.outcomes] for report in alike.values()]
    assert said[0] != said[1] != said[2]  # the rows are of different models


@pytest.mark.parametrize("task", REQUESTS)
def test_the_number_of_examples_shown_is_spelt_out(task):
    shown = {4: "four", 3: "three", 2: "two"}[REQUESTS[task].shots]
    assert f"SmolLM2, {shown} examples" in asked_alike(task, {}, n=2)


def test_more_examples_than_replies_are_refused():
    with pytest.raises(ValueError, match="as many as were recorded"):
        asked_alike("sentiment", {}, n=61)


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match="no request for 'cooking'; there are question answering"):
        asked_alike("cooking", {})
