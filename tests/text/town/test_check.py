"""`check` finds nothing in generated stories, and much in stories that were tampered with."""

import re
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lmlab.text.town import SPLITS, check, lexicon, stories
from lmlab.text.town.check import FEMALE, NOUNS
from lmlab.text.town.kinds import kinds
from lmlab.text.town.reader import readings, sentences

PLACES = {place.name: place for place in lexicon.ALL_PLACES}
KITE = (
    "One windy afternoon, a boy of six called Tom was in the park with a red kite. "
    "Soon Tom met his friend Mia. Tom lent the kite to Mia. "
)


@pytest.mark.parametrize("split", SPLITS)
def test_generated_stories_have_no_violations(split):
    wrong = [story for story in stories(100, seed=5, split=split) if check(story)]
    assert wrong == []


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), cut=st.floats(0, 1))
@example(seed=137, cut=0.421875)  # behind a speech, before who says it
def test_a_story_may_end_anywhere(seed, cut):
    [story] = stories(1, seed)
    assert check(story[: int(cut * len(story))]) == []


def test_speech_that_the_story_goes_on_after_is_read():
    first, *_ = check('"Let us eat the moon!" They went back to the park.')
    assert (first.kind, first.index) == ("unreadable", 0)


@settings(max_examples=40, deadline=None)
@given(st.text())
@example('"')
@example("They went back to the park. She had it.")
def test_any_text_can_be_checked(text):
    for violation in check(text):
        assert violation.message


@pytest.mark.parametrize(
    ("ending", "kind", "words"),
    [
        ("Tom lent the kite to Mia.", "possession", "Mia has it (sentence 3)"),
        ("Mia was not careful and broke the blue kite.", "description", "red"),
        ("Leo was not careful and broke the kite.", "unknown person", "Leo"),
        ("Mia was not careful and broke the drum.", "unknown thing", "drum"),
        ("Tom took the road from the lake to the mill.", "place", "not by the lake"),
        ("Soon Tom met his friend Mia.", "introduced twice", "Mia"),
        ("He was afraid because the kite was broken.", "possession", "Tom does not have"),
        ("Mia did not forget the promise, and ran back to the park.", "promise", "Mia"),
        ("Mia went to the moon.", "unreadable", "told"),
        ("Mia gave his word to bring it back before dark.", "pronoun", "Mia"),
    ],
)
def test_a_contradiction_is_named_in_plain_words(ending, kind, words):
    messages = {v.kind: v.message for v in check(KITE + ending) if v.sentence == ending}
    assert words in messages[kind]
    assert {v.index for v in check(KITE + ending)} == {3}


def test_a_full_stop_within_speech_does_not_end_a_sentence():
    text = 'Tom said, "Yes. Here it is." "I am glad. Thank you!" said Mia. The end. Not fin'
    assert sentences(text) == [
        'Tom said, "Yes. Here it is."',
        '"I am glad. Thank you!" said Mia.',
        "The end.",
    ]


def tampered(story: str, what: str, rng: Random) -> str | None:
    """The story with one name, thing or place of one sentence replaced, or a sentence left out."""
    lines = sentences(story)
    if what == "sentence":
        gains = [i for i, line in enumerate(lines) if _gains(line)]
        lines.pop(rng.choice(gains))
        return " ".join(lines)
    pool = {"name": sorted(FEMALE), "thing": sorted(NOUNS), "place": sorted(PLACES)}[what]
    word = re.compile(r"\b(?:" + "|".join(sorted(pool, key=len, reverse=True)) + r")\b")
    index = rng.randrange(len(lines))
    here = word.findall(lines[index])
    if not here:
        return None
    old = rng.choice(here)
    near = sorted(set(word.findall(story)) - {old})
    new = rng.choice(near if near and rng.random() < 0.5 else sorted(set(pool) - {old}))
    lines[index] = _replaced(lines[index], old, new, what)
    return " ".join(lines)


def _gains(line: str) -> bool:
    """Whether somebody or something comes in, or somebody gets something."""
    facts = [fact for reading in readings(line) for fact in kinds()[reading.kind].then]
    return any(relation in ("holds", "new") for _, relation, *_ in facts)


def _replaced(line: str, old: str, new: str, what: str) -> str:
    if what == "place":
        for change in (str, str.capitalize):
            inside = [change(PLACES[name].english["in"]) for name in (old, new)]
            line = re.sub(rf"\b{inside[0]}\b", inside[1], line)
        old, new = f"the {old}", f"the {new}"
    return re.sub(rf"\b{old}\b", new, line)


# Seen with 1,500 stories: names 96 %, things 99 %, places 86 %, sentences 97 %, together 95 %.
# What gets through is mostly another story without contradiction: a first place never named again.
@pytest.mark.parametrize(
    ("what", "share"), [("name", 0.9), ("thing", 0.9), ("place", 0.7), ("sentence", 0.9)]
)
def test_tampering_is_caught(what, share):
    rng = Random(4)
    changed = [tampered(story, what, rng) for story in stories(90, seed=9)]
    changed = [story for story in changed if story is not None]
    assert len(changed) > 30
    assert sum(bool(check(story)) for story in changed) / len(changed) >= share
