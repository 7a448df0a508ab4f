"""A graph shows every node with its value and gradient, and arrows from parents to children."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lmlab.autograd import Node
from lmlab.viz.charts.graph import expression_graph


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def words(axes):
    return [text.get_text() for text in axes.texts if text.get_text()]


def test_names_values_and_gradients_are_written():
    w = Node(3.0, name="w")
    y = w * 2
    y.backward()
    assert set(words(expression_graph(y))) == {
        "w\n3", "gradient 2", "constant\n2", "gradient 3", "×\n6", "gradient 1",
    }  # fmt: skip


def test_every_use_of_a_node_has_an_arrow():
    x = Node(3.0, name="x")
    axes = expression_graph(x * x + x)
    assert sum(text.get_text() == "" for text in axes.texts) == 4


def test_results_stand_right_of_what_they_are_made_of():
    a, b = Node(1.0, name="a"), Node(2.0, name="b")
    places = {
        text.get_text().split("\n")[0]: text.get_position()[0]
        for text in expression_graph((a * b).tanh() + b).texts
    }
    assert places["a"] < places["×"] < places["tanh"] < places["+"]


def test_of_an_array_the_shape_is_written():
    x = Node(np.ones((2, 3)), name="x")
    assert "x\n2×3" in words(expression_graph(x.sum()))


def test_a_graph_too_large_to_read_is_refused():
    x = Node(1.0)
    for _ in range(30):
        x = x.tanh()
    with pytest.raises(ValueError, match="31 nodes; 24 can be read"):
        expression_graph(x)
