"""A head in training in a real browser, from a file, without a network."""

import numpy as np
import pytest

from lmlab.viz import timeline

pytestmark = pytest.mark.browser

STEPS = [0, 10, 100]


@pytest.fixture
def toy(random_attention):
    """Three checkpoints; head 1.0 goes from looking at itself to looking one token back."""
    film = np.stack([random_attention(2, 2, 5)] * 3)
    back = np.eye(5, k=-1)
    back[0, 0] = 1
    for share, weights in zip((0, 0.5, 1), film, strict=True):
        weights[1, 0] = share * back + (1 - share) * np.eye(5)
    return timeline(film, list("abcde"), STEPS, [3.0, 2.5, 2.0], query=4)


def heading(page):
    return page.get_by_role("heading", level=4).inner_text().replace("\n", " ")


def now(page):
    return page.get_by_role("slider").get_attribute("aria-valuetext")


def test_it_opens_at_the_end_with_the_curves_drawn(open_page, toy, colours):
    page = open_page(toy.html)
    assert now(page) == "step 100 · loss 2"
    curves = page.get_by_role("img", name="Scores of layer 1, head 0 over training")
    assert "previous 0 to 100 %" in curves.get_attribute("aria-label")
    assert colours(curves) > 10


def test_the_slider_leads_through_the_checkpoints(open_page, toy):
    page = open_page(toy.html)
    page.evaluate("addEventListener('lmlab:select', e => (window.chosen = e.detail))")
    assert "previous 100 %" in heading(page)
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    assert now(page) == "step 0 · loss 3"
    assert "self 100 %" in heading(page)
    assert page.get_by_role("gridcell", name="layer 1, head 0, self 100 %").count() == 1
    page.keyboard.press("ArrowRight")
    assert page.evaluate("chosen.step") == 10
    assert "self" not in heading(page)


def test_page_keys_move_in_time_from_anywhere(open_page, toy):
    page = open_page(toy.html)
    page.get_by_role("listbox").focus()
    page.keyboard.press("PageUp")
    assert now(page) == "step 10 · loss 2.5"
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    assert now(page) == "step 100 · loss 2"
    assert page.locator(".reading").inner_text().startswith("e (4) looks at d (3)")


def test_a_click_on_the_curves_chooses_the_nearest_checkpoint(open_page, toy):
    page = open_page(toy.html)
    box = page.get_by_role("img", name="Scores").bounding_box()
    page.mouse.click(box["x"] + 60, box["y"] + 40)
    assert now(page).startswith("step 0")


def test_play_runs_to_the_end_and_stops(open_page, toy):
    page = open_page(toy.html)
    page.clock.install()
    button = page.get_by_role("button", name="Play")
    button.click()  # at the end: it starts anew
    assert now(page).startswith("step 0")
    page.clock.run_for(700)
    assert now(page).startswith("step 10 ")
    page.clock.run_for(5000)
    assert now(page).startswith("step 100")
    assert page.get_by_role("button", name="Play").count() == 1


def test_the_scores_stand_in_a_table_too(open_page, toy):
    page = open_page(toy.html)
    page.get_by_text("Scores as a table").click()
    rows = page.get_by_role("table").first.get_by_role("row")
    assert rows.count() == 4
    assert rows.nth(2).inner_text().split()[:3] == ["10", "50", "%"]
    page.get_by_role("button", name="10", exact=True).click()
    assert now(page).startswith("step 10 ")


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_is_wider_than_the_page(open_page, toy, width):
    page = open_page(toy.html, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_picture_stands_there(chromium, toy, tmp_path):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(toy.save(tmp_path / "still.html").as_uri())
    assert "goes from 0% to 100%" in page.get_by_role("img").get_attribute("alt")
    context.close()
