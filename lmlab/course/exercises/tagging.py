"""Spans written as tags: reading B, I and O."""

import random

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer

_ROLES = ("agent", "theme", "place")


def _tags(seed):
    """Tags of texts: neighbours of one label and of two, spans at both ends, a forgotten B."""
    rng = random.Random(seed)
    yield (["B-agent", "O", "B-theme", "I-theme", "O"],)
    yield (["O", "B-agent", "B-agent", "I-agent", "B-theme"],)
    yield (["B-theme", "I-theme", "I-place", "O", "I-agent", "I-agent"],)
    yield (["O", "O", "O"],)
    for _ in range(6):
        tags = []
        while len(tags) < 9:
            role = rng.choice(_ROLES)
            tags += rng.choice(
                (["O"], [f"B-{role}"], [f"B-{role}", f"I-{role}", f"I-{role}"], [f"I-{role}"])
            )
        yield (tags + ["B-place", "I-place"],)


def _cover(answer, tags):
    covered = sorted(i for _, first, last in answer(tags) for i in range(first, last + 1))
    return covered == [i for i, tag in enumerate(tags) if tag != "O"]


def _read(goes_on, begins=lambda tag: tag != "O"):
    """Spans where `goes_on(kind, label, label before, place)` says which tags prolong the last."""

    def answer(tags):
        spans, before = [], "O"
        for place, tag in enumerate(tags):
            kind, _, label = tag.partition("-")
            if spans and goes_on(kind, label, before[2:], spans[-1][2] == place - 1):
                spans[-1] = (spans[-1][0], spans[-1][1], place)
            elif begins(tag):
                spans.append((label, place, place))
            before = tag
        return spans

    return answer


_right = _read(lambda kind, label, before, touches: kind == "I" and label == before)


def _open_end_lost(tags):
    """A span is closed by what follows; at the end of the text nothing follows."""
    return [span for span in _right(tags) if span[2] < len(tags) - 1]


_SPANS = Exercise(
    id="bio_spans",
    chapter="06_4_semantic_analysis",
    number="6.4.1",
    title="Spans out of tags",
    difficulty=2,
    minutes=12,
    reference="lmlab.tasks.semantic_analysis.bio.bio_spans",
    cases=_tags,
    invariants=(
        Invariant(
            "each tag but O in one span",
            _cover,
            "Every token whose tag is not O belongs to exactly one span, the others to none.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda tags: [(label, first, last + 1) for label, first, last in _right(tags)],
            "The last token is one too far: it belongs to the span.",
        ),
        WrongAnswer(
            lambda tags: [(first, last, label) for label, first, last in _right(tags)],
            "The order is label, first, last.",
        ),
        WrongAnswer(
            lambda tags: [
                (f"{tags[first][0]}-{label}", first, last) for label, first, last in _right(tags)
            ],
            'The label still has its mark: "agent" is wanted, not "B-agent".',
        ),
        WrongAnswer(
            _read(lambda kind, label, before, touches: label != "" and label == before),
            "Two spans of one label that touch have become one: a B always begins anew.",
        ),
        WrongAnswer(
            _read(lambda kind, label, before, touches: kind == "I" and touches),
            "An I of another label is taken into the span before it. Compare the labels.",
        ),
        WrongAnswer(
            _read(
                lambda kind, label, before, touches: kind == "I" and label == before,
                begins=lambda tag: tag[0] == "B",
            ),
            "An I with no B before it is lost. A model may forget the B: let such an I begin a "
            "span.",
        ),
        WrongAnswer(
            _read(lambda kind, label, before, touches: False),
            "Each token is a span by itself: an I goes on with the span before it.",
        ),
        WrongAnswer(
            _open_end_lost,
            "A span that reaches the last token is lost: close it when the tags end.",
        ),
    ),
    hints=(
        "Walk through the tags, and remember the tag before. When does a span begin, and when does "
        "the last one go on?",
        "It goes on at an I- whose label is that of the tag before. At any other tag but O, one "
        "begins.",
        'kind, _, label = tag.partition("-"); if kind == "I" and before[2:] == label, replace the '
        'last span by one that ends here; elif kind != "O", append (label, place, place).',
    ),
    quiz=Quiz(
        "Why are there two tags for a role, B and I, and not one?",
        {
            "so that two spans of one role that touch stay two": "Yes. Seldom needed, but without "
            "it nothing could say where the first ends.",
            "so that the model knows which word is the most important": "The first word of a span "
            "is not more important than the others.",
            "so that the last token is known": "The end is known by what follows: O, or a B.",
        },
        answer="so that two spans of one role that touch stay two",
    ),
)

EXERCISES = (_SPANS,)
