"""What the baselines take from a text, also where there is little to take."""

import pytest

from lmlab.tasks.summarisation.baselines import lead_1, lead_3, longest_overlap

STORY = 'Mia lost a kite. "Oh no! My kite!" she said. Mia lost a red kite in the park. She slept.'


def test_the_lead_is_the_first_sentences_with_speech_kept_together():
    assert lead_1([STORY]) == ["Mia lost a kite."]
    assert lead_3([STORY]) == [STORY.removesuffix(" She slept.")]


def test_the_sentence_that_has_most_in_common_with_the_others():
    assert longest_overlap([STORY]) == ["Mia lost a kite."]
    assert longest_overlap(["A b c. D e f. A b f."]) == ["A b f."]


@pytest.mark.parametrize("text", ["", "no end", "Only one sentence."])
@pytest.mark.parametrize("baseline", [lead_1, lead_3, longest_overlap])
def test_a_text_of_one_sentence_or_none_is_given_back(baseline, text):
    assert baseline([text, text]) == [text, text]
