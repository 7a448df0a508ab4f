"""Pairs name the same people, and only what is told can decide whether they contradict."""

import pytest
import torch

from lmlab.tasks.semantic_analysis.pairs import (
    CONTRADICTION,
    MEANING,
    SAME,
    best_threshold,
    by_roles,
    by_similarity,
    contradict,
    meaning_pairs,
    similarities,
)
from lmlab.tasks.semantic_analysis.sentences import Part
from lmlab.text.town.lexicon import NAMES

PEOPLE = {name for name, *_ in NAMES}


def parts(**roles):
    return [Part(role, text, 0, len(text)) for role, text in roles.items()]


def words(sentence):
    return set("".join(c if c.isalnum() else " " for c in sentence).split())


@pytest.mark.parametrize("split", ["held-out", "composed"])
def test_both_sentences_name_the_same_two_people(split):
    for example in MEANING.examples(split, 60):
        one, other = (words(sentence) & PEOPLE for sentence in example.input)
        assert one == other
        assert len(one) == 2
        assert example.input[0] != example.input[1]


def test_each_story_gives_one_pair_and_always_the_same():
    examples = MEANING.examples("held-out", 40)
    assert len(examples) == 40
    assert examples[:20] == MEANING.examples("held-out", 20)


def test_the_category_says_what_was_changed():
    examples = MEANING.examples("held-out", 80)
    assert {each.category for each in examples} == {SAME, "other people", "other thing"}
    assert all((each.category == SAME) == (each.wanted == SAME) for each in examples)


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (parts(agent="Mia", theme="the red kite"), parts(agent="Mia", theme="the kite"), False),
        (parts(agent="Mia", theme="the kite"), parts(agent="Mia", theme="the ball"), True),
        (parts(agent="Mia", recipient="Tom"), parts(agent="Tom", recipient="Mia"), True),
        (parts(agent="Mia"), parts(recipient="Tom"), False),
        (parts(agent="She"), parts(agent="Tom"), False),
        (parts(action="gave"), parts(action="handed"), False),
        ([], parts(agent="Tom"), False),
    ],
)
def test_parts_contradict_when_others_play_a_role(one, other, wanted):
    assert contradict(one, other) == contradict(other, one) == wanted


def test_a_labeller_that_reads_roles_decides_by_them(labeller):
    same = ("Mia thanked Tom.", "Mia said thank you and gave Tom a yellow stone.")
    swapped = ("Mia thanked Tom.", "Tom thanked Mia.")
    assert by_roles(*labeller)([same, swapped]) == [SAME, CONTRADICTION]


@pytest.fixture
def labeller():
    from lmlab.pretrained import load

    return load("town-labeller", verbose=False)


def first_letter(texts):
    """Texts that begin alike are alike."""
    angles = torch.tensor([float(ord(text[0])) for text in texts])
    return torch.stack((angles.cos(), angles.sin()), dim=-1)


def test_similarity_is_the_cosine_of_each_pair():
    assert similarities(first_letter, [("ab", "ac")]) == pytest.approx([1])
    assert similarities(first_letter, [("a", "b")])[0] < 0.9


def test_above_the_threshold_two_are_the_same():
    predict = by_similarity(first_letter, meaning_pairs("validation", 20), "letters")
    assert predict.__name__ == "letters"
    assert set(predict([("ab", "ac"), ("a", "d")])) <= {SAME, CONTRADICTION}


def test_the_best_threshold_parts_the_two():
    found = best_threshold([0.9, 0.2, 0.8, 0.3], [True, False, True, False])
    assert 0.3 <= found < 0.8
    assert best_threshold([0.5, 0.6], [True, True]) < 0.5
