"""The fingerprint of a position, as a row, a line and its likeness to the others."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from lmlab.nn.positions import sinusoidal_positions
from lmlab.viz.labs.sinusoids import sinusoid_lab, sinusoid_picture

TABLE = sinusoidal_positions(torch.arange(12), 8)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_table_the_vector_and_the_products_are_of_one_position():
    figure = sinusoid_picture(5, d_model=8, n_positions=12)
    table, vector, products = figure.axes[:3]
    np.testing.assert_allclose(table.images[0].get_array(), TABLE)
    assert table.lines[0].get_ydata()[0] == 5
    sine, cosine = vector.lines
    np.testing.assert_allclose(sine.get_ydata(), TABLE[5, 0::2])
    np.testing.assert_allclose(cosine.get_ydata(), TABLE[5, 1::2])
    np.testing.assert_allclose(products.lines[0].get_ydata(), TABLE @ TABLE[5], rtol=1e-6)


def test_a_position_is_most_alike_to_itself():
    products = sinusoid_picture(5, d_model=8, n_positions=12).axes[2]
    assert products.lines[0].get_ydata().argmax() == 5
    assert [text.get_text() for text in products.texts] == ["itself: 4"]


@pytest.mark.parametrize("position", [-1, 12])
def test_a_position_that_is_not_there_is_named(position):
    with pytest.raises(ValueError, match=f"position={position}.*0 to 11"):
        sinusoid_picture(position, n_positions=12)


def test_the_sliders_choose_position_and_width(screen):
    sinusoid_lab(position=0, d_model=16, n_positions=12)
    assert "16 channels. The vector of position 0 begins 0.00, 1.00" in screen.shown[0].alt
    position, width, _ = screen.shown[-1].children
    width.value = 8
    position.value = 1
    assert "8 channels. The vector of position 1 begins 0.84, 0.54" in screen.updates[-1].alt
    assert "is 4.0 with position 1" in screen.updates[-1].alt
