"""The town's stories in another voice: the same events, as a grandmother tells them.

A rewriting by rule, so that a model can be taught it and then be judged. It keeps to words of the
town: a tokenizer made for that has tokens for them. Used in chapter 5.
"""

import re

OPENING = "It was long before my day."
REFRAIN = "They all said so."
ENDING = "It was so, grandmother said."

COMPARED = {
    "happy": "happy as a rabbit",
    "glad": "glad as the morning",
    "proud": "proud as a cat",
    "sad": "sad as the rain",
    "angry": "angry as a storm",
    "afraid": "afraid as a rabbit",
}
"""Each feeling is compared with something."""

_BETWEEN_SENTENCES = re.compile(r'(?:(?<=[.!?])|(?<=[.!?]"))\s+(?=["A-Z])')
_FEELING = re.compile(rf"\b({'|'.join(COMPARED)})\b")


def as_old_tale(story: str) -> str:
    """An English story with an opening, a refrain after every third sentence, and an ending.

    Feelings are compared with something (`COMPARED`); all else stays as it is told.
    Raises ValueError for an empty story.
    """
    if not story.strip():
        raise ValueError("the story is empty: give a text of one sentence or more.")
    told = [OPENING]
    for number, sentence in enumerate(_BETWEEN_SENTENCES.split(story.strip()), start=1):
        told.append(_FEELING.sub(lambda found: COMPARED[found[0]], sentence))
        if number % 3 == 0:
            told.append(REFRAIN)
    return " ".join([*told, ENDING])


def keeps_the_voice(text: str) -> bool:
    """Whether a text has the opening, a refrain and the ending of an old tale, each in its place.

    A model's samples are held to it.
    """
    inside = text.rstrip().removeprefix(OPENING).removesuffix(ENDING)
    return REFRAIN in inside and len(text.rstrip()) == len(OPENING + inside + ENDING)
