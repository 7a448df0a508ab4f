"""Old tales: the same events in another voice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.text import town
from lmlab.text.town.old_tales import (
    COMPARED,
    ENDING,
    OPENING,
    REFRAIN,
    as_old_tale,
    keeps_the_voice,
)

STORY = 'Ann had a pie. "Is it good?" asked Tom. "Yes!" said Ann. Tom was happy.'


def test_the_frame_stands_around_the_story():
    assert as_old_tale(STORY) == (
        'It was long before my day. Ann had a pie. "Is it good?" asked Tom. "Yes!" said Ann. '
        "They all said so. Tom was happy as a rabbit. It was so, grandmother said."
    )


@given(st.integers(0, 10**6))
def test_no_event_is_lost(seed):
    story = town.stories(1, seed=seed)[0]
    tale = as_old_tale(story)
    for words in (OPENING, REFRAIN, ENDING):
        tale = tale.replace(words, "")
    for feeling, compared in COMPARED.items():
        tale = tale.replace(compared, feeling)
    assert tale.split() == story.split()


@given(st.integers(0, 10**6))
def test_a_tale_keeps_the_voice_and_its_story_does_not(seed):
    story = town.stories(1, seed=seed)[0]
    assert keeps_the_voice(as_old_tale(story))
    assert not keeps_the_voice(story)


@pytest.mark.parametrize(
    "text",
    [
        f"{OPENING} A dog ran. {ENDING}",
        f"A dog ran. It sat. It ran. {REFRAIN} {ENDING}",
        f"{OPENING} A dog ran. It sat. It ran. {REFRAIN}",
        "",
    ],
)
def test_a_part_of_the_voice_is_not_enough(text):
    assert not keeps_the_voice(text)


def test_a_feeling_inside_another_word_is_left_alone():
    assert "saddle" in as_old_tale("The saddle was new.")
    assert "unhappy." in as_old_tale("He was unhappy.")


def test_an_empty_story_is_refused():
    with pytest.raises(ValueError, match="the story is empty"):
        as_old_tale("  ")
