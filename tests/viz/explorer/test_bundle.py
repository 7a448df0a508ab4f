import json
import re
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab import viz
from lmlab.viz.explorer import bundle

SCRIPTS = ("core", "attention", "head", "grid", "head_view")
HOMES = {f"lmlab.viz.{home}" for home in viz._HOME.values() if home.startswith("explorer.")}
EVERY = sorted(
    {
        thing.scripts
        for home in HOMES
        for thing in vars(import_module(home)).values()
        if isinstance(thing, type) and issubclass(thing, viz.View) and hasattr(thing, "scripts")
    }
)
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
PIECES = st.sampled_from(["</script>", "<!--", "<script>", "&lt;", "\u2028", "]]>", "'\"`${"])


@given(st.lists(ANY_TEXT | PIECES))
def test_no_token_can_end_the_script_or_start_markup(tokens):
    text = bundle.to_json({"keys": tokens})
    assert text.isascii()
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"keys": tokens}


@given(ANY_TEXT.filter(lambda text: text.isprintable()) | PIECES)
def test_alt_text_and_title_cannot_leave_their_place(text):
    made = bundle.page(bundle.bundle({}, SCRIPTS, "", alt=text), title=text)
    plain = bundle.page(bundle.bundle({}, SCRIPTS, "", alt=""), title="")
    assert re.findall(r"<[a-z/!]+", made) == re.findall(r"<[a-z/!]+", plain)


@pytest.mark.parametrize("scripts", EVERY, ids=lambda scripts: scripts[-1])
def test_every_script_is_small_and_keeps_the_rules(scripts):
    source = bundle.source(scripts)
    assert len(bundle.script(scripts).encode()) <= 40_000
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "document.write",
        "Function(",
        "fetch(",
        "XMLHttpRequest",
        "http://",
        "https://",
        "</script",
    ):
        assert forbidden not in source  # fmt: skip
    assert not re.search(r"^\s*import\b", source, re.MULTILINE)


@pytest.mark.parametrize("scripts", EVERY, ids=lambda scripts: scripts[-1])
def test_a_lean_script_loses_only_comments_spaces_and_last_semicolons(scripts):
    code = re.sub(r"(^|\s)//.*", "", bundle.source(scripts), flags=re.MULTILINE)
    kept = "".join(code.split()).replace(";}", "}")
    assert "".join(bundle.script(scripts).split()) == kept


def test_a_lean_script_keeps_texts_and_keeps_words_apart():
    code = """
    const a = "x = y; } // z"; // why
      return `${b ? `c , d; }` : ""} , e`;
    const n = a - -b + c++ - d + ++e / 2;
    if (a) { b += 1; // one
    } // { and }
    const z = 1; // {} here
    else c[0] = [...d]
      .map(e);
    f()
    const { g } = h
    S = `
    .a .b > i { color: red; }
    `;"""
    assert bundle.lean(code).splitlines() == [
        'const a="x = y; } // z";return `${b ? `c , d; }` : ""} , e`;'
        "const n=a - -b+c++-d + ++e/2;if(a){b+=1}const z=1;else c[0]=[...d].map(e);f()",
        "const{g}=h",
        "S=`.a .b > i{color:red}`;",
    ]


def test_equal_data_give_equal_ids_and_other_data_others():
    def id_of(payload):
        return re.search(r'data-lmlab="(\w+)"', bundle.bundle(payload, SCRIPTS, "", "")).group(1)

    assert id_of({"a": 1}) == id_of({"a": 1})
    assert id_of({"a": 1}) != id_of({"a": 2})
