"""Strings that attack a page: every view shows them as text, and none of them runs.

`hostile.json` holds the strings by family; FIRE stands for the code that an attack wants to run.
"""

import html
import json
import re
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from lmlab import viz
from lmlab.viz.explorer import bundle
from lmlab.viz.tokens import show

FAMILIES = json.loads(Path(__file__).with_name("hostile.json").read_text(encoding="ascii"))
WEAPONS = ("<script>FIRE</script>", "<img src=x onerror=FIRE>", "<style onload=FIRE></style>")
WEAPONS += ("<audio src=x onerror=FIRE></audio>", "<svg><script>FIRE</script></svg>")
WAYS_OUT = (
    '">',
    "'>",
    "`>",
    "-->",
    "]]>",
    '"}]',
    "\u2028",
    "</script>",
    "</SCRIPT\t>",
    "</script/x>",
)
WAYS_OUT += ("</style>", "</title>", "</textarea>", "</noscript>", "</figcaption>", "\\", "\x00")
EVENTS = ("onpointerover", "onmouseover", "onpointermove", "onclick", "onfocus")
QUOTES = ('"', "'", "`")
SPELLINGS = (html.escape, quote, json.dumps, lambda s: s.replace("<", "\\u003c"))
SPELLINGS += (lambda s: s.replace("<", "&#60"), lambda s: s.replace("<", "%253C"))
LONG = ("x" * 5000, "<" * 3000, "<script>" * 800, "猫" * 3000, "a " * 2000, "e" + "\u0301" * 500)


def corpus() -> list[str]:
    """Every string once; the n-th calls `fire(n)` when it runs."""
    written = [string for family in FAMILIES.values() for string in family]
    tags = [string for string in written if re.match("<[a-z]+.*FIRE", string)]
    ruled = [re.sub("</?[a-z]+", lambda tag: tag[0].title().swapcase(), tag) for tag in tags]
    ruled += [way_out + weapon for weapon in WEAPONS for way_out in WAYS_OUT]
    ruled += [f"{q} {event}=FIRE x={q}" for q in QUOTES for event in EVENTS]
    ruled += [f"{q}{end}FIRE;//" for q in QUOTES for end in (";", "\n", "*FIRE;", "})();", "]);")]
    ruled += [spell(weapon) for weapon in WEAPONS for spell in SPELLINGS]
    strings = dict.fromkeys([*written, *ruled, *LONG])
    return [string.replace("FIRE", f"fire({n})") for n, string in enumerate(strings)]


def parts(strings: list[str], size: int) -> list[list[str]]:
    """The strings in lists of `size`."""
    return [strings[i : i + size] for i in range(0, len(strings), size)]


CORPUS = corpus()
TITLES = [" ".join(part) for part in parts(CORPUS, 8)]


def attention(tokens):
    """Each token looks at itself."""
    return np.eye(len(tokens))


def logits(tokens):
    """At each place the token that stands there is the likeliest."""
    return 9 * np.eye(len(tokens))[None]


# Each view, made of the tokens and the title that attack it: a new view is one more line.
VIEWS = {
    "head_view": lambda tokens, title: viz.head_view(attention(tokens), tokens, title=title),
    "model_view": lambda tokens, title: viz.model_view(attention(tokens), tokens, title=title),
    "compare": lambda tokens, title: viz.compare(
        attention(tokens), attention(tokens), tokens, title=title, names=(title, title)
    ),
    "timeline": lambda tokens, title: viz.timeline(
        [attention(tokens)] * 2, tokens, steps=[0, 1], title=title
    ),
    "rollout": lambda tokens, title: viz.rollout(attention(tokens), tokens, title=title),
    "logit_lens": lambda tokens, title: viz.logit_lens(logits(tokens), tokens, tokens, title=title),
    "ablation_lab": lambda tokens, title: viz.ablation_lab(
        np.eye(1, len(tokens)),
        tokens,
        tokens,
        next_token=(logits(tokens)[0, 0], logits(tokens)),
        title=title,
    ),
    "patch_view": lambda tokens, title: viz.patch_view(
        np.eye(2, len(tokens)), tokens, tokens[::-1], title=title
    ),
    "generate_lab": lambda tokens, title: viz.generate_lab(
        lambda ids: logits(tokens)[0, ids[-1]], tokens, range(len(tokens)), n_tokens=1, title=title
    ),
}
each_view = pytest.mark.parametrize("make", VIEWS.values(), ids=VIEWS)


def test_there_are_many_and_each_family_has_its_share():
    assert len(CORPUS) >= 500 and len(set(CORPUS)) == len(CORPUS)
    assert sum("fire(" in string for string in CORPUS) >= 300
    assert min(map(len, FAMILIES.values())) >= 10


ARENA = """
    if (top === window) window.fired = new Set();
    window.fire = (n) => top.fired.add(n);
    window.alert = window.confirm = window.prompt = window.print = () => fire("dialog");
"""

# Touch everything: the pointer passes over each element, clicks it and sets the focus on it.
TOUCH = """async (roots) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const all = (at) => [...(at.shadowRoot ?? at).querySelectorAll("*")];
    for (const [n, element] of [...document.querySelectorAll(roots)].flatMap(all).entries()) {
        const { left, top } = element.getBoundingClientRect();
        const place = { bubbles: true, composed: true, clientX: left + 1, clientY: top + 1 };
        for (const name of ["pointerover", "mouseover", "pointermove", "click", "focus"])
            element.dispatchEvent(new PointerEvent(name, place));
        if (n % 50 === 0) await frame();
    }
    await frame(), await frame();
}"""

# What a view consists of: the names of its elements, and every text that it shows or says.
READ = """() => {
    const names = new Set(), texts = new Set();
    for (const host of document.querySelectorAll("[data-painted]")) {
        for (const element of host.shadowRoot.querySelectorAll("*")) {
            names.add(element.localName);
            for (const child of element.childNodes) if (child.data) texts.add(child.data);
            for (const { value } of element.attributes) texts.add(value);
        }
    }
    return { names: [...names], texts: [...texts] };
}"""


@pytest.fixture
def arena(chromium, tmp_path):
    """Open the body of a page, offline; returns the page and a list of whatever else happened.

    `fired` in the page holds the numbers of the strings that ran.
    """
    context = chromium.new_context(viewport={"width": 1000, "height": 900})
    context.set_offline(True)
    context.add_init_script(ARENA)
    page, troubles = context.new_page(), []
    page.on("pageerror", lambda error: troubles.append(f"error {error}"))
    page.on("console", lambda line: troubles.append(f"console {line.text}"))
    page.on(
        "dialog", lambda dialog: (troubles.append(f"dialog {dialog.message}"), dialog.dismiss())
    )
    for what, kind in (("request", "request"), ("framenavigated", "navigation")):
        page.on(what, lambda to, kind=kind: is_ours(to.url) or troubles.append(f"{kind} {to.url}"))
    path = tmp_path / "arena.html"

    def is_ours(url):
        return url == path.as_uri() or url.startswith("data:image/png;base64,")

    def enter(body, title="arena"):
        path.write_text(bundle.page(body, title), encoding="utf-8")
        page.goto(path.as_uri())
        return page, troubles

    yield enter
    context.close()


def enter_views(arena, views):
    """The page, with these views painted on it."""
    page, troubles = arena("".join(view.html for view in views), views[0].title)
    page.wait_for_function(
        f"document.querySelectorAll('[data-painted]').length === {len(views)}", timeout=120_000
    )
    return page, troubles


@pytest.mark.browser
@each_view
def test_hostile_tokens_are_shown_as_they_are_and_never_run(arena, make):
    page, _ = enter_views(arena, [make([f"token {i}" for i in range(240)], "harmless")])
    page.evaluate(TOUCH, "[data-painted]")
    harmless = set(page.evaluate(READ)["names"])
    views = [make(part, "hostile") for part in parts(CORPUS, 240)]
    page, troubles = enter_views(arena, views)
    page.evaluate(TOUCH, "[data-painted]")
    found = page.evaluate(READ)
    assert page.evaluate("[...fired]") == [] and troubles == []
    assert set(found["names"]) <= harmless
    assert {show(string) for string in CORPUS} - set(found["texts"]) == set()
    pictures = page.locator(".lmlab-view img")
    assert pictures.evaluate_all("all => all.map(each => each.alt)") == [view.alt for view in views]


@pytest.mark.browser
@each_view
def test_hostile_titles_are_shown_as_they_are_and_never_run(arena, make):
    views = [make(["a", "b"], title) for title in TITLES]
    for view in views:
        view.__dict__["png"] = b""  # no picture: drawing all of them takes minutes
    page, troubles = enter_views(arena, views)
    assert page.evaluate("[...fired]") == [] and troubles == []
    assert page.locator("h3").all_text_contents() == [view.title for view in views]
    assert [view.title.encode() for view in views] == [
        title.encode("utf-8", "replace") for title in TITLES
    ]


# Careless renderers: whatever trusts the same strings is hit, or the tests above prove nothing.

INNER_HTML = "(place, string) => (place.innerHTML = string)"
WITH_SCRIPTS = (
    "(place, string) => place.append(document.createRange().createContextualFragment(string))"
)
RENDER = """async ([render, strings]) => {
    addEventListener("submit", (event) => event.preventDefault());
    for (const string of strings)
        eval(render)(document.body.appendChild(document.createElement("p")), string);
    document.querySelectorAll("base, meta").forEach((element) => element.remove());
    await new Promise((done) => setTimeout(done, 500));
}"""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("render", "pasted", "hits"),
    [
        (INNER_HTML, "{}", 120),
        (WITH_SCRIPTS, "{}", 160),
        (WITH_SCRIPTS, "<b title='{}'>x</b>", 12),
        (WITH_SCRIPTS, '<b title="{}">x</b>', 8),
        (WITH_SCRIPTS, "<script>var token = '{}'</script>", 12),
        (WITH_SCRIPTS, "<script>var token = `{}`</script>", 10),
        (WITH_SCRIPTS, "<script>var token = {json}</script>", 6),
    ],
)
def test_a_page_that_trusts_tokens_is_hit(arena, render, pasted, hits):
    page, _ = arena("")
    strings = [
        pasted.replace("{json}", json.dumps(string)).replace("{}", string) for string in CORPUS
    ]
    page.evaluate(RENDER, [render, strings])
    page.evaluate(TOUCH, "p")
    assert page.evaluate("fired.size") >= hits


@pytest.mark.browser
def test_a_page_that_trusts_titles_is_hit(arena):
    page, _ = arena("")
    page.evaluate(RENDER, [INNER_HTML, TITLES])
    page.evaluate(TOUCH, "p")
    assert page.evaluate("fired.size") >= 60
