"""Each story is an example with its scene, and articles are told by their files."""

import pytest

from lmlab.tasks.evaluation import evaluate
from lmlab.tasks.example import Example
from lmlab.tasks.summarisation.baselines import lead_1
from lmlab.tasks.summarisation.stories import ARTICLES, SUMMARISATION


@pytest.mark.parametrize("split", ["held-out", "composed"])
def test_the_summary_that_is_wanted_is_perfect_and_faithful(split):
    wanted = {each.input: each.wanted for each in SUMMARISATION.examples(split, 20)}
    report = evaluate(
        SUMMARISATION, lambda texts: [wanted[t] for t in texts], split, 20, progress=False
    )
    assert all(score.value == pytest.approx(100) for score in report.scores.values())


def test_a_summary_of_another_story_is_not_faithful():
    examples = SUMMARISATION.examples("held-out", 12)
    shifted = [each.wanted for each in [*examples[1:], examples[0]]]
    report = evaluate(SUMMARISATION, lambda texts: shifted, examples=examples, progress=False)
    assert report["faithful"].value == 0
    assert report["ROUGE-L"].value > 10


def test_the_first_sentence_is_faithful_and_no_summary():
    report = evaluate(SUMMARISATION, lead_1, n=20, progress=False)
    assert report["faithful"].value == 100
    assert report["ROUGE-L"].value < 40


def test_articles_are_scored_by_rouge_and_cannot_be_drawn():
    examples = [Example("A storm came. Trees fell.", "A storm felled trees.")]
    report = evaluate(ARTICLES, lead_1, examples=examples, progress=False)
    assert list(report.scores) == ["ROUGE-L", "ROUGE-1", "ROUGE-2"]
    with pytest.raises(ValueError, match="come from your own files"):
        evaluate(ARTICLES, lead_1, progress=False)
