"""Attacks carry their word, defences change the prompt, and no mark survives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.injection.prompts import ATTACKS, DEFENCES, attacked, strip_marks, succeeded

MARKS = ("<|a|>", "<|b|>")
STORY = "Ada ran to the lake."


@given(st.text("<|ab>x ", max_size=60))
def test_no_mark_is_left_and_nothing_else_is_lost(text):
    clean = strip_marks(text, MARKS)
    assert not any(mark in clean for mark in MARKS)
    assert clean.count("x") == text.count("x") and clean.count(" ") == text.count(" ")


def test_marks_inside_marks_are_found():
    assert strip_marks("1<|<|b|>a|>2", MARKS) == "12"


@pytest.mark.parametrize("kind", [kind for kind in ATTACKS if kind != "none"])
def test_every_attack_names_the_word_behind_the_story(kind):
    text = attacked(STORY, kind)
    assert text.startswith(STORY) and succeeded(text) and "{" not in text
    assert not succeeded(attacked(STORY, "none"))


def test_defences_differ_and_hold_the_story():
    prompts = {name: str(defence(STORY)) for name, defence in DEFENCES.items()}
    assert len(set(prompts.values())) == len(DEFENCES)
    assert all("Ada" in prompt and "lake" in prompt for prompt in prompts.values())


def test_an_unknown_attack_is_refused_by_name():
    with pytest.raises(ValueError, match="'polite'; there are none, plain"):
        attacked(STORY, "polite")
