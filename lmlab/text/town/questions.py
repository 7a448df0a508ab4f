"""Questions about a story, with the span of the story that answers each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from lmlab.text.town import lexicon
from lmlab.text.town.kinds import END_WHY, WHY, Slot, kinds, parse
from lmlab.text.town.scenes import PEOPLE, PLACES, THINGS, Draft
from lmlab.text.town.teller import Mention, Told
from lmlab.text.town.world import Entity

# What no story ever tells.
UNTOLD = """Where was {A.n} born?
How old is the mother of {B.n}?
How many brothers does {A.n} have?
What did {A.n} dream of that night?
Who taught {B.n} to read?
What colour are the eyes of {A.n}?
Why did {B.n} get up early?
Where does {B.n} live in winter?
Who wrote a letter to {A.n}?
How many books does {B.n} own?
What did {A.n} have for breakfast?
Why is {A.n} afraid of geese?""".splitlines()
KINDS = {"Who": "who", "Where": "where", "What": "what", "Why": "why", "How": "how_many"}


@dataclass(frozen=True)
class Question:
    """A question and its answer: `story[start:end]`.

    kind: "who", "where", "what", "why" or "how_many". A question that the story does not answer
    has answerable=False, an empty answer and start = end = 0.
    """

    question: str
    answer: str
    start: int
    end: int
    kind: str
    answerable: bool = True


def ask(draft: Draft, told: list[Told], starts: list[int], rng: Random) -> list[Question]:
    """All questions that the events of a story answer, and two that it does not.

    starts: where each sentence stands in the story.
    """
    questions = {}
    for index, (kind, letters) in enumerate(draft.variant.steps):
        rename = dict(zip(kinds()[kind].letters, letters, strict=True))
        for text, letter in kinds()[kind].ask:
            span = _answer(rename.get(letter, letter), index, draft, told)
            if span is None:
                continue
            sentence, start, end = span
            answer = told[sentence].text[start:end]
            start += starts[sentence]
            question = fill(text, draft.cast, rename)
            kind_ = KINDS[question.split()[0]]
            found = Question(question, answer, start, start + len(answer), kind_)
            questions.setdefault(question, found)
    return [*questions.values(), *_unanswerable(draft, list(questions), rng)]


def fill(text: str, cast: dict[str, Entity], rename: dict[str, str] | None = None) -> str:
    """A plain template with the names and nouns of a cast."""
    out = []
    for part in parse(text):
        if isinstance(part, Slot):
            letter = (rename or {}).get(part.letters, part.letters)
            out.append(cast[letter].english[part.form])
        else:
            out.append(part)
    return "".join(out)


def _answer(letter: str, index: int, draft: Draft, told: list[Told]) -> tuple[int, int, int] | None:
    """The sentence and span that name an answer, in the sentence asked about if possible."""
    if letter == "why":
        return _cause(told[index], index)
    before = range(index - 1, -1, -1)
    for sentence in [index, *before, *range(index + 1, len(told))]:
        for mention in told[sentence].mentions:
            if mention.letters == letter:
                span = full_mention(letter, mention, told[sentence].text, draft.cast)
                if span is not None:
                    return sentence, *span
    return None


def _cause(told: Told, index: int) -> tuple[int, int, int] | None:
    marks = {m.form: m.start for m in told.mentions if not m.letters}
    return (index, marks[WHY], marks[END_WHY]) if marks else None


def full_mention(
    letter: str, mention: Mention, text: str, cast: dict[str, Entity]
) -> tuple[int, int] | None:
    """The span of a mention that says by itself who or what is meant; None for a pronoun."""
    said = text[mention.start : mention.end]
    if letter in PEOPLE:
        name = cast[letter].name
        at = said.find(name)
        return None if at < 0 else (mention.start + at, mention.start + at + len(name))
    if letter in THINGS:
        return None if said in ("it", "It") or mention.form == "made" else mention[2:]
    if letter in PLACES and mention.form == "in":
        return mention.start + said.index(" ") + 1, mention.end
    return mention[2:]


def _unanswerable(draft: Draft, asked: list[str], rng: Random) -> list[Question]:
    """One question about what is never told, and one about somebody who is not in the story."""
    questions = [fill(rng.choice(UNTOLD), draft.cast)]
    names = [somebody.name for letter, somebody in draft.cast.items() if letter in PEOPLE]
    stranger = rng.choice([name for name, _, _ in lexicon.NAMES if name not in names])
    about = [text for text in asked if any(name in text for name in names)]
    if about:
        text = rng.choice(about)
        name = rng.choice([name for name in names if name in text])
        questions.append(re.sub(rf"\b{name}\b", stranger, text))
    return [Question(text, "", 0, 0, KINDS[text.split()[0]], False) for text in questions]
