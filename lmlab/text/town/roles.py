"""Semantic roles: who does what to whom, where, with the words that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lmlab.text.town.kinds import kinds
from lmlab.text.town.questions import full_mention
from lmlab.text.town.scenes import Draft
from lmlab.text.town.teller import Told

VERBS = """went came took gave held met saw ran left fell broke lost found put sat felt told said
knew began thought made brought lent kept forgot stood got cut ate won hid heard slipped threw sang
flew stole lay blew grew cried""".split()
VERB = re.compile(r"\b(?:" + "|".join(VERBS) + r"|[a-z]{2,}ed)\b")
HELPING = re.compile(r"\b(?:was|were|had|did|could|would|cannot|knows?|is|hurt)\b")
NOT_VERBS = ("hundred", "called", "named", "indeed", "need")


@dataclass(frozen=True)
class Role:
    """A part in an event and the words that fill it: `story[start:end]`.

    role: "action" (the first full verb), "agent", "theme", "recipient", "patient",
        "experiencer", "beneficiary", "place", "source", "goal", "time", "extent" or "cause".
    """

    role: str
    text: str
    start: int
    end: int


def label(draft: Draft, told: list[Told], starts: list[int]) -> list[list[Role]]:
    """For each sentence its roles, in the order of the words."""
    return [
        _sentence(step, draft, sentence, start)
        for step, sentence, start in zip(draft.variant.steps, told, starts, strict=True)
    ]


def _sentence(step: tuple[str, str], draft: Draft, told: Told, offset: int) -> list[Role]:
    kind = kinds()[step[0]]
    parts = {letter: kind.roles[slot] for slot, letter in zip(kind.letters, step[1], strict=True)}
    spans: dict[str, tuple[int, int]] = {}
    for mention in told.mentions:
        for letter in mention.letters:
            named = full_mention(letter, mention, told.text, draft.cast)
            if mention.letters == "AB":
                named = mention[2:]
            if mention.form in ("role", "sub", "p", "made"):
                continue
            spans.setdefault(letter, named or mention[2:])
    found = [(parts[letter], *span) for letter, span in spans.items() if letter in parts]
    found += _action(told) + _cause(told)
    unique = sorted(set(found), key=lambda role: role[1:])
    return [Role(r, told.text[s:e], s + offset, e + offset) for r, s, e in unique]


def _action(told: Told) -> list[tuple[str, int, int]]:
    """The first full verb outside of speech, mentions and cause; else the first helping verb."""
    taken = [(m.start, m.end) for m in told.mentions if m.form != "made"]
    taken += [span for _, *span in _cause(told)]
    taken += [match.span() for match in re.finditer(r'"[^"]*"', told.text)]
    for verb in (VERB, HELPING):
        for match in verb.finditer(told.text):
            inside = any(start <= match.start() < end for start, end in taken)
            if not inside and match.group() not in NOT_VERBS:
                return [("action", *match.span())]
    return []


def _cause(told: Told) -> list[tuple[str, int, int]]:
    marks = [m.start for m in told.mentions if not m.letters]
    return [("cause", *marks)] if marks else []
