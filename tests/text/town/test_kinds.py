"""The tables of phrases: one syntax, used for telling and for reading."""

import re

from lmlab.text.town.kinds import Slot, choices, kinds, parse, phrases


def test_choices_are_spelled_out():
    assert choices("{A} (ran|went) to {P}(| again).") == [
        "{A} ran to {P}.",
        "{A} ran to {P} again.",
        "{A} went to {P}.",
        "{A} went to {P} again.",
    ]


def test_a_phrase_is_parsed_into_text_and_slots():
    assert parse("{A.n} saw {T} {P.in}.") == (
        Slot("A", "n"), " saw ", Slot("T", ""), " ", Slot("P", "in"), ".",
    )  # fmt: skip


def test_phrases_name_only_those_who_take_part():
    for language in ("english", "chinese"):
        for kind, details in phrases(language).items():
            for phrase in [phrase for group in details.values() for phrase in group]:
                used = set("".join(re.findall(r"\{([A-Z]+)", phrase)))
                assert used <= set(kinds()[kind].letters), (kind, phrase)


def test_facts_and_questions_name_only_those_who_take_part():
    for kind in kinds().values():
        letters = {word for fact in kind.needs + kind.then for word in fact if len(word) == 1}
        answers = {answer for _, answer in kind.ask} - {"why"}
        assert letters | answers <= set(kind.letters), kind.name


def test_every_kind_of_event_occurs_in_a_plot():
    from lmlab.text.town.plots import ENDINGS

    told = {kind for ways in ENDINGS for way in ways for kind, _ in way.steps}
    assert told == set(kinds()) == set(phrases("english")) == set(phrases("chinese"))
