"""Paths on a map: what is drawn up to a step, and what is said of it."""

import matplotlib.pyplot as plt
import pytest
import torch

from lmlab.viz.labs.landscape import descent_lab, descent_paths

LIMITS = (-2, 2), (-1, 1)
PATHS = {
    "slow": torch.tensor([[1.0, 1.0], [0.9, 0.9], [0.8, 0.8]]),
    "fast": torch.tensor([[1.0, 1.0], [0.5, 0.0], [0.0, 0.0]]),
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def bowl(points):
    return (points**2).sum(dim=-1)


def names(axes):
    return {text.get_text() for text in axes.texts}


def test_every_path_is_drawn_to_its_end_and_named():
    axes = descent_paths(bowl, PATHS, LIMITS)
    assert axes.get_title(loc="left") == "after 2 steps"
    assert names(axes) == {"slow", "fast"}
    assert [len(line.get_xdata()) for line in axes.lines] == [3, 1, 3, 1]


def test_a_step_cuts_the_paths():
    axes = descent_paths(bowl, PATHS, LIMITS, step=1)
    assert axes.get_title(loc="left") == "after 1 step"
    assert axes.lines[-1].get_xydata().tolist() == [[0.5, 0.0]]


def test_the_lowest_point_is_marked():
    axes = descent_paths(bowl, PATHS, LIMITS, best=(0, 0))
    assert axes.lines[-1].get_xydata().tolist() == [[0, 0]]


def test_the_limits_are_those_given():
    axes = descent_paths(bowl, PATHS, LIMITS)
    assert (axes.get_xlim(), axes.get_ylim()) == LIMITS


def test_points_of_three_weights_are_refused():
    with pytest.raises(ValueError, match=r"path of slow has shape \(3, 3\)"):
        descent_paths(bowl, {"slow": torch.zeros(3, 3)}, LIMITS)


def test_the_lab_begins_at_the_end_and_follows_its_slider(screen):
    descent_lab(bowl, PATHS, LIMITS)
    assert "after 2 steps: fast 0, slow 1.3" in screen.shown[0].alt
    (control, *_) = screen.shown[-1].children
    control.value = 0
    assert "after 0 steps: slow 2, fast 2" in screen.updates[-1].alt
