import sys
from types import SimpleNamespace

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from lmlab.viz import LiveCurve, loss_curve
from lmlab.viz.charts import curves

matplotlib.use("Agg")
HISTORY = [{"step": i, "seconds": i / 2, "train_loss": 4 / (1 + i)} for i in range(10)]
HISTORY[4] |= {"validation_loss": 1.0, "bits_per_char": 0.5}
HISTORY[9] |= {"validation_loss": 0.8, "bits_per_char": 0.4}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_lines_are_named_where_they_end():
    ax = loss_curve(HISTORY, unit="nats")
    assert sorted(texts(ax)) == ["train 0.40", "validation 0.80"]
    assert ax.get_xlabel() == "training step"
    assert ax.get_ylabel() == "loss (nats per token)"
    assert ax.get_legend() is None


def test_bits_per_character_are_used_where_known():
    ax = loss_curve(HISTORY, x="seconds")
    assert ax.get_ylabel() == "loss (bits per character)"
    assert sorted(texts(ax)) == ["train 0.20", "validation 0.40"]
    assert ax.get_xlabel() == "training time (s)"


def test_a_history_of_one_kind_of_loss_is_enough():
    assert texts(loss_curve([{"step": 0, "train_loss": 2.0}])) == ["train 2.00"]
    assert texts(loss_curve([{"step": 0, "validation_loss": 2.0}])) == ["validation 2.00"]


def test_a_long_noisy_line_is_smoothed_over_its_points():
    noise = np.random.default_rng(0).normal(size=400)
    ax = loss_curve([{"step": i, "train_loss": 3 + z} for i, z in enumerate(noise)])
    raw, smooth = (line.get_ydata() for line in ax.lines)
    assert len(raw) == 400
    assert smooth.std() < raw.std() / 2


@pytest.mark.parametrize(
    ("history", "options", "message"),
    [
        ([], {}, 'no row with "step"'),
        ([{"step": 1}], {}, "train_loss"),
        (HISTORY, {"x": "epoch"}, "x='epoch'"),
        (HISTORY, {"unit": "bytes"}, "unit='bytes'"),
        ([{"step": 0, "train_loss": 2.0}], {"unit": "bits"}, "no bits_per_char"),
    ],
)
def test_what_cannot_be_drawn_is_refused(history, options, message):
    with pytest.raises(ValueError, match=message):
        loss_curve(history, **options)


def test_outside_a_notebook_a_live_curve_only_keeps_the_rows(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    curve = LiveCurve()
    for row in HISTORY:
        curve.on_step(row)
    curve.on_end()
    assert curve.rows == HISTORY
    assert curve._display is None


def test_in_a_notebook_a_live_curve_updates_one_display(monkeypatch):
    shown = []
    clock = iter(range(100))
    handle = SimpleNamespace(update=lambda picture: shown.append("update"))

    def display(picture, display_id):
        shown.append("display")
        return handle

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(curves, "_in_notebook", lambda: True)
    monkeypatch.setattr(curves, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    curve = LiveCurve()
    curve.on_step({"step": 0})  # nothing to draw yet
    for row in HISTORY:
        curve.on_step(row)
    drawn_while_running = len(shown)
    curve.on_end()
    assert shown[0] == "display"
    assert set(shown[1:]) == {"update"}
    assert drawn_while_running < len(HISTORY)
    assert len(shown) == drawn_while_running + 1
