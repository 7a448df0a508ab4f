import json
import re

import pytest
import torch

from lmlab.interpret.xray import XRay
from lmlab.interpret.xray import xray as xray_of
from lmlab.models import BERT, GPT, TransformerConfig
from lmlab.text import CharTokenizer
from lmlab.viz.explorer import bundle
from lmlab.viz.xrays.view import xray

HOSTILE = (
    "</script><script>window.fired=1</script><img src=x onerror='window.fired=1'>&lt;\u202e猫$x$"
)
TOKENIZER = CharTokenizer.train([HOSTILE])


def build(kind=GPT, n_layers=2, **switches):
    torch.manual_seed(0)
    sizes = {"vocab_size": TOKENIZER.vocab_size, "context_length": 90, "d_model": 16, "n_heads": 2}
    return kind(TransformerConfig(**sizes, n_layers=n_layers, **switches)).eval()


@pytest.fixture(scope="module")
def view():
    return xray(xray_of(build(), TOKENIZER, "img src"), "blocks.1.attn.weights")


def test_the_payload_holds_each_step_in_order_with_its_numbers(view):
    steps = view.payload["steps"]
    assert [step["name"] for step in steps] == list(view.rays)
    assert view.selected == {"step": "blocks.1.attn.weights"}
    weights = next(step for step in steps if step["name"] == view.selected["step"])
    assert (weights["panels"], weights["columns"], weights["across"]) == (2, 8, "key")
    origin = view.payload["origins"][weights["origin"]]
    assert origin["place"].startswith("lmlab/nn/attention.py:")
    assert origin["method"].startswith("MultiHeadAttention.")
    assert "tap(self" in origin["code"]
    assert not weights["signed"] and steps[0]["signed"]


def test_the_running_sum_is_shown_with_its_check(view):
    residual = view.payload["residual"]
    assert residual["parts"][:2] == ["embedded", "blocks.0.attn.out"]
    assert len(residual["adds"]) == len(residual["sums"]) == 5
    assert residual["adds"][0] == residual["sums"][0]
    assert residual["check"] == "the sum of all is blocks.1.resid; largest difference: 0"


def test_a_post_norm_model_is_shown_without_a_running_sum():
    rays = xray_of(build(BERT, norm_position="post"), TOKENIZER, "img")
    assert xray(rays).payload["residual"] is None


def test_the_table_and_the_likeliest_stand_in_the_page_without_a_script(view):
    page = re.sub(r"<script.*?</script>", "", view.html, flags=re.DOTALL)
    assert page.count("<tr>") == 1 + len(view.rays) + 1 + 5
    assert "softmax(masked scores)" in page
    assert "<td>nn/feedforward.py:" in page
    assert 'alt="23 tensors from' in page


def test_tokens_are_text_and_never_html(view):
    n_tokens = len(view.tokens)
    rays = XRay(list(view.rays.values()), n_tokens * [HOSTILE], TOKENIZER.vocab_size * [HOSTILE])
    hostile = xray(rays)
    assert hostile.html.count("<script") == view.html.count("<script") == 2
    assert "<img src=x" not in hostile.html
    payload = re.search(r'<script type="application/json">(.*?)</script>', hostile.html, re.DOTALL)
    assert json.loads(payload[1])["tokens"][0].startswith("</script><script>")


def test_the_same_input_gives_the_same_bytes(view):
    again = xray(xray_of(build(), TOKENIZER, "img src"), "blocks.1.attn.weights")
    assert again.html == view.html


def test_a_large_model_stays_within_a_notebook():
    rays = xray_of(build(n_layers=30), TOKENIZER, 4 * "img src script on")
    assert len(xray(rays).html) < 1_000_000


def test_words_say_what_is_seen(view):
    assert "blocks.1.attn.weights = softmax(masked scores), 2 × 8 × 8" in view.alt
    assert "likeliest at the end" in repr(view)
    bundle, metadata = view._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert metadata["image/png"]["alt"] == view.alt


def test_a_start_that_is_no_step_is_refused(view):
    with pytest.raises(ValueError, match="start='q' is none of the steps: embedded"):
        xray(view.rays, "q")


def test_it_is_saved_as_a_page(view, tmp_path):
    assert view.save(tmp_path / "x.html").read_text().startswith("<!doctype html>")


def test_a_live_view_follows_the_widget(view):
    live = xray(view.rays, live=True)
    assert live.selected == {"step": "embedded"}
    live.widget.selected = {"step": "logits"}
    assert live.selected == {"step": "logits"}


def test_the_script_is_small_and_keeps_the_rules(view):
    assert len(bundle.script(view.scripts).encode()) <= 40_000
    for forbidden in ("innerHTML", "insertAdjacentHTML", "eval(", "fetch(", "http", "import "):
        assert forbidden not in bundle.source(view.scripts)
