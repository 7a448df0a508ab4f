"""Bars of attention beside marks of length; another sentence can be added."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest

from lmlab.viz.labs.injections import injection_lab, share_picture

FOUND = SimpleNamespace(answer="the <b>lake", shares={"story": (0.9, 0.4), "added": (0.1, 0.5)})


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_a_bar_for_the_attention_and_a_mark_for_the_length():
    axes = share_picture(FOUND).axes[0]
    assert [bar.get_width() for bar in axes.patches] == [40, 50]
    assert list(axes.lines[0].get_xdata()) == [90, 10]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["story", "added"]
    assert axes.get_title(loc="left") == "answer: the <b>lake"


def test_no_answer_is_said_and_no_part_is_refused():
    none = SimpleNamespace(answer="", shares={"story": (1.0, 1.0)})
    assert "(no answer)" in share_picture(none).axes[0].get_title(loc="left")
    with pytest.raises(ValueError, match="no part"):
        share_picture(SimpleNamespace(answer="x", shares={}))


def test_another_sentence_is_looked_at_and_a_refusal_is_shown_in_words(screen):
    asked = []

    def look(text, added):
        asked.append((text, added))
        if not added:
            raise ValueError("add a <sentence>")
        return FOUND

    injection_lab(look, "A story.", "One more.")
    text, added, message = screen.shown[-1].children
    added.value = "Another."
    assert asked == [("A story.", "One more."), ("A story.", "Another.")]
    added.value = ""
    assert message.value == "add a &lt;sentence&gt;"
