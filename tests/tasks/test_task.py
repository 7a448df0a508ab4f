"""Tasks and their examples."""

import pytest

from lmlab.tasks import SPLITS, Example, Task, examples_of, metrics, one_by_one, town_stories
from lmlab.text.corpora import Labelled, Pair, Question
from lmlab.text.town.lexicon import NAMES
from lmlab.text.town.scenes import deeds_of, held_out


def endings(split, n):
    return [Example(story.english, story.sentiment) for story in town_stories(split, n)]


TASK = Task("sentiment", endings, {"accuracy": metrics.accuracy()})


@pytest.mark.parametrize("split", SPLITS)
def test_examples_are_the_same_each_time_and_all_different(split):
    examples = TASK.examples(split, 30)
    assert examples == TASK.examples(split, 30)
    assert len({example.input for example in examples}) == 30


def names_and_deeds(split):
    for story in town_stories(split, 100):
        draft = story._drawn[0]
        names = [name for name, _, _ in NAMES]
        yield [
            held_out(names.index(draft.cast[letter].name), deed)
            for deed, letter in deeds_of(draft.variant)
        ]


def test_composed_stories_join_names_and_deeds_that_no_other_story_does():
    assert all(any(story) for story in names_and_deeds("composed"))
    for split in ("train", "validation", "held-out"):
        assert not any(any(story) for story in names_and_deeds(split))


def test_documents_become_examples():
    found = examples_of(
        [
            Pair("Hello.", "你好。"),
            Labelled("Dull.", "negative"),
            Question("Leo found it.", "Who found it?", ("Leo", "Leo"), (0, 0)),
            Question("Leo found it.", "Where was it?", (), ()),
        ]
    )
    assert found == [
        Example("Hello.", "你好。"),
        Example("Dull.", "negative", "negative"),
        Example(("Leo found it.", "Who found it?"), ("Leo", "Leo"), "who"),
        Example(("Leo found it.", "Where was it?"), ("",), "no answer"),
    ]
    with pytest.raises(ValueError, match="'A story' is plain text"):
        examples_of(["A story"])


def test_one_by_one_keeps_the_name():
    @one_by_one
    def shouted(text):
        return text.upper()

    assert shouted(["a", "b"]) == ["A", "B"] and shouted.__name__ == "shouted"


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="split='test', n=3: .* held-out and composed"):
        TASK.examples("test", 3)
    with pytest.raises(ValueError, match="n=0: 1 or more"):
        TASK.examples("composed", 0)
    with pytest.raises(ValueError, match="split='test' is none of train, validation, held-out"):
        town_stories("test", 1)
