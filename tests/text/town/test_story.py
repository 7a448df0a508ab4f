"""Stories: the same for the same seed, and true to their scene."""

import pytest

from lmlab.text.town import generate, stories

SAMPLE = generate(150, seed=5)


def test_the_fast_path_tells_the_same_stories():
    assert stories(50, 3, "test") == [story.english for story in generate(50, 3, "test")]
    assert stories(20, 3, language="zh") == [story.chinese for story in generate(20, 3)]


def test_equal_seeds_give_equal_stories_and_others_do_not():
    assert stories(20, seed=1) == stories(20, seed=1)
    assert not set(stories(200, seed=1)) & set(stories(200, seed=2))


def test_stories_are_a_sequence():
    assert len(SAMPLE) == 150
    assert SAMPLE[3].english == SAMPLE[2:5][1].english == list(SAMPLE)[3].english
    assert SAMPLE[-1].english == SAMPLE[149].english


def test_sentiment_is_how_the_main_person_feels_in_the_end():
    endings = {(s.scene.plot, s.scene.ending): s.sentiment for s in generate(600, seed=1)}
    assert endings["lost and found", "found"] == "positive"
    assert endings["lost and found", "lost for good"] == "negative"
    assert endings["lost and found", "comfort"] == "neutral"
    assert endings["the truth", "angry"] == "negative"
    assert endings["a race", "won alone"] == "negative"
    assert set(endings.values()) == {"positive", "negative", "neutral"}


def test_sentiment_has_hard_cases():
    happy = [s.english.split(". ")[-1] for s in SAMPLE if s.sentiment == "positive"]
    sad = [s.english.split(". ")[-1] for s in SAMPLE if s.sentiment == "negative"]
    assert any("not sad" in end for end in happy) and any("happy" in end for end in sad)


def test_a_summary_is_one_sentence_about_the_main_person():
    for story in SAMPLE:
        assert story.summary.endswith(".") and story.summary.count(".") == 1
        assert story.summary[0].isupper() and story.scene.main.name in story.summary
        assert story.summary_chinese.endswith("。")
        assert story.scene.main.chinese in story.summary_chinese


@pytest.mark.parametrize("arguments", [{"n": -1}, {"n": 1, "seed": -1}])
def test_negative_numbers_are_refused(arguments):
    with pytest.raises(ValueError, match="negative"):
        stories(**arguments)


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="choose"):
        stories(1, language="fr")
