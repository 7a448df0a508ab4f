"""The lab shows a measured run at once, follows its sliders, and says what is promised."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz.labs.privacy import privacy_lab, promise


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def run(name, epsilon=None):
    return {"name": name, "epsilon": epsilon, "loss": 0.5, "exposures": {0: [1.0], 16: [9.0]}}


RUNS = [run("unprotected"), run("noise 0.5", 10.0), run("noise 1", 2.0), run("noise 2", 1.0)]


def test_it_opens_on_a_private_run_beside_the_other(screen):
    privacy_lab(RUNS, 13.3, beside="unprotected")
    picture, controls = screen.shown
    assert picture.alt == "noise 1, ε = 2.0 for one text"
    assert controls.children[0].value == "noise 1"


def test_moving_a_slider_redraws_the_picture(screen):
    privacy_lab(RUNS, 13.3, beside="unprotected")
    name, copies, message = screen.shown[-1].children
    name.value = "unprotected"
    assert "nothing is promised" in screen.updates[-1].alt
    name.value, copies.value = "noise 2", 2
    assert "for 2 copies ε = 2.0, δ = 5e-04" in screen.updates[-1].alt
    assert message.value == ""


def test_where_delta_passes_1_nothing_is_promised():
    assert "nothing is promised" in promise(run("a", 10.0), 16, 1e-4)


def test_an_unknown_run_is_named(screen):
    with pytest.raises(ValueError, match="beside='plain' is none of the runs: unprotected"):
        privacy_lab(RUNS, 13.3, beside="plain")
