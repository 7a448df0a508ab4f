"""A summary is held against its scene: what is so passes, what is not is named."""

import re

import pytest

from lmlab.text import town
from lmlab.text.town.kinds import kinds, table
from lmlab.text.town.summaries import Claim, check_summary, claims_of, unsupported

STORIES = town.generate(60, split="holdout")
LOST = next(story for story in STORIES if story.scene.plot == "lost and found")


def kinds_of(summary, story):
    return [violation.kind for violation in check_summary(summary, story.scene)]


@pytest.mark.parametrize("split", town.SPLITS)
def test_every_summary_is_true_of_its_own_scene(split):
    for story in town.generate(60, split=split):
        assert check_summary(story.summary, story.scene) == []


def test_no_summary_is_true_of_the_next_scene():
    for story, other in zip(STORIES, STORIES[1:], strict=False):
        assert check_summary(other.summary, story.scene)


def test_every_sentence_of_a_story_is_true_of_its_scene():
    for story in STORIES[:6]:
        assert check_summary(story.english, story.scene) == []


def test_two_people_exchanged_are_found_out():
    exchanged = 0
    for story in STORIES:
        first, second = (story.scene.cast[letter].name for letter in "AB")
        other = {first: second, second: first}
        said = re.sub(rf"\b({first}|{second})\b", lambda found: other[found[0]], story.summary)  # noqa: B023
        if second in story.summary and " and both" not in said and said != story.summary:
            exchanged += 1
            assert "person" in kinds_of(said, story), said
    assert exchanged > 30


def test_claims_name_events_of_the_world_with_their_letters():
    for endings in table("summaries").values():
        for _, _, claims in endings.values():
            for step in claims.split("; "):
                kind, *letters = step.split()
                assert len(letters) == len(kinds()[kind].letters)


def test_a_wrong_place_thing_or_description_is_named():
    summary = LOST.summary
    place, thing = (LOST.scene.cast[letter] for letter in "PT")
    elsewhere = next(
        each.scene.cast["P"] for each in STORIES if each.scene.cast["P"].name != place.name
    )
    moved = summary.replace(place.english["in"], elsewhere.english["in"])
    assert set(kinds_of(moved, LOST)) <= {"place"}
    other = "ring" if thing.noun != "ring" else "key"
    assert "thing" in kinds_of(re.sub(thing.noun, other, summary), LOST)
    if thing.english["a"] in summary:
        painted = summary.replace(f"{thing.look} {thing.noun}", f"striped {thing.noun}")
        assert kinds_of(painted, LOST) in (["unreadable"], ["description"])


def test_a_false_colour_is_a_false_description():
    story = next(
        each
        for each in town.generate(200, split="test")
        if each.scene.ending == "lost" and each.scene.plot == "the crow"
        and each.scene.cast["T"].look not in ("red", "golden")
    )  # fmt: skip
    colour = "golden" if story.scene.cast["T"].look in ("silver", "tin") else "red"
    said = story.summary.replace(story.scene.cast["T"].look, colour)
    assert kinds_of(said, story) == ["description"]


def test_an_ending_that_did_not_happen_is_named():
    said = LOST.summary.split(",")[0]
    name, thing = LOST.scene.cast["A"].name, LOST.scene.cast["T"].noun
    assert "deed" in kinds_of(f"{name} traded the {thing} for the kite that Tom had.", LOST), said


@pytest.mark.parametrize("said", ["", "Mia", "A story about love and loss.", "她丢了帽子。"])
def test_what_cannot_be_read_is_not_taken_on_trust(said):
    assert kinds_of(said, LOST) == ["unreadable"]


def test_one_person_called_by_two_names_is_found_out():
    said = "Mia lost a red hat in the park, and not even with the help of Mia was it found."
    assert [claim.kind for claim in claims_of(said)] == ["lose", "never"]
    assert check_summary(said, LOST.scene)


def test_claims_need_one_event_that_has_all_they_name():
    events = [Claim("lose", {"A": "Mia", "T": "hat"}), Claim("find", {"A": "Tom", "T": "hat"})]
    assert unsupported([Claim("lose", {"A": "Mia"}), Claim("find", {})], events) == []
    wrong = [Claim("find", {"A": "Mia", "T": "hat"}), Claim("give", {})]
    assert unsupported(wrong, events) == wrong
