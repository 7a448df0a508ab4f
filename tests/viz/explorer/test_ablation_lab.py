import numpy as np
import pytest
import torch

from lmlab.viz.explorer.ablation_lab import ablation_lab

EFFECTS = np.array([[0.1, -0.2, 0.0], [0.05, 0.9, 0.3]], dtype=np.float32)
VOCABULARY = [" cat", "<b>", "."]
TOKENS = ["The", "<i>"]
BEFORE = np.array([0.7, 0.2, 0.1], dtype=np.float32)


def answer(heads):
    """Each head that is gone costs one nat, and turns the model to its last token."""
    return 2.0 + len(heads), torch.tensor([2.0, 0.0, 3.0 * len(heads)])


def alone():
    return np.stack([np.stack([BEFORE[::-1]] * 3)] * 2)


def test_the_page_holds_what_was_recorded_for_each_head_alone():
    view = ablation_lab(EFFECTS, TOKENS, VOCABULARY, next_token=(BEFORE, alone()))
    assert set(view.answers) == {"", "0.0", "0.1", "0.2", "1.0", "1.1", "1.2"}
    assert view.answers[""]["next"][0] == ("·cat", 0.7, 0.7)
    assert view.answers["1.2"]["next"][0] == ("·cat", 0.7, 0.1)


def test_with_a_function_the_page_holds_the_whole_model_and_the_strongest_head():
    view = ablation_lab(EFFECTS, TOKENS, VOCABULARY, answer=answer)
    assert view.selected == {"heads": [[1, 1]]}
    assert set(view.answers) == {"", "1.1"}
    assert (view.answers[""]["loss"], view.answers["1.1"]["loss"]) == (2.0, 3.0)


def test_effects_are_enough():
    view = ablation_lab(EFFECTS, TOKENS)
    assert view.answers == {}
    assert view.png.startswith(b"\x89PNG")
    assert view.payload["scale"] == pytest.approx(0.9)


def test_python_answers_for_several_heads():
    view = ablation_lab(EFFECTS, TOKENS, VOCABULARY, answer=answer, live=True)
    view.widget.asked = {"heads": [[0, 0], [1, 2]], "number": "7"}
    told = view.widget.answered
    before, after = (answer(heads)[1].softmax(-1) for heads in ([], [1, 2]))
    assert (told["loss"], told["number"]) == (4.0, "7")
    assert told["next"][0] == (
        "·cat", pytest.approx(before[0].item(), rel=0.01), pytest.approx(after[0].item(), rel=0.01),
    )  # fmt: skip


def test_the_first_answer_may_be_asked_when_only_bars_were_recorded():
    given = {"next_token": (BEFORE, alone()), "answer": answer}
    view = ablation_lab(EFFECTS, TOKENS, VOCABULARY, **given)
    assert view.answers["1.1"]["next"][0][1] == pytest.approx(0.7)
    assert view.answers["1.1"]["loss"] == 3.0


def test_what_a_learners_function_raises_is_told_in_words():
    def broken(heads):
        if len(heads) > 1:
            raise KeyError("no such head")
        return answer(heads)

    view = ablation_lab(EFFECTS, TOKENS, VOCABULARY, answer=broken, live=True)
    view.widget.asked = {"heads": [[0, 0], [1, 2]], "number": "1"}
    assert view.widget.answered == {"error": "KeyError: 'no such head'", "number": "1"}


def test_a_live_view_says_which_heads_are_gone():
    view = ablation_lab(EFFECTS, TOKENS, VOCABULARY, answer=answer, live=True)
    view.widget.selected = {"heads": [[0, 2], [1, 0]]}
    assert view.selected == {"heads": [[0, 2], [1, 0]]}


def test_words_name_the_heads_that_matter():
    view = ablation_lab(EFFECTS, TOKENS, VOCABULARY, answer=answer)
    assert view.alt.endswith("Without layer 1, head 1: +0.9 nats a token.")
    assert "next ·cat: 78.7% → 25.9%" in repr(view)


def test_tokens_are_text_and_bytes_are_the_same():
    first, second = (ablation_lab(EFFECTS, TOKENS, VOCABULARY, answer=answer) for _ in range(2))
    assert "<i>" not in first.html and "<b>" not in first.html
    assert (first.html, first.png) == (second.html, second.png)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"effects": EFFECTS[0]}, r"shape \(3,\); give \(layers, heads\)"),
        ({"live": True}, "a live view asks a function; give answer="),
        ({"next_token": (BEFORE, alone()[:1])}, r"shape \(1, 3, 3\); for 2 layers, 3 heads and 3"),
        ({"next_token": (BEFORE, alone()), "vocabulary": ["a"]}, "1 names.* vocabulary of 3"),
        ({"answer": answer, "vocabulary": ()}, "0 names were given for a vocabulary of 3"),
        ({"answer": lambda heads: (1.0, np.ones((2, 3)))}, r"\(2, 3\); give \(vocab_size\)"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    given = {"effects": EFFECTS, "tokens": TOKENS, "vocabulary": VOCABULARY} | change
    with pytest.raises(ValueError, match=message):
        ablation_lab(**given)


def test_a_view_too_large_says_how_to_narrow_it(monkeypatch):
    monkeypatch.setattr("lmlab.viz.explorer.bundle.MOST_BYTES", 1000)
    with pytest.raises(ValueError, match=r"Show fewer layers: effects\[:1\]"):
        ablation_lab(EFFECTS, TOKENS)
