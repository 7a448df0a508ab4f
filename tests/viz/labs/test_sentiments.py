"""Words are coloured by what they speak for, and another text can be judged."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from lmlab.viz import theme
from lmlab.viz.labs.sentiments import coloured_texts, sentiment_lab, sentiment_picture

JUDGED = SimpleNamespace(
    tokens=[" Tom", " was", " not", " sad", "."],
    weights=[0.0, 0.5, 2.0, -1.0, 0.0],
    shares={"negative": 0.2, "positive": 0.8},
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def boxes(axes):
    found = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    return [(patch.get_facecolor()[:3], patch.get_alpha()) for patch in found]


def test_blue_speaks_for_and_orange_against_the_strongest_most():
    was, negation, sad = boxes(sentiment_picture(JUDGED).axes[0])
    blue, orange = to_rgb(theme.BLUE), to_rgb(theme.ORANGE)
    assert (was[0], negation[0], sad[0]) == (blue, blue, orange)
    assert was[1] < sad[1] < negation[1]


def test_bars_name_the_labels():
    labels = [text.get_text() for text in sentiment_picture(JUDGED).axes[1].texts]
    assert labels == ["negative 0.20", "positive 0.80"]


def test_a_text_without_any_weight_has_no_colour():
    plain = SimpleNamespace(tokens=[" a", "<b>"], weights=[0.0, 0.0], shares={"x": 1.0})
    assert boxes(sentiment_picture(plain).axes[0]) == []


def test_rows_of_weights_stand_below_each_other_under_their_names():
    figure = coloured_texts(
        JUDGED.tokens, {"one": [0.0, 0.0, 1.0, 0.0, 0.0], "two": JUDGED.weights}
    )
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["one", "two"]
    assert [len(boxes(axes)) for axes in figure.axes] == [1, 3]
    with pytest.raises(ValueError, match="no row of weights"):
        coloured_texts(JUDGED.tokens, {})


def test_another_text_is_judged_and_a_refusal_is_shown_in_words(screen):
    asked = []

    def judge(text):
        if not text:
            raise ValueError("give it <some> text.")
        asked.append(text)
        return JUDGED

    sentiment_lab(judge, "Tom was not sad.")
    assert "negative 0.20, positive 0.80. The words that speak most" in screen.shown[0].alt
    assert "“not”, “was”" in screen.shown[0].alt
    box, message = screen.shown[-1].children
    box.value = "Tom was glad."
    assert asked[-1] == "Tom was glad."
    box.value = ""
    assert message.value == "give it &lt;some&gt; text."
