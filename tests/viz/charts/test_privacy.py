"""Curves of membership, exposure by copies, and the price of ε."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz.charts.privacy import exposure_by_copies, privacy_curve, roc_curves


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def run(epsilon, loss=1.0, bits=1.0, name="a"):
    return {"name": name, "epsilon": epsilon, "loss": loss,
            "exposures": {1: [bits, bits + 1], 4: [bits], 16: [bits]}}  # fmt: skip


def test_curves_are_drawn_on_logarithmic_axes_without_their_zeros():
    ax = roc_curves({"loss": [(0, 0), (0, 0.1), (0.1, 0.5), (1, 1)]})
    assert ax.get_xscale() == ax.get_yscale() == "log"
    guessing, curve = ax.lines
    assert curve.get_xydata().tolist() == [[0.1, 0.5], [1, 1]]
    assert guessing.get_xydata()[0].tolist() == [0.1, 0.1]
    assert "loss" in [text.get_text() for text in ax.texts]


def test_a_curve_of_zeros_alone_is_named_and_not_drawn():
    ax = roc_curves({"none": [(0, 0)], "some": [(0.5, 0.5)]})
    assert len(ax.lines) == 2
    assert {"none", "some"} <= {text.get_text() for text in ax.texts}


def test_each_secret_is_a_point_and_the_line_goes_through_the_means():
    ax = exposure_by_copies({"plain": {0: [1, 3], 16: [12]}}, 13.3)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "16"]
    heights = [line.get_xydata()[:, 1].tolist() for line in ax.lines]
    assert [1, 3] in heights and [2, 12] in heights


def test_series_stand_side_by_side():
    ax = exposure_by_copies({"a": {1: [5]}, "b": {1: [5]}}, 13.3)
    first, second = (
        line for line in ax.lines if line.get_linestyle() == "-" and line.get_marker() == "o"
    )
    assert first.get_xdata()[0] < 0 < second.get_xdata()[0]
    assert first.get_color() != second.get_color()


def test_runs_are_in_the_order_of_epsilon_and_those_without_are_levels():
    left, right = privacy_curve(
        [run(8.0, 0.5), run(None, 0.1), run(1.0, 0.9)], levels={"unprotected": 0.1},
        alone=[run(3.0, 0.7, name="trained here")],
    )  # fmt: skip
    assert left.lines[0].get_xydata().tolist() == [[1, 0.9], [8, 0.5]]
    words = {text.get_text() for text in left.texts}
    assert {"unprotected", "trained here"} <= words
    assert {text.get_text() for text in right.texts} == {"1 copy", "4 copies", "16 copies"}


@pytest.mark.parametrize(
    "draw",
    [lambda: roc_curves({}), lambda: exposure_by_copies({}, 13.3),
     lambda: privacy_curve([run(None)], levels={})],
)  # fmt: skip
def test_nothing_to_draw_is_refused(draw):
    with pytest.raises(ValueError):
        draw()
