"""A distractor has the question's words and is about somebody else."""

from random import Random

import pytest

from lmlab.tasks.injection.distractors import NEUTRAL, distracted, distractor
from lmlab.text.town import lexicon

NAMES = {name for name, *_ in lexicon.NAMES}
STORY = "Ada met Ben in the square. Ben was sad because it rained."


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Where was Ada at first?", "at first."),
        ("Where did Ada go back to?", "did go back to the "),
        ("Where did Ada go?", "did go to the "),
        ("Where did Ada meet Ben?", "did meet Ben in the "),
        ("What did Ada lend to Ben?", "did lend the "),
        ("Why was Ben sad?", "was sad because "),
        ("Who met Ben?", " met "),
    ],
)
def test_it_has_the_question_s_words_and_a_stranger_for_the_first_name(question, part):
    sentence = distractor(STORY, question, Random(0))
    asked = next(word for word in question.rstrip("?").split() if word in NAMES)
    assert part in sentence and asked not in sentence.rstrip(".").split()
    assert any(word in NAMES and word not in STORY for word in sentence.rstrip(".").split())


@pytest.mark.parametrize(
    "question", ["Who fell?", "How many eggs did Ada have?", "Where did Ada and Ben go?"]
)
def test_questions_without_a_rule_have_none(question):
    assert distractor(STORY, question, Random(0)) is None


def test_the_same_questions_with_each_kind_of_sentence():
    found = distracted("held-out", 8)
    plain, trap = found["as it is"], found["looks alike"]
    assert {len(examples) for examples in found.values()} == {8}
    for i, example in enumerate(plain):
        story, question = example.input
        assert found["neutral"][i].input == (f"{story} {NEUTRAL}", question)
        assert trap[i].input[0].startswith(story) and trap[i].input[0] != story
        assert trap[i].wanted == example.wanted != ("",)
