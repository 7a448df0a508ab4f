"""Scenes: many, true to their own rules, and never shared between splits."""

from random import Random

import pytest

from lmlab.text.town import SPLITS, generate, lexicon, scene_count
from lmlab.text.town.kinds import kinds
from lmlab.text.town.plots import PLOTS
from lmlab.text.town.scenes import DEEDS, draw, held_out
from lmlab.text.town.state import World

NUMBERS = {name: number for number, (name, _, _) in enumerate(lexicon.NAMES)}


def deeds(scene) -> set[tuple[str, str]]:
    """Who does which deed in a scene."""
    return {
        (event.args[letter].name, event.kind)
        for event in scene.events
        for letter, role in kinds()[event.kind].roles.items()
        if role == "agent" and letter in "ABC" and event.kind in DEEDS
    }


def fingerprint(scene) -> str:
    return repr((scene.plot, scene.ending, sorted(scene.cast.items()), scene.events))


def test_there_are_more_than_a_billion_scenes():
    assert scene_count() > 10**9


def test_there_are_at_least_eight_plots():
    assert len(PLOTS) >= 8


def test_events_respect_what_they_need():
    for story in generate(150, seed=8):
        world = World()
        for event in story.scene.events:
            names = {letter: entity.name for letter, entity in event.args.items()}
            for fact in kinds()[event.kind].needs:
                assert world.need(*(names.get(word, word) for word in fact)) is None, story.english
            for fact in kinds()[event.kind].then:
                assert world.make(*(names.get(word, word) for word in fact)) is None, story.english


def test_splits_share_no_scene():
    seen = {
        split: {fingerprint(story.scene) for story in generate(150, seed=1, split=split)}
        for split in SPLITS
    }
    for split in SPLITS:
        for other in SPLITS:
            assert split == other or not seen[split] & seen[other]


def test_a_cast_belongs_to_one_split_whatever_the_seed():
    for split in ("train", "validation", "test"):
        drafts = [draw(Random(number), split) for number in range(100)]
        casts = {(d.variant, tuple(entity.name for entity in d.cast.values())) for d in drafts}
        for other in {"train", "validation", "test"} - {split}:
            others = [draw(Random(number), other) for number in range(100)]
            assert not casts & {
                (d.variant, tuple(entity.name for entity in d.cast.values())) for d in others
            }


def test_holdout_has_a_person_and_deed_never_together_elsewhere():
    for split in ("train", "validation", "test"):
        for story in generate(150, seed=2, split=split):
            assert not any(held_out(NUMBERS[name], deed) for name, deed in deeds(story.scene))
    for story in generate(150, seed=2, split="holdout"):
        assert any(held_out(NUMBERS[name], deed) for name, deed in deeds(story.scene))


def test_every_person_and_every_deed_is_seen_in_training():
    seen = set().union(*(deeds(story.scene) for story in generate(1500, seed=3)))
    assert {name for name, _ in seen} == set(NUMBERS)
    assert {deed for _, deed in seen} == set(DEEDS)


def test_people_in_a_scene_have_different_names_and_things_different_nouns():
    for story in generate(150, seed=4):
        names = [entity.name for entity in story.scene.cast.values()]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("split", ["dev", "TRAIN", ""])
def test_an_unknown_split_is_refused(split):
    with pytest.raises(ValueError, match="choose one of"):
        generate(1, split=split)
