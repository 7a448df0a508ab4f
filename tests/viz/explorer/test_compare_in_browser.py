"""Two attentions, and rollout beside raw weights, in a real browser without a network."""

import numpy as np
import pytest

from lmlab.viz import compare, rollout

pytestmark = pytest.mark.browser


@pytest.fixture
def toy(random_attention):
    """The same attention twice, but that query d of head 1.0 has turned from a to c."""
    before = random_attention(2, 2, 4)
    after = before.copy()
    before[1, 0, 3] = [1, 0, 0, 0]
    after[1, 0, 3] = [0.2, 0, 0.8, 0]
    return compare(before, after, list("abcd"), names=("then", "now"))


def reading(page):
    return page.locator(".reading").inner_text()


def test_it_opens_where_they_differ_and_names_both_weights(open_page, toy, colours):
    page = open_page(toy.html)
    assert page.get_by_role("heading", level=4).inner_text().startswith("Layer 1 · head 0")
    assert reading(page) == "d (3) looks at a (0): then 100 %, now 20 %"
    for name in ("then", "now", "difference"):
        matrix = page.get_by_role("img", name=f"{name}. layer 1, head 0")
        assert colours(matrix) > 5


def test_the_difference_is_orange_for_more_and_blue_for_less(open_page, toy):
    page = open_page(toy.html)
    image = page.get_by_role("img", name="difference. layer 1, head 0")
    pixels = image.evaluate(
        """c => {
            const scale = c.width / c.getBoundingClientRect().width, down = (4 + 3.5 * 44) * scale;
            const line = [...c.getContext('2d').getImageData(0, down, c.width, 1).data];
            return [3.5, 1.5].map(n => c.width - (4 + n * 44) * scale).map(Math.round)
                .map(x => line.slice(4 * x, 4 * x + 3));
        }"""
    )  # the last of four rows, its first and third cell; cells are 44 pixels wide
    (less_red, _, less_blue), (more_red, _, more_blue) = pixels
    assert less_blue > less_red and more_red > more_blue


def test_a_token_chosen_is_chosen_in_both(open_page, toy, frames):
    page = open_page(toy.html)
    page.get_by_role("listbox").focus()
    page.keyboard.press("ArrowLeft")
    assert reading(page).startswith("c (2) looks at")
    page.keyboard.press("Enter")
    page.get_by_role("listbox").get_by_role("option").first.hover()
    frames(page)
    assert reading(page).startswith("c (2) looks at")


def test_tables_say_where_they_differ_and_lead_there(open_page, toy):
    page = open_page(toy.html)
    page.get_by_role("gridcell", name="layer 0, head 1").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("button", name="layer 1, head 0"))
    assert row.inner_text().split()[-2:] == ["20.0", "%"]
    page.get_by_role("button", name="layer 1, head 0").click()
    assert page.get_by_role("heading", level=4).inner_text().startswith("Layer 1 · head 0")
    last = page.get_by_role("table").last
    page.get_by_role("listbox").focus()
    page.keyboard.press("End")
    assert last.get_by_role("row").nth(1).inner_text().split() == "a 0 100 % 20 % −80 %".split()


def test_the_small_pictures_can_show_either(open_page, toy):
    page = open_page(toy.html)
    draw = page.locator(".grid canvas")
    seen = set()
    for name in ("difference", "first", "second"):
        page.get_by_role("combobox").select_option(name)
        seen.add(draw.evaluate("c => c.toDataURL()"))
    assert len(seen) == 3


def test_rollout_shows_layers_in_a_row(open_page, random_attention, names):
    page = open_page(rollout(random_attention(3, 2, 6), names(6)).html)
    assert page.get_by_role("gridcell").count() == 3
    assert page.get_by_role("heading", level=4).inner_text().startswith("Layer 2")
    page.get_by_role("gridcell", name="layer 2").focus()
    page.keyboard.press("ArrowLeft")
    assert page.get_by_role("heading", level=4).inner_text().startswith("Layer 1")
    assert "raw weights" in reading(page) and "rollout" in reading(page)


@pytest.mark.parametrize("width", [360, 700, 1200])
def test_nothing_is_wider_than_the_page(open_page, random_attention, names, width):
    weights = random_attention(12, 12, 48)
    page = open_page(compare(weights, np.flip(weights, 0), names(48)).html, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_picture_stands_there(chromium, toy, tmp_path):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(toy.save(tmp_path / "still.html").as_uri())
    assert "differs most" in page.get_by_role("img").get_attribute("alt")
    context.close()
