"""Semantic roles: spans of the story, in agreement with the scene."""

from lmlab.text.town import generate
from lmlab.text.town.kinds import kinds

SAMPLE = generate(120, seed=7)


def test_each_role_is_a_span_of_its_sentence():
    for story in SAMPLE:
        start = 0
        for roles, (sentence, _) in zip(story.roles, story.pairs, strict=True):
            for role in roles:
                assert story.english[role.start : role.end] == role.text
                assert start <= role.start < role.end <= start + len(sentence)
            start += len(sentence) + 1


def test_nearly_every_sentence_has_an_action():
    with_action = [any(r.role == "action" for r in roles) for s in SAMPLE for roles in s.roles]
    assert sum(with_action) / len(with_action) > 0.97


def test_a_named_agent_is_the_agent_of_the_event():
    for story in SAMPLE:
        for roles, event in zip(story.roles, story.scene.events, strict=True):
            parts = kinds()[event.kind].roles
            agents = [event.args[letter].name for letter, part in parts.items() if part == "agent"]
            for role in roles:
                if role.role == "agent" and role.text.istitle() and len(role.text) > 4:
                    assert any(name in role.text for name in agents)
