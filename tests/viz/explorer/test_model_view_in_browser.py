"""The view of a whole model in a real browser, from a file, without a network."""

import numpy as np
import pytest

from lmlab.viz import model_view

pytestmark = pytest.mark.browser


@pytest.fixture
def toy(random_attention):
    """Two layers of two heads over five tokens; 1.0 looks one token back, 0.1 at the first."""
    weights = random_attention(2, 2, 5)
    weights[1, 0] = np.eye(5, k=-1)
    weights[1, 0, 0, 0] = 1
    weights[0, 1] = 0
    weights[0, 1, :, 0] = 1
    return model_view(weights, list("abcde"), layer=1, head=0, query=4)


def heads(page):
    """The heads in their order on the page, by name."""
    cells = page.get_by_role("gridcell").all()
    return [cell.get_attribute("aria-label").split(" %")[0] for cell in cells]


def order(page, name):
    page.get_by_role("combobox", name="Order").select_option(name)


def test_it_opens_with_a_row_per_layer_and_one_head_large(open_page, toy, colours):
    page = open_page(toy.html)
    assert page.get_by_role("row").filter(has=page.get_by_role("gridcell")).count() == 2
    assert page.get_by_role("heading", level=4).inner_text().startswith("Layer 1 · head 0")
    assert colours(page.locator("canvas").first) > 20
    assert "entropy 0.00 nats" in page.locator("small").inner_text()


def test_heads_can_be_put_in_the_order_of_a_pattern_or_of_their_entropy(open_page, toy):
    page = open_page(toy.html)
    before = heads(page)
    order(page, "first")
    assert heads(page)[0] == "layer 0, head 1, first 100"
    order(page, "previous")
    assert heads(page)[0] == "layer 1, head 0, previous 100"
    order(page, "entropy")
    assert [name[:15] for name in heads(page)[:2]] == ["layer 0, head 1", "layer 1, head 0"]
    order(page, "layer and head")
    assert heads(page) == before


def test_arrows_follow_the_order_that_is_seen(open_page, toy):
    page = open_page(toy.html)
    order(page, "first")
    page.get_by_role("gridcell").first.focus()
    page.keyboard.press("[")  # to layer 0, where the first head by this order is
    page.keyboard.press(".")
    page.keyboard.press("ArrowRight")
    second = page.get_by_role("gridcell").nth(1)
    assert second.get_attribute("aria-selected") == "true"
    assert second.evaluate("c => c.getRootNode().activeElement === c")


def test_the_order_can_be_chosen_by_keyboard(open_page, toy):
    page = open_page(toy.html)
    page.get_by_role("combobox", name="Order").focus()
    page.keyboard.press("ArrowDown")
    assert heads(page)[0] == "layer 1, head 0, previous 100"
    page.keyboard.press("ArrowDown")
    assert heads(page)[0] == "layer 0, head 1, first 100"


def test_a_pattern_sets_the_other_heads_back_or_leaves_them_out(open_page, toy):
    page = open_page(toy.html)
    wall = page.locator(".grid canvas")
    before = wall.evaluate("c => c.toDataURL()")
    button = page.get_by_role("button", name="previous")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert len(heads(page)) == 4 and wall.evaluate("c => c.toDataURL()") != before
    order(page, "previous")
    assert heads(page) == ["layer 1, head 0, previous 100"]
    button.click()
    assert len(heads(page)) == 4
    order(page, "layer and head")
    assert wall.evaluate("c => c.toDataURL()") == before


def test_a_click_opens_a_head_and_says_so(open_page, toy):
    page = open_page(toy.html)
    page.evaluate("addEventListener('lmlab:select', e => (window.chosen = e.detail))")
    page.get_by_role("gridcell", name="layer 0, head 1").click()
    assert page.get_by_role("heading", level=4).inner_text().startswith("Layer 0 · head 1")
    assert page.evaluate("chosen") == {"layer": 0, "head": 1, "query": 4, "key": 0}


def test_a_deep_model_stands_in_blocks_that_fit_the_page(open_page, random_attention, names):
    view = model_view(random_attention(24, 4, 6), names(6))
    for width in (360, 1000):
        page = open_page(view.html, width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".grid").bounding_box()["height"] <= 500
        first, last = page.get_by_role("gridcell").first, page.get_by_role("gridcell").last
        assert last.bounding_box()["x"] > first.bounding_box()["x"] + width / 3


def test_many_heads_and_tokens_need_few_nodes(open_page, random_attention, names):
    page = open_page(model_view(random_attention(12, 12, 128), names(128)).html)
    nodes = "document.querySelector('[data-painted]').shadowRoot.querySelectorAll('*').length"
    assert page.evaluate(nodes) <= 500


def test_a_thousand_heads_can_be_sorted_and_moved_through(open_page, random_attention, names):
    page = open_page(model_view(random_attention(45, 40, 4), names(4), "previous").html)
    group = page.get_by_role("group", name="Heads")
    first = page.get_by_role("heading", level=4).inner_text()
    group.focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("heading", level=4).inner_text() != first


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_theme(open_page, toy, scheme):
    page = open_page(toy.html, color_scheme=scheme)
    drawn = (
        "document.querySelector('[data-painted]').shadowRoot.querySelector('canvas').toDataURL()"
    )
    before = page.evaluate(drawn)
    page.emulate_media(color_scheme={"light": "dark", "dark": "light"}[scheme])
    page.wait_for_function(f"before => {drawn} !== before", arg=before)


def test_without_scripts_the_picture_stands_there(chromium, toy, tmp_path):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(toy.save(tmp_path / "still.html").as_uri())
    assert "2 layers × 2 heads" in page.get_by_role("img").get_attribute("alt")
    context.close()
