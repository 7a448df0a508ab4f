"""The share of contexts never seen, with the chosen n marked and examples in words."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz.labs.contexts import contexts_curve, contexts_lab

SHARES = {1: 0.0, 2: 0.005, 3: 0.5}
EXAMPLES = [(" the old", {" mill": 6, "<b>": 2}), ("你 好", {}), ("", {"a": 1})]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def titles(figure) -> list[str]:
    return [ax.get_title(loc="left") for ax in figure.axes]


def test_the_curve_holds_the_shares_and_marks_n():
    curve = contexts_curve(SHARES, 3, EXAMPLES).axes[0]
    line, mark = curve.lines
    assert line.get_xydata().tolist() == [[1, 0], [2, 0.005], [3, 0.5]]
    assert mark.get_xydata().tolist() == [[3, 0.5]]
    assert [text.get_text() for text in curve.texts] == ["0%", "0.50%", "50%"]


def test_an_example_shows_what_followed_as_shares_of_its_count():
    figure = contexts_curve(SHARES, 3, EXAMPLES)
    seen = figure.axes[1]
    assert titles(figure)[1] == "·the·old →  8 times in training"
    assert [text.get_text() for text in seen.texts] == ["·mill 6", "<b> 2"]
    assert [bar.get_width() for bar in seen.patches] == [0.75, 0.25]


def test_a_context_without_counts_was_never_seen():
    figure = contexts_curve(SHARES, 3, EXAMPLES)
    assert titles(figure)[2].endswith("→  never in training")
    assert not figure.axes[2].patches
    assert titles(figure)[3] == "no context →  1 time in training"


def test_fewer_examples_leave_places_empty():
    figure = contexts_curve(SHARES, 3, EXAMPLES[:1])
    assert [ax.get_visible() for ax in figure.axes[1:]] == [True, False, False]


@pytest.mark.parametrize(("shares", "n"), [(SHARES, 4), ({1: 1.2}, 1), ({1: -0.1}, 1)])
def test_shares_that_make_no_sense_are_refused(shares, n):
    with pytest.raises(ValueError, match=f"n={n}.*from 0 to 1"):
        contexts_curve(shares, n, EXAMPLES)


def test_the_slider_shows_another_n_and_asks_only_once_for_each(screen):
    asked = []

    def contexts(n):
        asked.append(n)
        return SHARES[n], [(f"context {n}", {"x": n})]

    contexts_lab(contexts, sizes=(1, 2, 3), n=2)
    (control, _) = screen.shown[-1].children
    control.value = 3
    assert "With n = 2: “context·2”: x 2." in screen.shown[0].alt
    assert "With n = 3: “context·3”: x 3." in screen.updates[-1].alt
    assert asked == [1, 2, 3]


def test_the_alternative_text_keeps_the_characters_of_the_context(screen):
    contexts_lab(lambda n: (SHARES[n], EXAMPLES), sizes=(1, 2, 3))
    assert "“你·好”: never seen" in screen.shown[0].alt
