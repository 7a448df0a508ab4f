"""The parts of a sentence are coloured, named below, and another sentence can be written."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from lmlab.viz import theme
from lmlab.viz.labs.roles import role_lab, role_picture


def part(role, text):
    return SimpleNamespace(role=role, text=text)


FOUND = SimpleNamespace(
    tokens=[" Mia", " gave", " Tom", " the", " kite", "."],
    tags=["B-agent", "B-action", "B-recipient", "B-theme", "I-theme", "O"],
    parts=[
        part("agent", "Mia"), part("action", "gave"), part("recipient", "Tom"),
        part("theme", "the kite"),
    ],
    sure=[1.0, 0.9, 0.8, 0.7],
)  # fmt: skip
NOTHING = SimpleNamespace(tokens=[" <b>"], tags=["O"], parts=[], sure=[])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def boxes(axes):
    patches = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    return [patch.get_facecolor()[:3] for patch in sorted(patches, key=lambda each: each.get_x())]


def test_people_are_blue_the_deed_is_orange_and_what_has_no_role_is_bare():
    blue, orange, grey = map(to_rgb, (theme.BLUE, theme.ORANGE, theme.FAINT))
    assert boxes(role_picture(FOUND).axes[0]) == [blue, orange, blue, grey, grey]


def test_bars_name_the_parts_and_how_sure_each_is():
    bars = role_picture(FOUND).axes[1]
    labels = [text.get_text() for text in bars.texts]
    assert labels[0] == "agent: Mia 1.00"
    assert labels[-1] == "theme: the kite 0.70"
    assert [patch.get_width() for patch in bars.patches] == FOUND.sure


def test_a_sentence_without_parts_is_drawn_as_well():
    figure = role_picture(NOTHING)
    assert boxes(figure.axes[0]) == []
    assert not figure.axes[1].patches


def test_another_sentence_is_given_to_the_model(screen):
    asked = []

    def label(sentence):
        asked.append(sentence)
        return FOUND if "Mia" in sentence else NOTHING

    role_lab(label, "Mia gave Tom the kite.")
    assert "agent “Mia”, action “gave”" in screen.shown[0].alt
    sentence, _ = screen.shown[-1].children
    assert sentence.description == "sentence"
    sentence.value = "Nobody."
    assert asked[-1] == "Nobody."
    assert "none" in screen.updates[-1].alt


def test_a_refusal_is_shown_in_words(screen):
    def label(sentence):
        if not sentence:
            raise ValueError("give it <some> words.")
        return FOUND

    role_lab(label, "Mia gave Tom the kite.")
    sentence, message = screen.shown[-1].children
    sentence.value = ""
    assert message.value == "give it &lt;some&gt; words."
