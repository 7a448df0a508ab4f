"""The explorer in a real browser, from a file, without a network."""

import json

import numpy as np
import pytest

from lmlab.viz import compare, head_view, model_view, rollout, timeline
from lmlab.viz.tokens import show_all

pytestmark = pytest.mark.browser

PAINTED = "[data-painted]"
HOSTILE = [
    "<script>window.fired = 1</script>",
    "<img src=x onerror='window.fired = 1'>",
    "</script><script>window.fired = 1</script>",
    "&lt;b&gt;",
    "${window.fired = 1}",
    '" onmouseover="window.fired = 1',
    "\u202eevil",
    "猫",
    "👩\u200d🚀",
    " ",
]


@pytest.fixture
def toy(random_attention):
    """Two layers of two heads over five tokens; head 1.0 looks one token back."""
    weights = random_attention(2, 2, 5)
    weights[1, 0] = np.eye(5, k=-1)
    weights[1, 0, 0, 0] = 1
    return head_view(weights, list("abcde"), layer=1, head=0, query=4)


def reading(page):
    return page.locator(".reading").inner_text()


def test_it_shows_the_start_before_anyone_touches_it(open_page, toy):
    page = open_page(toy.html)
    assert reading(page) == "e (4) looks at d (3) with 100 % of its attention"
    assert page.get_by_role("gridcell", name="layer 1, head 0", exact=False).count() == 1
    assert page.get_by_role("gridcell").count() == 4
    assert page.locator("canvas").first.evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0)"
    )


def test_the_view_stands_before_the_parser_goes_on(open_page, toy):
    """The still picture is never drawn first: table, cells and keyboard are there at once."""
    probe = """<script>
      const root = document.querySelector(".lmlab-view").shadowRoot;
      window.seen = [root.querySelectorAll("tbody tr").length,
        root.querySelectorAll("[role=gridcell][aria-label]").length,
        root.querySelectorAll("[role=gridcell][tabindex='0']").length,
        root.querySelector(".reading").textContent];
    </script>"""
    page = open_page(toy.html + probe)
    rows, cells, stops, said = page.evaluate("window.seen")
    assert rows > 0 and cells == 4 and stops == 1
    assert said == "e (4) looks at d (3) with 100 % of its attention"


def test_space_on_a_head_does_not_scroll_the_page(open_page, random_attention, names):
    view = head_view(random_attention(2, 2, 6), names(6)).html
    page = open_page(view + "<p style='height:3000px'>below</p>")
    page.get_by_role("gridcell").first.focus()
    page.keyboard.press("Space")
    assert page.evaluate("scrollY") == 0
    page.locator("body").evaluate("() => document.querySelector('.lmlab-view').remove()")
    page.keyboard.press("Space")
    page.wait_for_function("scrollY > 0")  # without the view the same key scrolls


def test_hover_previews_click_locks_and_escape_frees(open_page, toy, frames):
    page = open_page(toy.html)
    option = page.get_by_role("option")
    option.nth(2).hover()
    frames(page, 2)
    assert reading(page).startswith("c (2) looks at b (1)")
    page.mouse.move(5, 5)
    frames(page, 2)
    assert reading(page).startswith("e (4)")
    option.nth(3).click()
    option.nth(1).hover()
    frames(page, 2)
    assert reading(page).startswith("d (3) looks at c (2)")  # the lock wins
    page.keyboard.press("Escape")
    option.nth(1).hover()
    option.nth(2).hover()
    frames(page, 2)
    assert reading(page).startswith("c (2)")


def test_everything_can_be_reached_by_keyboard(open_page, toy):
    page = open_page(toy.html)
    page.evaluate(
        "window.chosen = []; addEventListener('lmlab:select', e => chosen.push(e.detail))"
    )
    strip = page.get_by_role("listbox")
    strip.focus()
    for key in ("ArrowLeft", "[", ".", "Shift+ArrowLeft", "Enter"):
        page.keyboard.press(key)
    last = page.evaluate("chosen.at(-1)")
    assert (last["layer"], last["head"], last["query"]) == (0, 1, 3)
    assert page.locator(".frame").evaluate("f => f.classList.contains('locked')")
    page.keyboard.press("Escape")
    page.keyboard.press("Home")
    assert reading(page).startswith("a (0) looks at a (0)")
    page.get_by_role("gridcell", name="layer 0, head 1").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    cell = page.get_by_role("gridcell", selected=True)
    assert cell.get_attribute("aria-label").startswith("layer 1, head 0")
    assert cell.evaluate("c => c.getRootNode().activeElement === c")
    assert "looks at" in page.locator("[aria-live]").inner_text()
    assert cell.evaluate("c => getComputedStyle(c).outlineStyle") == "solid"


def test_a_token_chosen_by_key_is_scrolled_into_sight(open_page, random_attention, names):
    page = open_page(head_view(random_attention(1, 1, 200), names(200), query=0).html)
    page.get_by_role("listbox").focus()
    for key, index in (("End", 199), ("Home", 0)):
        page.keyboard.press(key)
        strip = page.get_by_role("listbox").bounding_box()
        chip = page.get_by_role("option").nth(index).bounding_box()
        assert strip["y"] <= chip["y"] <= strip["y"] + strip["height"] - chip["height"]
    assert page.evaluate("scrollY") == 0


def test_a_head_under_the_pointer_is_previewed(open_page, toy, frames):
    page = open_page(toy.html)
    page.get_by_role("gridcell", name="layer 0, head 1").hover()
    frames(page, 2)
    heading = page.get_by_role("heading", level=4)
    assert heading.inner_text().startswith("Layer 0 · head 1")
    page.mouse.move(5, 5)
    frames(page, 2)
    assert heading.inner_text().startswith("Layer 1 · head 0")


def test_tab_stops_are_few(open_page, toy):
    page = open_page(toy.html)
    stops = page.locator(".frame").evaluate(
        "f => [...f.querySelectorAll('button, summary, [tabindex]')]"
        ".filter(e => e.tabIndex >= 0).length"
    )
    assert stops <= 10


def test_the_matrix_previews_and_locks_a_pair(open_page, toy, frames):
    page = open_page(toy.html)
    box = page.get_by_role("img", name="Attention matrix").bounding_box()
    plot = {"x": box["x"] + box["width"] - 8, "y": box["y"] + 8}
    page.mouse.move(**plot)  # the upper right corner: hidden by the mask
    frames(page, 2)
    assert reading(page).startswith("e (4)")
    page.mouse.click(box["x"] + box["width"] * 0.15, box["y"] + 8)
    assert reading(page).startswith("a (0) looks at a (0)")


def test_a_badge_leads_to_its_head(open_page, toy):
    page = open_page(toy.html)
    page.keyboard.press("[")
    page.get_by_role("gridcell", name="layer 0, head 1").click()
    assert page.get_by_role("heading", level=4).inner_text().startswith("Layer 0 · head 1")
    page.get_by_role("button", name="previous").click()
    assert page.get_by_role("heading", level=4).inner_text().startswith("Layer 1 · head 0")


def test_the_table_holds_the_top_weights(open_page, toy):
    page = open_page(toy.html)
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="d")).first
    assert row.inner_text().split() == ["d", "3", "100", "%"]


def test_hostile_tokens_stay_text(open_page, frames):
    n = len(HOSTILE)
    page = open_page(head_view(np.eye(n), HOSTILE, title=HOSTILE[0]).html)
    for option in page.get_by_role("option").all():
        option.hover()
    frames(page, 2)
    assert page.evaluate("window.fired") is None
    assert page.get_by_role("option").all_inner_texts()[:4] == show_all(HOSTILE[:4])
    assert page.get_by_role("heading", level=3).inner_text() == HOSTILE[0]


def test_a_renderer_that_trusts_tokens_would_have_fired(open_page, toy):
    page = open_page(toy.html)
    page.evaluate("t => { document.body.appendChild(document.createElement('p')).innerHTML = t }",
                  "<img src='data:,' onerror='window.fired = 1'>")  # fmt: skip
    page.wait_for_function("window.fired === 1")


def test_twenty_views_stand_side_by_side(open_page, random_attention, names):
    views = [
        head_view(random_attention(2, 2, 6), names(6), layer=i % 2, head=0, query=i % 6)
        for i in range(10)
    ]
    page = open_page("".join(view.html for view in views * 2))
    page.wait_for_function(f"document.querySelectorAll('{PAINTED}').length === 20")
    frames_ = page.locator(".frame")
    assert frames_.count() == 20
    before = page.locator(".reading").all_inner_texts()
    assert before[:10] == before[10:]
    frames_.nth(3).get_by_role("option").nth(0).click()
    after = page.locator(".reading").all_inner_texts()
    assert [i for i in range(20) if before[i] != after[i]] == [3]


def test_twenty_views_of_mixed_kinds_stand_side_by_side(open_page, random_attention):
    weights, tokens = random_attention(2, 2, 6), list("abcabc")
    kinds = [
        head_view(weights, tokens),
        model_view(weights, tokens, "induction"),
        compare(weights, weights[::-1].copy(), tokens),
        rollout(weights, tokens),
        timeline([weights, weights[::-1].copy()], tokens, [0, 100]),
    ]
    page = open_page("".join(view.html for view in kinds * 4))
    page.wait_for_function(f"document.querySelectorAll('{PAINTED}').length === 20")
    before = page.locator(".reading").all_inner_texts()
    assert len(before) == 20 and before[:5] == before[5:10]
    for n in range(5, 10):  # the second of each kind
        strip = page.locator(".frame").nth(n).get_by_role("listbox")
        strip.focus()
        page.keyboard.press("Home")
    after = page.locator(".reading").all_inner_texts()
    assert all(text.startswith("a (0)") for text in after[5:10])
    assert after[:5] + after[10:] == before[:5] + before[10:]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_system_theme(open_page, toy, scheme):
    page = open_page(toy.html, color_scheme=scheme)
    host = page.locator(PAINTED)
    assert host.get_attribute("data-theme") == scheme
    other = {"light": "dark", "dark": "light"}[scheme]
    page.emulate_media(color_scheme=other)
    page.wait_for_selector(f"[data-theme={other}]")


def test_it_follows_the_theme_of_jupyterlab(open_page, toy):
    page = open_page(toy.html, color_scheme="light")
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.wait_for_selector("[data-theme=dark]")


@pytest.mark.parametrize("width", [360, 600, 1200])
def test_nothing_is_wider_than_the_page(open_page, random_attention, names, width):
    page = open_page(head_view(random_attention(12, 12, 64), names(64)).html, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_picture_stands_there(chromium, toy, tmp_path):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(toy.save(tmp_path / "still.html").as_uri())
    image = page.get_by_role("img")
    assert "2 layers × 2 heads" in image.get_attribute("alt")
    assert image.bounding_box()["width"] > 300
    context.close()


def test_many_heads_and_tokens_need_few_nodes(open_page, random_attention, names):
    page = open_page(head_view(random_attention(12, 12, 128), names(128)).html)
    nodes = "document.querySelectorAll('*').length + document.querySelector('[data-painted]')"
    assert page.evaluate(nodes + ".shadowRoot.querySelectorAll('*').length") <= 500


def test_a_thousand_heads_stay_within_the_limit_of_nodes(open_page, random_attention, names):
    page = open_page(head_view(random_attention(45, 40, 4), names(4), layer=3, head=2).html)
    assert page.evaluate("document.querySelector('[data-painted]').shadowRoot"
                         ".querySelectorAll('*').length") <= 2_000  # fmt: skip
    page.get_by_role("group", name="Heads").focus()
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("heading", level=4).inner_text().startswith("Layer 4 · head 2")


def test_cross_attention_shows_two_texts(open_page):
    weights = np.array([[0.9, 0.1, 0.0], [0.1, 0.2, 0.7]])
    view = head_view(weights, ["le", "chat", "dort"], query_tokens=["the", "cat"], query=1)
    page = open_page(view.html)
    assert page.get_by_role("option").all_inner_texts() == ["the", "cat", "le", "chat", "dort"]
    assert reading(page).startswith("cat (1) looks at dort (2)")
    assert json.loads(json.dumps(view.selected)) == [0, 0, 1, 2]
