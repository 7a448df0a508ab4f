import json
import re

from hypothesis import given
from hypothesis import strategies as st

from lmlab.viz.explorer import bundle

SCRIPTS = ("core", "attention", "head_view")
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


def test_the_script_is_small_and_keeps_the_rules():
    source = bundle.source(SCRIPTS)
    assert len(bundle.script(SCRIPTS).encode()) <= 40_000
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


def test_the_lean_script_has_every_line_of_code():
    lines = [line.strip() for line in bundle.source(SCRIPTS).splitlines()]
    code = [line for line in lines if line and not line.startswith("//")]
    assert bundle.script(SCRIPTS).splitlines() == code


def test_equal_data_give_equal_ids_and_other_data_others():
    def id_of(payload):
        return re.search(r'data-lmlab="(\w+)"', bundle.bundle(payload, SCRIPTS, "", "")).group(1)

    assert id_of({"a": 1}) == id_of({"a": 1})
    assert id_of({"a": 1}) != id_of({"a": 2})
