"""Gaps are held-out tokens, filled from both sides, and counted right only when they are."""

import pytest
import torch

from lmlab.models import BERT, TransformerConfig
from lmlab.tasks.gap_filling import Gap, fill_gaps, shown
from lmlab.text import END_OF_TEXT, MASK, CharTokenizer

TOKENIZER = CharTokenizer("abc ", special_tokens=(END_OF_TEXT, MASK))
STORIES = ["abc abc abc abc", "cab", "a b c a b c a b c"]


@pytest.fixture
def bert():
    torch.manual_seed(0)
    shape = {"context_length": 12, "d_model": 8, "n_layers": 1, "n_heads": 2}
    return BERT(TransformerConfig(vocab_size=TOKENIZER.vocab_size, **shape)).eval()


def test_each_gap_is_a_token_of_a_story_with_what_stood_around_it(bert):
    gaps = fill_gaps(bert, TOKENIZER, STORIES * 5, seed=1, progress=False)
    assert gaps
    for gap in gaps:
        assert any(s.startswith(gap.before + gap.token + gap.after) for s in STORIES)
        assert len(gap.guesses) == 3
        assert gap.guesses[0][1] >= gap.guesses[1][1] >= gap.guesses[2][1]


def test_a_seed_chooses_the_gaps(bert):
    first, again, other = (fill_gaps(bert, TOKENIZER, STORIES * 5, s, False) for s in (1, 1, 2))
    assert first == again != other


def test_right_is_the_first_guess_alone():
    guesses = (("b", 0.5), ("a", 0.4), ("c", 0.1))
    gaps = [Gap("", "", "b", guesses), Gap("", "", "a", guesses)]
    assert [gap.right for gap in gaps] == [True, False]
    assert "50.0% of 2" in shown(gaps).figures["Gaps"]


def test_a_tokenizer_without_a_mask_is_refused(bert):
    with pytest.raises(ValueError, match="has no"):
        fill_gaps(bert, CharTokenizer("abc "), STORIES)
