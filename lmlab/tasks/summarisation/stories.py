"""Stories of `town` to be summed up in one sentence, and real articles. Built in chapter 6.3."""

from collections.abc import Sequence
from dataclasses import dataclass

from lmlab.tasks import metrics
from lmlab.tasks.example import Example
from lmlab.tasks.task import Task, town_stories
from lmlab.text import town
from lmlab.text.town.world import Scene


@dataclass(frozen=True, kw_only=True)
class StoryExample(Example):
    """A story and its summary; the scene knows whether what another summary says is true."""

    scene: Scene


def faithful() -> metrics.Metric:
    """The share of summaries that say nothing which their scenes contradict (`check_summary`).

    What it cannot read counts as unfaithful.
    """
    return metrics.mean_of(
        lambda said, example: 100 * (not town.check_summary(said, example.scene))
    )


def _draw(split: str, n: int) -> list[Example]:
    return [
        StoryExample(story.english, story.summary, story.scene.plot, scene=story.scene)
        for story in town_stories(split, n)
    ]


def _draw_articles(split: str, n: int) -> Sequence[Example]:
    raise ValueError(
        "articles come from your own files: evaluate(ARTICLES, model, "
        "examples=examples_of(corpus.test))."
    )


ROUGE = {
    name: metrics.rouge(kind)
    for name, kind in (("ROUGE-L", "rougeL"), ("ROUGE-1", "rouge1"), ("ROUGE-2", "rouge2"))
}
SUMMARISATION = Task("summarisation", _draw, {**ROUGE, "faithful": faithful()})
"""Stories of the town, one sentence each."""
ARTICLES = Task("summarisation of articles", _draw_articles, ROUGE)
"""Real texts with their summaries, as CNN/DailyMail has them; nobody knows a scene of those."""
