"""Questions on stories of `town`, as a task. Built in chapter 6.2."""

from random import Random

from lmlab.tasks import metrics
from lmlab.tasks.example import Example
from lmlab.tasks.task import Task, examples_of, town_stories
from lmlab.text import town
from lmlab.text.corpora import Question


def town_questions(split: str, n_stories: int, each: int = 1) -> list[Question]:
    """Questions on n stories of a split, `each` of them of another kind, the same each time.

    The kinds are who, where, what, why, how many, and questions that the story does not answer;
    a story's kinds are equally likely, however many questions it has of each.
    """
    return [question for story in town_stories(split, n_stories) for question in _ask(story, each)]


def _draw(split: str, n: int) -> list[Example]:
    return examples_of(town_questions(split, n))


QUESTION_ANSWERING = Task(
    "question answering", _draw, {"F1": metrics.answer_f1(), "EM": metrics.exact_match()}
)


def _ask(story: town.Story, n: int) -> list[Question]:
    rng = Random(
        f"question {story.number}"
    )  # the number alone has drawn the plot: no hints at that
    by_kind: dict[str, list[town.Question]] = {}
    for asked in story.questions:
        by_kind.setdefault(asked.kind if asked.answerable else "no answer", []).append(asked)
    kinds = rng.sample(sorted(by_kind), min(n, len(by_kind)))
    return [_on(story, rng.choice(by_kind[kind])) for kind in kinds]


def _on(story: town.Story, asked: town.Question) -> Question:
    if not asked.answerable:
        return Question(story.english, asked.question, (), ())
    return Question(story.english, asked.question, (asked.answer,), (asked.start,))
