"""A sentence that looks like the answer, and is not: what it does to a reader.

Built in chapter 8.2. Source: Jia & Liang 2017, AddSent (arXiv 1707.07328); theirs are made from the
parse of the question and mended by people, ours by rules for the town's questions.
"""

from collections.abc import Sequence
from random import Random

from lmlab.tasks.example import Example
from lmlab.tasks.question_answering import town_questions
from lmlab.tasks.task import examples_of
from lmlab.text.town import lexicon

NEUTRAL = "It was a quiet day, and nobody in the town was in a hurry."
PLACES = ("park", "market", "bakery", "lake", "farm", "garden", "station", "castle")
THINGS = ("ball", "drum", "kite", "vase", "cup", "book", "shell", "lamp")
CAUSES = ("the rain had stopped", "the long winter was over", "the music had begun")


def distractor(passage: str, question: str, rng: Random) -> str | None:
    """A sentence with the question's words, about somebody who is not in the story.

    So it answers another question, and the right answer stays as it is. None for a question that
    names nobody, and for kinds that there is no rule for ("How many…").
    """
    words = question.rstrip("?").split()
    known = [name for name, *_ in lexicon.NAMES]
    named = [word for word in words if word in known]
    if not named or "and" in words:
        return None
    stranger, other = rng.sample([name for name in known if name not in passage], 2)
    place, thing = (
        rng.choice([word for word in some if word not in passage]) for some in (PLACES, THINGS)
    )
    words = [stranger if word == named[0] else word for word in words]
    match words:
        case ["Where", "was", name, "at", "first"]:
            said = [name, "was in the", place, "at first"]
        case ["Where", "did", name, *rest]:
            said = [name, "did", *rest, _preposition(rest), place]
        case ["What", "did", name, verb, *rest]:
            said = [name, "did", verb, "the", thing, *rest]
        case ["Why", "was", name, *rest]:
            said = [name, "was", *rest, "because", rng.choice(CAUSES)]
        case ["Who", *rest]:
            said = [other, *rest]
        case _:
            return None
    return f"{' '.join(said)}."


def distracted(split: str, n: int, seed: int = 0) -> dict[str, list[Example]]:
    """n questions that have an answer, on stories as they are, and with one more sentence.

    "neutral" says nothing to the point; "looks alike" is a `distractor`, at the end; "looks alike,
    in front" is the same one at the beginning.
    """
    rng = Random(seed)
    found: dict[str, list[Example]] = {}
    for example in _answered(split, n):
        passage, question = example.input
        trap = distractor(passage, question, rng)
        if trap is None:
            continue
        for kind, text in {
            "as it is": passage,
            "neutral": f"{passage} {NEUTRAL}",
            "looks alike": f"{passage} {trap}",
            "looks alike, in front": f"{trap} {passage}",
        }.items():
            kept = found.setdefault(kind, [])
            if len(kept) < n:
                kept.append(Example((text, question), example.wanted, example.category))
    return found


def _preposition(verb: Sequence[str]) -> str:
    """What stands before the place: "go back to" has it already, "go" wants another than "meet"."""
    if verb[-1] == "to":
        return "the"
    return "to the" if verb[0] in ("go", "run", "walk") else "in the"


def _answered(split: str, n: int) -> Sequence[Example]:
    """Examples with an answer; more than n, for some have no distractor."""
    return [each for each in examples_of(town_questions(split, 3 * n)) if any(each.wanted)]
