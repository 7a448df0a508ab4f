import base64
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lmlab.viz import head_view
from lmlab.viz.explorer import bundle

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)


def test_a_view_shows_itself_in_three_ways(random_attention, names):
    data, metadata = head_view(random_attention(), names(6))._repr_mimebundle_()
    assert set(data) == {"text/html", "image/png", "text/plain"}
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"].startswith("2 layers × 3 heads over 6 tokens")
    assert "2 layers × 3 heads over 6 tokens, each looking back only" in data["text/plain"]


def test_the_text_names_heads_and_top_weights(random_attention):
    weights = random_attention()
    weights[1, 2] = np.eye(6, k=-1)
    weights[1, 2, 0, 0] = 1
    text = repr(head_view(weights, ["The", " cat", " sat", " on", " a", " mat"]))
    assert "previous (looks at the token before): 1.2 (100%)" in text
    assert re.search(r"100\.0%  ·", text)


def test_equal_input_gives_equal_bytes(random_attention, names):
    first, second = (head_view(random_attention(), names(6)) for _ in range(2))
    assert first.html == second.html
    assert first.png == second.png


@example(tokens=["\ud800"])
@given(tokens=st.lists(ANY_TEXT, min_size=1, max_size=8))
def test_no_token_reaches_the_page_as_markup(tokens):
    def tags(tokens):
        view = head_view(np.eye(len(tokens)), tokens, title=tokens[0])
        page = bundle.page(bundle.bundle(view.payload, view.scripts, "", view.alt), view.title)
        assert page.encode("utf-8")
        return re.findall(r"<[^\s\w]?\w*", page)

    assert tags(tokens) == tags(["x"] * len(tokens))


def test_the_payload_holds_what_was_given(random_attention):
    view = head_view(random_attention(), ["<script>", "</script>", "&", "\u2028", "猫", " "])
    data = re.search(r'<script type="application/json">(.*?)</script>', view.html).group(1)
    payload = json.loads(data)
    assert payload["keys"] == ["<script>", "</script>", "&", "⟨U+2028⟩", "猫", "·"]
    assert payload["view"] == "head_view"
    assert payload["selected"] == view.selected._asdict()


def test_the_start_can_be_chosen(random_attention, names):
    selected = head_view(random_attention(), names(6), layer=1, head=0, query=4).selected
    assert selected[:3] == (1, 0, 4)


def test_a_page_of_its_own_is_written(random_attention, names, tmp_path):
    path = head_view(random_attention(), names(6), title="Heads & tails").save(tmp_path / "v.html")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "<title>Heads &amp; tails</title>" in text


def test_twelve_by_twelve_heads_over_64_tokens_fit_in_half_a_megabyte(random_attention, names):
    assert len(head_view(random_attention(12, 12, 64), names(64)).html.encode()) <= 500_000


def test_a_view_too_large_says_how_to_narrow_it(random_attention, names, monkeypatch):
    monkeypatch.setattr(bundle, "MOST_BYTES", 50_000)
    with pytest.raises(ValueError, match=r"the limit is .* MB.*layers=range\(\d\).*heads=.*tokens"):
        head_view(random_attention(4, 4, 64), names(64))
    head_view(random_attention(4, 4, 64), names(64), layers=0, heads=[0, 3])


def test_very_long_texts_are_refused(names):
    with pytest.raises(ValueError, match="1601 tokens.*at most 1500"):
        head_view(np.eye(1601), names(1601))


def test_a_live_view_follows_the_widget(random_attention, names):
    view = head_view(random_attention(), names(6), layer=0, head=0, query=1, live=True)
    data, _ = view._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    view.widget.selected = {"layer": 1, "head": 2, "query": 3, "key": 0}
    assert view.selected == (1, 2, 3, 0)


def test_importing_viz_loads_no_plotting_library():
    code = (
        "import sys, lmlab.viz; assert 'torch' not in sys.modules; "
        "lmlab.viz.head_view([[1.0]], ['a']); "
        "assert not {'matplotlib', 'anywidget'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
