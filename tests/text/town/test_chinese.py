"""The Chinese stories stand line for line beside the English."""

import re

from lmlab.text.town import generate, stories
from lmlab.text.town.kinds import phrases, templates

SAMPLE = generate(150, seed=3)


def test_each_kind_of_event_is_told_in_four_ways():
    for kind, details in templates("chinese").items():
        assert sum(map(len, details.values())) >= 4, kind


def test_each_english_phrase_has_its_chinese():
    for kind, details in phrases("english").items():
        for detail, group in details.items():
            assert len(phrases("chinese")[kind][detail]) == len(group), kind


def test_pairs_are_aligned_and_make_up_the_stories():
    for story in SAMPLE:
        assert " ".join(en for en, _ in story.pairs) == story.english
        assert "".join(zh for _, zh in story.pairs) == story.chinese
        assert len(story.pairs) == len(story.scene.events)


def test_the_same_people_stand_in_both_sentences():
    people = {p.name: p.chinese for story in SAMPLE for p in story.scene.cast.values()
              if p.__class__.__name__ == "Person"}  # fmt: skip
    named = both = 0
    for story in SAMPLE:
        for en, zh in story.pairs:
            names = [name for name in people if re.search(rf"\b{name}\b", en)]
            named += len(names)
            both += sum(people[name] in zh or "她" in zh or "他" in zh for name in names)
    assert both / named > 0.98


def test_only_chinese_characters_and_full_width_marks():
    for text in stories(150, seed=4, language="zh"):
        assert re.fullmatch("[\u4e00-\u9fff，。！？：“”、…]+", text)
        assert "了了" not in text and "的的" not in text and "小小" not in text
        assert text.count("“") == text.count("”")
