"""The views on what a model computes in a real browser: lens, ablation, patching, generation."""

import json
from functools import cache

import numpy as np
import pytest

from lmlab.viz.explorer import bundle
from lmlab.viz.explorer.ablation_lab import ablation_lab
from lmlab.viz.explorer.generate_lab import generate_lab
from lmlab.viz.explorer.logit_lens import logit_lens
from lmlab.viz.explorer.patch_view import patch_view
from lmlab.viz.tokens import show

pytestmark = pytest.mark.browser

TOKENS = ["A", " b", " c"]
HOSTILE = [
    "<script>window.fired = 1</script>",
    "<img src=x onerror='window.fired = 1'>",
    '" onmouseover="window.fired = 1',
    "\u202eevil",
    "猫",
]
VOCABULARY = [" cat", *HOSTILE]
SHARES = np.array([[0.1, -0.4, 0.0], [0.2, 0.8, 0.0], [0.0, 0.0, 1.0]])
EFFECTS = np.array([[0.1, -0.2, 0.0], [0.05, 0.9, 0.3]])


def step(ids):
    """Each token makes the next one in the vocabulary likeliest."""
    return np.roll(np.array([3.0, 1.0, 0.5, 0.0, -1.0, -2.0]), ids[-1] + 1)


def answer(heads):
    if len(heads) > 2:
        raise ValueError("more than two heads <b>at once</b>")
    return 2.0 + len(heads), np.array([2.0, 0.0, 3.0 * len(heads), 0.0, 0.0, 0.0])


def lens():
    """The last position says <script>, then <img>, then cat."""
    logits = np.zeros((3, 3, 6), dtype=np.float32)
    logits[:, :2, 4] = 5
    for row, ids in enumerate(([1, 2, 0], [2, 0, 3], [0, 1, 2])):
        logits[row, 2, ids] = [6, 4, 3]
    return logit_lens(logits, VOCABULARY, TOKENS, top=2)


def patching(**change):
    return patch_view(SHARES, TOKENS, ["A", HOSTILE[0], " c"], **change)


def ablation(**change):
    return ablation_lab(EFFECTS, [*HOSTILE], VOCABULARY, answer=answer, **change)


def generation(**change):
    return generate_lab(step, VOCABULARY, [1, 2], n_tokens=4, temperature=0.0, **change)


VIEWS = [lens, patching, ablation, generation]


@cache
def html(view):
    """A view as HTML; its still picture is drawn once for all tests."""
    return view().html


# A live view in a page: a model as anywidget has it, whose questions go to Python.
LIVE = """
<div id="host"></div>
<script type="module">
{source}
const heard = new Map();
const values = {{ payload: {payload}, selected: {selected}, asked: {{}}, answered: {{}} }};
const fire = (name) => (heard.get(name) ?? []).forEach((hear) => hear());
globalThis.model = {{
  get: (name) => values[name],
  set(name, value) {{
    values[name] = value;
    if (name === "asked") python(JSON.stringify(value)).then((told) => {{
      values.answered = JSON.parse(told);
      fire("change:answered");
    }});
    else fire(`change:${{name}}`);
  }},
  save_changes() {{}},
  on: (event, hear) => heard.set(event, [...(heard.get(event) ?? []), hear]),
  off: (event, hear) => heard.set(event, heard.get(event).filter((other) => other !== hear)),
}};
globalThis.end = await render({{ model, el: document.querySelector("#host") }});
</script>
"""


@pytest.fixture
def open_live(open_page):
    """Open a live view whose questions are answered by its widget, in Python."""

    def open_view(view):
        page = open_page(html(generation))  # any page: the live one follows when Python is there
        page.expose_function("python", lambda asked: ask(view.widget, json.loads(asked)))
        payload = bundle.to_json(view.payload)
        selected = bundle.to_json(view.payload["selected"])
        script = bundle.script(view.scripts)
        page.set_content(LIVE.format(source=script, payload=payload, selected=selected))
        page.wait_for_selector("#host [data-painted]")
        return page

    def ask(widget, question):
        widget.asked = question
        return json.dumps(widget.answered)

    return open_view


def reading(page):
    return page.locator(".reading").inner_text()


def cell(page, name):
    return page.get_by_role("gridcell", name=name)


@pytest.mark.parametrize("view", VIEWS)
def test_each_script_is_small_and_keeps_the_rules(view):
    scripts = view().scripts
    assert len(bundle.script(scripts).encode()) <= 40_000
    for forbidden in ("innerHTML", "insertAdjacentHTML", "eval(", "fetch(", "http", "import "):
        assert forbidden not in bundle.source(scripts)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", [360, 1000])
def test_hostile_tokens_stay_text_and_nothing_is_wider_than_the_page(open_page, view, width):
    page = open_page(html(view), width=width)
    for place in page.locator(".frame :is(td, button, .chip)").all()[:40]:
        place.dispatch_event("pointermove")
        place.dispatch_event("mouseover")
    assert page.evaluate("window.fired") is None
    assert page.locator("img, script[src]").count() <= 1  # the still picture's own
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("view", VIEWS)
def test_it_follows_the_theme(open_page, view):
    page = open_page(html(view), color_scheme="dark")
    frame = page.locator(".frame")
    dark = frame.evaluate("f => getComputedStyle(f).backgroundColor")
    page.emulate_media(color_scheme="light")
    page.wait_for_selector("[data-theme=light]")
    assert frame.evaluate("f => getComputedStyle(f).backgroundColor") != dark


@pytest.mark.parametrize("view", VIEWS)
def test_without_scripts_the_picture_stands_there(chromium, view, tmp_path):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(view().save(tmp_path / "still.html").as_uri())
    image = page.get_by_role("img")
    assert image.get_attribute("alt") == view().alt
    assert image.bounding_box()["width"] > 250
    context.close()


def test_views_of_all_kinds_stand_side_by_side(open_page):
    page = open_page("".join(map(html, VIEWS * 2)))
    page.wait_for_function("document.querySelectorAll('[data-painted]').length === 8")
    assert page.locator(".frame").count() == 8


# ---- tables of cells ----


def test_the_lens_opens_at_the_last_answer(open_page, colours):
    page = open_page(html(lens))
    assert reading(page).startswith("After ·c (2), layer 1 says ·cat")
    assert cell(page, "·c, layer 0: <img").count() == 1
    assert page.get_by_role("grid").get_by_role("columnheader").all_inner_texts() == [
        "reads",
        "A",
        "·b",
        "·c",
    ]
    assert colours(page.get_by_role("img", name="Probability of ·cat: embedding")) > 10


def test_hover_previews_click_locks_and_escape_frees(open_page, frames):
    page = open_page(html(lens))
    cell(page, "·c, embedding").hover()
    frames(page)
    assert reading(page).startswith("After ·c (2), embedding says <script>")
    page.mouse.move(1, 1)
    frames(page)
    assert "layer 1 says ·cat" in reading(page)
    cell(page, "·b, layer 0").click()
    cell(page, "·c, embedding").hover()
    frames(page)
    assert reading(page).startswith("After ·b (1), layer 0")  # the lock wins
    page.keyboard.press("Escape")
    cell(page, "A, layer 0").hover()
    frames(page)
    assert reading(page).startswith("After A (0), layer 0")


def test_the_table_is_walked_by_keyboard(open_page):
    page = open_page(html(lens))
    page.evaluate("window.told = []; addEventListener('lmlab:select', e => told.push(e.detail))")
    cell(page, "·c, layer 1").focus()
    for key in ("ArrowUp", "ArrowLeft", "[", ",", ".", "End", "Home"):
        page.keyboard.press(key)
    assert page.evaluate("told.map(t => [t.layer, t.position])") == [
        [1, 2], [1, 1], [0, 1], [0, 0], [0, 1], [0, 2], [0, 0],
    ]  # fmt: skip
    focused = page.get_by_role("gridcell", selected=True)
    assert focused.evaluate("c => c.getRootNode().activeElement === c")
    assert focused.evaluate("c => getComputedStyle(c).outlineStyle") == "solid"
    assert page.locator("[aria-live]").inner_text().startswith("After A (0), embedding")
    page.keyboard.press("Enter")
    assert page.locator(".frame.locked").count() == 1


def test_a_token_is_followed_through_the_layers(open_page):
    page = open_page(html(lens))
    page.get_by_role("button", name="<script>").focus()
    page.keyboard.press("Enter")
    label = page.get_by_role("img", name="Probability of <script>").get_attribute("aria-label")
    assert "embedding 8" in label and "layer 0 below the likeliest" in label
    assert page.get_by_role("button", name="<script>").get_attribute("aria-pressed") == "true"
    page.keyboard.press("Enter")
    assert page.get_by_role("img", name="Probability of ·cat").count() == 1


def test_the_lens_shows_ranks_instead(open_page):
    page = open_page(html(lens))
    page.get_by_role("combobox").select_option("rank")
    assert cell(page, "·c, embedding").inner_text() == "3"
    assert cell(page, "·c, layer 1").inner_text() == "1"
    assert page.get_by_role("img", name="rank of the final answer").count() == 1
    shades = {
        cell(page, name).evaluate("c => c.style.background")
        for name in ("·c, layer 1", "·c, embedding")
    }
    assert len(shades) == 2


def test_patching_marks_tokens_that_differ_and_lists_the_strongest(open_page):
    page = open_page(html(patching))
    assert page.get_by_role("columnheader", name="differs").count() == 2
    assert "position 1, <script>" in reading(page) and "brings back 80 %" in reading(page)
    rows = page.get_by_role("row").filter(has=page.get_by_role("button"))
    assert rows.first.inner_text().endswith("0.80")
    rows.nth(1).get_by_role("button").click()
    assert "brings back -40 %" in reading(page).replace("−", "-")
    sides = [
        cell(page, name).evaluate("c => c.style.background")
        for name in ("0.80 brought", "−0.40 brought")
    ]
    assert sides[0].startswith("rgb(") and sides[0] != sides[1]


# ---- heads knocked out ----


def test_offline_the_recorded_head_is_shown_and_others_by_their_effect(open_page, frames):
    page = open_page(html(ablation))
    assert page.get_by_role("heading", level=4).inner_text() == "Without head 1.1"
    assert page.locator(".loss").inner_text() == "Loss 2.000 → 3.000 nats a token (+1.00)"
    shares = page.get_by_role("row", name="·cat").inner_text().split()[1::2]
    assert shares == ["60", "23"]  # e²/(e² + 5), and e²/(e² + e³ + 4)
    cell(page, "layer 0, head 0").click()
    assert page.locator(".loss").inner_text() == "Loss +1.00 nats a token, if their effects add up"
    assert "A live view asks the model" in page.get_by_role("status").inner_text()
    assert page.get_by_role("gridcell", selected=True).count() == 2
    page.keyboard.press("Escape")
    assert page.get_by_role("heading", level=4).inner_text() == "All heads in place"


def test_heads_are_knocked_out_by_keyboard(open_page):
    page = open_page(html(ablation))
    cell(page, "layer 1, head 1").focus()
    for key in (" ", "ArrowRight", "Enter", "[", "Enter"):
        page.keyboard.press(key)
    chosen = page.get_by_role("gridcell", selected=True)
    assert [label.split(":")[0] for label in chosen.evaluate_all(
        "all => all.map(c => c.ariaLabel)")] == ["layer 0, head 2", "layer 1, head 2"]  # fmt: skip
    page.get_by_role("button", name="bring all back").click()
    assert chosen.count() == 0


def test_live_python_answers_for_several_heads(open_live):
    view = ablation(live=True)
    page = open_live(view)
    cell(page, "layer 0, head 0").click()
    page.wait_for_function(
        "document.querySelector('#host > div').shadowRoot.querySelector('.loss')"
        ".textContent.includes('4.000')"
    )
    assert page.evaluate("model.get('selected')") == {"heads": [[1, 1], [0, 0]]}
    cell(page, "layer 0, head 1").click()
    error = page.locator(".note.error")
    error.wait_for()
    assert error.inner_text() == "ValueError: more than two heads <b>at once</b>"
    page.evaluate("model.set('selected', { heads: [] })")
    assert page.get_by_role("heading", level=4).inner_text() == "All heads in place"
    page.evaluate("end()")


# ---- generation ----


def written(page):
    return page.get_by_role("option").all_inner_texts()


def test_a_recorded_text_is_stepped_through(open_page):
    page = open_page(html(generation))
    assert written(page) == [*map(show, VOCABULARY[3:]), "·cat", "…"]
    assert page.get_by_role("button", name="draw").count() == 0
    assert page.get_by_role("slider", name="temperature").is_disabled()
    assert page.get_by_role("row").nth(1).inner_text().split()[-2:] == ["100", "%"]
    page.get_by_role("button", name="forward").click()
    page.get_by_role("listbox").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("option", selected=True).inner_text() == "猫"
    page.keyboard.press("End")
    assert page.get_by_role("button", name="forward").is_disabled()
    page.get_by_role("option").nth(1).click()
    assert page.get_by_role("heading", level=4).inner_text().endswith("window.fired·=·1 →")
    assert page.locator("[aria-live]").inner_text().startswith("After ")


def test_live_tokens_are_drawn_taken_and_taken_back(open_live):
    page = open_live(generation(live=True))
    count = page.get_by_role("option").count
    for name, expected in (("take the likeliest", 6), ("draw", 7), ("undo", 6)):
        page.get_by_role("button", name=name).click()
        page.wait_for_function(f"model.get('selected').at === {expected - 1}")
        assert count() == expected
    page.get_by_role("button", name="猫").click()  # a bar
    page.wait_for_function("model.get('selected').at === 6")
    assert written(page)[-2:] == ["猫", "…"]
    assert page.evaluate("model.get('selected').path.at(-1)") == 5
    page.get_by_role("listbox").focus()
    page.keyboard.press("Backspace")
    page.wait_for_function("model.get('selected').at === 5")


def test_live_sliders_cut_again(open_live):
    page = open_live(generation(live=True))
    caption = page.locator("caption")
    assert "1 possible" in caption.inner_text()
    page.get_by_role("slider", name="temperature").focus()
    page.keyboard.press("End")
    page.wait_for_function(
        "document.querySelector('#host > div').shadowRoot.querySelector('caption')"
        ".textContent.startsWith('temperature 2 ')"
    )
    assert "6 possible" in caption.inner_text()
    assert page.get_by_role("slider", name="temperature").get_attribute("aria-valuetext") == "2"
