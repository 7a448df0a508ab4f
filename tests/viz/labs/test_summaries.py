"""The story is shaded for one token of its summary, and can be changed."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Rectangle

from lmlab.viz import theme
from lmlab.viz.labs.summaries import summary_lab, summary_picture

FOUND = SimpleNamespace(
    tokens=["Tom", " had", " a", " kite", "."],
    written=["Tom", " flew", "."],
    looks=[[0.9, 0.1, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.5, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0]],
    copied=[0.9, 0.0, 1.0],
)
STORY = "Tom had a kite."


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def boxes(axes, colour):
    wanted = plt.matplotlib.colors.to_rgb(colour)
    patches = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    return [patch.get_x() for patch in patches if patch.get_facecolor()[:3] == wanted]


def test_the_story_is_shaded_where_the_marked_token_looks():
    summary, story = summary_picture(FOUND, 1).axes
    places = {text.get_text(): text.get_position()[0] for text in story.texts}
    assert boxes(story, theme.BLUE) == [places["had"], places["kite"]]
    at = {text.get_text(): text.get_position()[0] for text in summary.texts}
    assert boxes(summary, theme.ORANGE) == [at["flew"]]
    assert boxes(summary, theme.BLUE) == [at["Tom"], at["."]]


def test_the_slider_moves_along_the_summary_and_stops_at_its_end(screen):
    asked = []

    def summarise(story):
        asked.append(story)
        return FOUND

    summary_lab(summarise, STORY)
    assert "As it writes “Tom”, it looks at Tom 0.90, had 0.10" in screen.shown[0].alt
    story, word, _ = screen.shown[-1].children
    word.value = 2
    assert "As it writes “flew”" in screen.updates[-1].alt
    word.value = 40
    assert "As it writes “.”" in screen.updates[-1].alt
    assert asked == [STORY]
    story.value = "Another one."
    assert asked == [STORY, "Another one."]


def test_a_refusal_is_shown_in_words(screen):
    def summarise(story):
        if not story:
            raise ValueError("text 0 of the batch is <empty>.")
        return FOUND

    summary_lab(summarise, STORY)
    story, _, message = screen.shown[-1].children
    story.value = ""
    assert message.value == "text 0 of the batch is &lt;empty&gt;."
