"""What the baselines answer, and where they give up."""

import pytest

from lmlab.tasks.question_answering.baselines import last_mentioned, most_overlap

STORY = (
    "Mia took a red kite to the park. Tom found a blue ball in the mill. "
    "He hid it under a bench. Mia was sad because the kite was lost."
)


@pytest.mark.parametrize(
    ("question", "last", "overlap"),
    [
        ("Who found the ball?", "Mia", "Tom"),
        ("Where did Mia take the kite?", "under a bench", "the park"),
        ("Why was Mia sad?", "the kite was lost", "the kite was lost"),
        ("Who saw Mia?", "Tom", "Tom"),
        ("Why was Tom sad?", "the kite was lost", "the kite was lost"),
        ("How high did Mia count?", "", ""),
        ("Who saw Nora?", "Mia", ""),
    ],
)
def test_answers_look_like_what_is_asked_for(question, last, overlap):
    assert last_mentioned([(STORY, question)]) == [last]
    assert most_overlap([(STORY, question)]) == [overlap]


@pytest.mark.parametrize("asked", [("", "Who?"), (STORY, ""), ("", "")])
def test_empty_texts_get_an_answer_of_a_kind(asked):
    assert len(last_mentioned([asked])) == len(most_overlap([asked])) == 1
