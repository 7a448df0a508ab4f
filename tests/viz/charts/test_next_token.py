"""The picture of a model's guesses: one column a token, the true next token marked."""

import numpy as np
import pytest

from lmlab.viz import theme
from lmlab.viz.charts.next_token import next_token_bars

VOCABULARY = ["the", " cat", " sat", "."]
PROBABILITIES = np.array([[0.1, 0.6, 0.2, 0.1], [0.2, 0.1, 0.3, 0.4]], dtype=np.float32)


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_each_column_holds_the_best_guesses_in_order():
    figure = next_token_bars(PROBABILITIES, ["the", " cat"], VOCABULARY, top=2)
    first, second = figure.axes
    assert words(first) == ["·cat 0.60", "·sat 0.20"]
    assert words(second) == [". 0.40", "·sat 0.30"]


def test_the_token_that_followed_is_marked_and_never_left_out():
    figure = next_token_bars(PROBABILITIES, ["the", " cat"], VOCABULARY, top=1, following=" sat")
    first, second = figure.axes
    assert words(second) == [". 0.40", "·sat 0.30"]
    marked = [bar.get_facecolor()[:3] for bar in (first.patches[0], second.patches[1])]
    assert marked[0] == marked[1] != second.patches[0].get_facecolor()[:3]
    assert theme.ORANGE != theme.BLUE


def test_a_row_for_each_token_is_wanted():
    with pytest.raises(ValueError, match="1 tokens and 2 rows"):
        next_token_bars(PROBABILITIES, ["the"], VOCABULARY)
