"""The passage is coloured where an answer may begin and end, and can be asked something else."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Rectangle

from lmlab.viz import theme
from lmlab.viz.labs.answers import answer_lab, answer_picture

FOUND = SimpleNamespace(
    tokens=["Tom", " was", " by", " the", " mill", "."],
    starts=[0.0, 0.0, 0.2, 0.8, 0.0, 0.0],
    ends=[0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    guesses=[("the mill", 0.75), ("by the mill", 0.15), ("", 0.1)],
)
WHERE = "Where was Tom?"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def words(figure):
    return {text.get_text(): text for text in figure.axes[0].texts}


def boxes(figure):
    patches = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    return [(patch.get_x(), patch.get_facecolor()[:3], patch.get_alpha()) for patch in patches]


def test_starts_are_blue_and_ends_are_orange_at_their_words():
    figure = answer_picture(FOUND, WHERE)
    blue, orange = (plt.matplotlib.colors.to_rgb(c) for c in (theme.BLUE, theme.ORANGE))
    by, the, mill = boxes(figure)
    assert (by[1], the[1], mill[1]) == (blue, blue, orange)
    assert by[2] < the[2]
    at = [words(figure)[word].get_position()[0] for word in ("by", "the", "mill")]
    assert [by[0], the[0], mill[0]] == at


def test_bars_hold_the_likeliest_answers_and_none_is_named():
    figure = answer_picture(FOUND, WHERE)
    labels = [text.get_text() for text in figure.axes[1].texts]
    assert labels == ["the mill 0.75", "by the mill 0.15", "(no answer) 0.10"]
    assert figure.get_suptitle() == "Where was Tom? → the mill"


def test_a_long_passage_is_set_in_lines_and_no_word_leaves_the_page():
    tokens = ["\n", *[" word", "<b>", " 你好"] * 60]
    even = [1 / len(tokens)] * len(tokens)
    found = SimpleNamespace(tokens=tokens, starts=even, ends=even, guesses=[("", 1.0)])
    page = answer_picture(found, "?").axes[0]
    rows = {text.get_position()[1] for text in page.texts}
    assert len(rows) > 3
    right, bottom = page.get_xlim()[1], page.get_ylim()[0]
    assert all(0 <= x < right and 0 < y < bottom for x, y in (t.get_position() for t in page.texts))


def test_another_question_is_asked_of_the_model(screen):
    asked = []

    def answer(passage, question):
        asked.append((passage, question))
        return FOUND

    answer_lab(answer, "Tom was by the mill.", WHERE)
    assert "“Where was Tom?” The likeliest answers: the mill 0.75" in screen.shown[0].alt
    passage, question, _ = screen.shown[-1].children
    assert (passage.description, question.description) == ("passage", "question")
    question.value = "Who was by the mill?"
    assert asked[-1] == ("Tom was by the mill.", "Who was by the mill?")
    assert "Who was by the mill?" in screen.updates[-1].alt


def test_a_refusal_is_shown_in_words(screen):
    def answer(passage, question):
        if not question:
            raise ValueError("give both <some> text.")
        return FOUND

    answer_lab(answer, "Tom was by the mill.", WHERE)
    _, question, message = screen.shown[-1].children
    question.value = ""
    assert message.value == "give both &lt;some&gt; text."
