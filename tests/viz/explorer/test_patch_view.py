import numpy as np
import pytest

from lmlab.viz.explorer.patch_view import patch_view

CLEAN = ["The", " cat", " sat"]
CORRUPT = ["The", " <b>", " sat"]
SHARES = np.array([[0, 0.8, -0.001], [0.1, -0.3, 0.2], [0, 0, 1]], dtype=np.float32)


def test_tokens_that_differ_are_marked():
    view = patch_view(SHARES, CLEAN, CORRUPT)
    assert view.payload["marked"] == [1]
    assert view.payload["columns"] == [("The", "The"), ("·cat", "·<b>"), ("·sat", "·sat")]
    assert view.payload["lines"] == ["clean", "corrupt"]


def test_the_strongest_come_first_without_the_streams_last_layer():
    view = patch_view(SHARES, CLEAN, CORRUPT)
    assert view.strongest[:2] == [(0, 1), (1, 1)]
    assert view.selected == {"layer": 0, "position": 1}
    assert view.alt.endswith("brought back by layer 0, position 1 (·<b> → ·cat): 0.80.")
    assert patch_view(SHARES, CLEAN, CORRUPT, what="mlp.out").strongest[0] == (2, 2)


def test_columns_can_be_heads():
    view = patch_view(SHARES[:, :2], CLEAN, CORRUPT, what="attn.heads", layer=1)
    assert view.selected == {"layer": 1, "head": 1}
    assert view.payload["columns"] == [["0"], ["1"]]
    assert view.payload["texts"]["corrupt"] == [("The", False), ("·<b>", True), ("·sat", False)]
    assert "head 1: 0.80" in repr(view)


def test_the_scale_is_even_about_zero():
    assert patch_view(-2 * SHARES, CLEAN, CORRUPT).payload["scale"] == 2


def test_tokens_are_text_and_bytes_are_the_same():
    first, second = (patch_view(SHARES, CLEAN, CORRUPT) for _ in range(2))
    assert "<b>" not in first.html.replace("&lt;b&gt;", "")
    assert (first.html, first.png) == (second.html, second.png)
    assert first.png.startswith(b"\x89PNG")


def test_a_live_view_follows_the_widget():
    view = patch_view(SHARES, CLEAN, CORRUPT, live=True)
    view.widget.selected = {"layer": 2, "position": 0}
    assert view.selected == {"layer": 2, "position": 0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shares": SHARES[0]}, r"shape \(3,\); give \(layers, positions\)"),
        ({"shares": SHARES[:, :2]}, "3 tokens were given for .* 2 columns.*what='attn.heads'"),
        ({"corrupt_tokens": CORRUPT[:2]}, "the clean text has 3 tokens and the corrupt one 2"),
        ({"what": "q"}, "what='q' is none of resid, attn.out, mlp.out, attn.heads"),
        ({"place": 3}, "position=3 was given; the view has positions 0 to 2"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(change, message):
    given = {"shares": SHARES, "clean_tokens": CLEAN, "corrupt_tokens": CORRUPT} | change
    with pytest.raises(ValueError, match=message):
        patch_view(**given)


def test_a_view_too_large_says_how_to_narrow_it(monkeypatch):
    monkeypatch.setattr("lmlab.viz.explorer.bundle.MOST_BYTES", 12_000)
    with pytest.raises(ValueError, match=r"Show \d columns: shares\[:, :\d\]"):
        patch_view(SHARES, CLEAN, CORRUPT)
