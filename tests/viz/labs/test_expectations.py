"""Several models side by side: bars are probabilities, and a click goes on with the text."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz.labs.expectations import next_token_lab, next_token_ladder
from lmlab.viz.tokens import show

HOSTILE = ["<img src=x onerror=alert(1)>", "$x$", "\n", "你", "\u202e", "\ud800", ""]
CAT = {" cat": 0.6, " dog": 0.3, " <b>": 0.1}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def lengths(ax) -> list[float]:
    return [bar.get_width() for bar in ax.patches]


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_each_model_has_a_column_of_its_most_probable_tokens():
    figure = next_token_ladder({"counts": CAT, "GPT": [(" dog", 0.25), (" cat", 0.5)]}, "a", top=2)
    counts, gpt = figure.axes
    assert [ax.get_title(loc="left") for ax in (counts, gpt)] == ["counts", "GPT"]
    assert words(counts) == ["·cat 0.60", "·dog 0.30", "all others 0.10"]
    assert lengths(gpt) == [0.5, 0.25, 0.25]


def test_the_end_of_the_text_stands_above():
    figure = next_token_ladder({"counts": CAT}, "x" * 60 + " a")
    assert figure.get_suptitle().endswith("xx·a →") and figure.get_suptitle().startswith("…")


@pytest.mark.parametrize("guesses", [{"a": 2.0, "b": -1.0}, {"a": 0.7, "b": -0.2}, {}])
def test_guesses_that_are_no_probabilities_are_refused(guesses):
    with pytest.raises(ValueError, match="'counts' are no probabilities.*softmax"):
        next_token_ladder({"counts": guesses}, "a")


def test_a_guess_that_is_not_a_number_is_refused():
    with pytest.raises(ValueError, match="no probabilities"):
        next_token_ladder({"counts": {"a": float("nan")}}, "a")


def test_no_model_is_refused():
    with pytest.raises(ValueError, match="no model"):
        next_token_ladder({}, "a")


def alphabet(text: str) -> dict[str, float]:
    """A model that expects the next letter, or the one after it."""
    if "?" in text:
        raise ValueError("'?' is not in the vocabulary")
    return {chr(ord(text[-1]) + 1): 0.75, chr(ord(text[-1]) + 2): 0.25}


def shown_controls(screen):
    """The text box, the buttons in use, and the message."""
    box, row, message = screen.shown[-1].children
    return box, [b for b in row.children[1:] if b.layout.display != "none"], message


def test_a_click_appends_the_token_and_all_models_read_on(screen):
    next_token_lab({"first": alphabet, "second": alphabet}, "a")
    box, buttons, _ = shown_controls(screen)
    assert [button.description for button in buttons] == ["b", "c"]
    buttons[1].click()
    assert box.value == "ac"
    assert [button.description for button in buttons] == ["d", "e"]
    assert "after “ac”" in screen.updates[-1].alt and "first: d 0.75" in screen.updates[-1].alt


def test_a_button_says_which_model_expects_its_token(screen):
    next_token_lab({"one": lambda text: {"x": 0.5}, "two": lambda text: {"y": 0.75}}, "a")
    _, (first, second), _ = shown_controls(screen)
    assert first.tooltip == "append y to the text (two 0.75)"
    assert second.tooltip == "append x to the text (one 0.50)"


def test_typing_draws_again_and_a_text_that_no_model_reads_is_named(screen):
    next_token_lab({"one": alphabet}, "a")
    box, buttons, message = shown_controls(screen)
    box.value = "k"
    assert buttons[0].description == "l"
    box.value = "k?"
    assert message.value == "&#x27;?&#x27; is not in the vocabulary"


def test_any_token_can_be_offered_and_appended(screen, recwarn):
    even = {token: 1 / len(HOSTILE) for token in HOSTILE}
    next_token_lab({"one": lambda text: even}, "", top=len(HOSTILE))
    box, buttons, _ = shown_controls(screen)
    assert [button.description for button in buttons] == [show(token) for token in HOSTILE]
    buttons[2].click()
    assert box.value == "\n"
    assert not [w for w in recwarn if "Glyph" in str(w.message)]


def test_buttons_that_are_left_over_disappear(screen):
    next_token_lab({"one": lambda text: {"x": 1.0} if text else {"x": 0.5, "y": 0.5}}, "")
    box, before, _ = shown_controls(screen)
    box.value = "x"
    assert len(before) == 2 and len(shown_controls(screen)[1]) == 1
