"""Questions are drawn evenly, the same each time, and point at their answers."""

from collections import Counter

import pytest

from lmlab.tasks import town_stories
from lmlab.tasks.question_answering.stories import QUESTION_ANSWERING, town_questions


def test_an_answer_stands_where_it_is_said_to_stand():
    for question in town_questions("train", 60, each=2):
        for answer, start in zip(question.answers, question.starts, strict=True):
            assert question.passage[start : start + len(answer)] == answer


def test_each_story_gives_one_example_and_always_the_same():
    examples = QUESTION_ANSWERING.examples("held-out", 30)
    assert len({example.input[0] for example in examples}) == 30
    assert examples[:20] == QUESTION_ANSWERING.examples("held-out", 20)


@pytest.mark.parametrize("split", ["held-out", "composed"])
def test_kinds_are_about_equally_frequent(split):
    counts = Counter(example.category for example in QUESTION_ANSWERING.examples(split, 150))
    assert {"who", "where", "what", "why", "no answer"} <= counts.keys()
    assert all(counts[kind] > 12 for kind in ("who", "where", "what", "why", "no answer"))


def test_a_plot_does_not_tell_what_will_be_asked():
    asked = {}
    for story, question in zip(
        town_stories("train", 400), town_questions("train", 400), strict=True
    ):
        kind = question.question.split()[0] if question.answers else "no answer"
        asked.setdefault(story.scene.plot, Counter())[kind] += 1
    often = [counts for counts in asked.values() if counts.total() >= 20]
    assert len(often) > 6
    assert all(max(counts.values()) < 0.6 * counts.total() for counts in often)


def test_a_question_without_an_answer_wants_none():
    for example in QUESTION_ANSWERING.examples("held-out", 40):
        assert (example.wanted == ("",)) == (example.category == "no answer")


def test_two_questions_on_a_story_are_of_different_kinds():
    first, second = town_questions("train", 1, each=2)
    assert first.passage == second.passage
    assert first.question.split()[0] != second.question.split()[0] or not (
        first.answers and second.answers
    )
