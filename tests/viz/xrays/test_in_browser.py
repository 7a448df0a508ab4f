"""The x-ray in a real browser, from a file, without a network."""

import pytest
import torch

from lmlab.interpret.xray import xray as xray_of
from lmlab.models import GPT, TransformerConfig
from lmlab.text import CharTokenizer
from lmlab.viz.xrays.view import xray

pytestmark = pytest.mark.browser

TEXT = "<img src=x onerror='window.fired=1'>"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    tokenizer = CharTokenizer.train([TEXT])
    torch.manual_seed(0)
    config = TransformerConfig(
        vocab_size=tokenizer.vocab_size, context_length=64, d_model=16, n_layers=2, n_heads=2
    )
    view = xray(xray_of(GPT(config), tokenizer, TEXT), "blocks.0.attn.weights")
    return view.save(tmp_path_factory.mktemp("page") / "xray.html")


@pytest.fixture
def page(chromium, file):
    """The page, offline; at the end no request and no error may have been seen."""
    troubles = []
    context = chromium.new_context()
    context.set_offline(True)
    page = context.new_page()
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda r: r.url.startswith(("file:", "data:")) or troubles.append(r.url))
    page.goto(file.as_uri())
    page.wait_for_selector("[data-painted]", state="attached")
    yield page
    assert page.evaluate("window.fired") is None
    context.close()
    assert troubles == []


def head(page):
    return page.locator(".head").inner_text()


def test_it_opens_with_its_start_painted_and_a_thumbnail_for_each_step(page):
    assert head(page) == "6 of 23 · blocks.0.attn.weights = softmax(masked scores)"
    assert page.locator(".table tbody canvas").count() == 23
    assert page.get_by_role("img").evaluate(
        "c => new Set(c.getContext('2d').getImageData(110, 30, 400, 60).data).size > 20"
    )
    assert page.locator(".reading").inner_text().startswith("> (36), head 0, looks at")


def test_buttons_and_arrow_keys_step_back_and_forward(page):
    page.get_by_role("button", name="step forward").click()
    assert head(page).startswith("7 of 23 · blocks.0.attn.heads")
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert head(page).startswith("5 of 23 · blocks.0.attn.scores")
    page.keyboard.press("End")
    page.get_by_role("button", name="step forward").click()
    assert head(page).startswith("23 of 23 · logits")


def test_a_click_in_the_table_opens_that_tensor(page):
    page.get_by_role("button", name="blocks.1.mlp.out").click()
    assert head(page).startswith("20 of 23 · blocks.1.mlp.out")
    now = page.locator("td.now, .stream th.now").all_inner_texts()
    assert now[0] == "1.mlp" and len(now) == 3


def test_arrow_keys_on_the_picture_read_single_numbers(page):
    page.get_by_role("img").focus()
    for key in ("ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    reading = page.locator(".reading").inner_text()
    assert reading.startswith("' (35), head 0, looks at <")
    assert "about" in reading
    assert "at ' (35)" in page.locator("caption").inner_text()


def test_brackets_step_from_anywhere(page):
    page.get_by_role("img").focus()
    page.keyboard.press("]")
    assert head(page).startswith("7 of 23")
    page.keyboard.press("[")
    assert head(page).startswith("6 of 23")


def test_it_follows_the_theme(page):
    thumbnail = page.locator(".table tbody canvas").first
    pixels = "c => c.getContext('2d').getImageData(0, 0, 72, 20).data.join()"
    page.emulate_media(color_scheme="light")
    page.wait_for_selector("[data-theme=light]")
    light = thumbnail.evaluate(pixels)
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("[data-theme=dark]")
    assert thumbnail.evaluate(pixels) != light


def test_nothing_is_wider_than_a_narrow_page(page):
    page.set_viewport_size({"width": 400, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
