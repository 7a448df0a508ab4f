"""The English stories: varied, well formed, and fast."""

import re
import subprocess
import sys

import pytest

from lmlab.text.town import generate, stories
from lmlab.text.town.kinds import templates
from lmlab.text.town.reader import readings, sentences

SAMPLE = stories(800, seed=1)


def test_each_kind_of_event_is_told_in_eight_ways():
    for kind, details in templates("english").items():
        assert sum(map(len, details.values())) >= 8, kind


def test_there_are_hundreds_of_different_words():
    words = {word for story in SAMPLE for word in re.findall("[a-z]+", story.lower())}
    assert 450 <= len(words) <= 900


def test_a_story_is_one_paragraph_of_six_to_nine_sentences():
    for story in SAMPLE:
        assert 6 <= len(sentences(story)) <= 9
        assert "\n" not in story and story.isascii()
    lengths = [len(story.split()) for story in SAMPLE]
    assert 75 < sum(lengths) / len(lengths) < 100
    assert min(lengths) >= 40 and max(lengths) <= 140


def test_no_two_stories_are_equal():
    assert len(set(SAMPLE)) == len(SAMPLE)


@pytest.mark.parametrize(
    "mistake",
    [
        r"\b[Aa] [aeiou]",
        r"\b[Aa]n (?!hour)[^aeiou]",
        r"  | [.,!?]|[{}\[\]|()]",
        r"\b(?!had )(\w+) \1\b",
        r"(?:gave|lent|handed) (?:to )?(?:him|her) it\b",
        r'(?:^|[.!?]"? )[a-z]',
        r"\b(?:said|asked|cried) (?:she|he)\b",
    ],
)
def test_no_slips_of_grammar(mistake):
    speech = re.compile(r'[!?]" [a-z]')  # "...?" asked Tom
    wrong = [s for s in SAMPLE if re.search(mistake, speech.sub("", s))]
    assert wrong == []


def test_every_sentence_is_read_back_as_the_event_it_tells():
    for story in generate(25, seed=2):
        for sentence, event in zip(sentences(story.english), story.scene.events, strict=True):
            assert (event.kind, event.detail) in [(r.kind, r.detail) for r in readings(sentence)]


def test_a_million_characters_a_second():
    code = """
import time
from lmlab.text.town import stories
stories(200)
speeds = []
for seed in range(3):
    start = time.process_time()
    texts = stories(2000, seed)
    speeds.append(sum(map(len, texts)) / (time.process_time() - start))
print(max(speeds))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(run.stdout) >= 1_000_000
