"""The interface that all language models share, on a fake whose probabilities are known."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from lmlab.models import GPT, LanguageModel, TransformerConfig
from lmlab.text import ByteTokenizer, CharTokenizer

VOCAB = 5


class Counting(LanguageModel):
    """Reads a window of four, and gives half of the weight to the last token plus one."""

    config = TransformerConfig(vocab_size=VOCAB, context_length=4, d_model=4, n_heads=1)

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.longest = 0

    def forward(self, ids):
        self.longest = max(self.longest, ids.size(1))
        surely = F.one_hot((ids + 1) % VOCAB, VOCAB).float()
        return (surely + (1 - surely) / (VOCAB - 1)).log()


@pytest.fixture
def gpt():
    torch.manual_seed(0)
    shape = {"vocab_size": VOCAB, "context_length": 6, "d_model": 8, "n_layers": 1, "n_heads": 2}
    return GPT(TransformerConfig(**shape)).eval()


def test_log_prob_is_the_sum_over_the_tokens_after_the_first():
    model = Counting()
    assert model.log_prob(torch.tensor([3, 4, 0, 1])) == pytest.approx(3 * math.log(0.5))
    assert model.log_prob(torch.tensor([3, 3])) == pytest.approx(math.log(0.5 / 4))


@given(ids=st.lists(st.integers(0, VOCAB - 1), min_size=2, max_size=30))
def test_a_text_is_scored_by_the_distributions_that_it_would_be_written_from(ids):
    torch.manual_seed(0)
    shape = {"vocab_size": VOCAB, "context_length": 6, "d_model": 8, "n_layers": 1, "n_heads": 2}
    model, ids = GPT(TransformerConfig(**shape)).eval(), torch.tensor(ids)
    one_by_one = [model.next_token(ids[:t])[ids[t]].log() for t in range(1, len(ids))]
    torch.testing.assert_close(model.log_probs(ids), torch.stack(one_by_one), atol=1e-5, rtol=1e-5)


def test_no_more_is_read_at_once_than_fits():
    model = Counting()
    model.log_prob(torch.arange(30) % VOCAB)
    model.generate(torch.tensor([[0, 1, 2, 3, 4, 0, 1]]), 5)
    assert model.longest == 4


def test_next_token_is_a_distribution(gpt):
    probs = gpt.next_token(torch.tensor([1, 2, 3]))
    assert probs.shape == (VOCAB,) and probs.sum().item() == pytest.approx(1)
    torch.testing.assert_close(probs, gpt(torch.tensor([[1, 2, 3]]))[0, -1].softmax(-1))


def test_generate_appends_what_the_model_is_sure_of():
    ids = torch.tensor([[3], [1]])
    assert Counting().generate(ids, 3, temperature=0.0).tolist() == [[3, 4, 0, 1], [1, 2, 3, 4]]


def test_bits_per_char_counts_characters_not_tokens():
    torch.manual_seed(0)
    tokenizer = ByteTokenizer()
    model = GPT(
        TransformerConfig(
            vocab_size=tokenizer.vocab_size, context_length=9, d_model=4, n_heads=1, n_layers=1
        )
    )
    text = "猫坐着"  # three bytes each
    ids = torch.tensor([tokenizer.eos_id, *tokenizer.encode(text)])
    wanted = -model.log_prob(ids) / math.log(2) / 3
    assert model.bits_per_char(text, tokenizer) == pytest.approx(wanted)


def test_without_a_mark_the_first_token_is_given_away():
    tokenizer = CharTokenizer("abcde", special_tokens=())
    assert Counting().bits_per_char("abc", tokenizer) == pytest.approx(2 / 3)


def test_dropout_sleeps_while_a_text_is_scored(gpt):
    torch.manual_seed(0)
    model = GPT(gpt.config.replace(dropout=0.5)).train()
    ids = torch.tensor([0, 1, 2, 3])
    assert model.log_prob(ids) == model.log_prob(ids)
    assert model.training


@pytest.mark.parametrize("ids", [[], [1]])
def test_too_few_tokens_are_refused(ids):
    with pytest.raises(ValueError, match="at least 2 are needed"):
        Counting().log_prob(torch.tensor(ids, dtype=torch.long))
