"""The scoreboard: the right numbers in the right rows, the worst first."""

import math

import pytest
import torch
from torch import nn

from lmlab.models import GPT, LanguageModel, TransformerConfig
from lmlab.models.ngram import NGram, NGramConfig
from lmlab.text import corpora
from lmlab.training.scoreboard import (
    Fitted,
    bits_per_char,
    flops_per_token,
    scoreboard,
    writing_speed,
)
from lmlab.training.texts import encode_corpus


@pytest.fixture
def text(story):
    return encode_corpus(corpora.load(str(story), verbose=False), "char")


@pytest.fixture
def gpt(text):
    torch.manual_seed(0)
    shape = {"context_length": 16, "d_model": 8, "n_layers": 1, "n_heads": 2}
    return GPT(TransformerConfig(vocab_size=text.tokenizer.vocab_size, **shape)).eval()


class Knowing(LanguageModel):
    """Knows the text by heart; answers with the same logits otherwise."""

    def __init__(self, vocab_size):
        super().__init__()
        self.config = TransformerConfig(vocab_size=vocab_size, context_length=8, n_heads=1)
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, ids):
        return torch.zeros(*ids.shape, self.config.vocab_size)


def test_a_model_that_knows_nothing_ties_with_blind_guessing(text):
    board = scoreboard({"blind": Fitted(Knowing(text.tokenizer.vocab_size), 1.0)}, text)
    blind = math.log2(text.tokenizer.vocab_size)
    assert board["blind"].bits_per_char == pytest.approx(blind)
    assert board["every token alike"].bits_per_char == pytest.approx(blind)


def test_the_worst_stands_first_and_counting_beats_blindness(text):
    ngram = NGram.fit(text.train, NGramConfig(vocab_size=text.tokenizer.vocab_size, order=3))
    board = scoreboard({"trigram": Fitted(ngram, 0.1)}, text)
    bits = [row.bits_per_char for row in board.standings]
    assert bits == sorted(bits, reverse=True)
    assert {row.name for row in board.standings} == {
        "every token alike", "gzip, compressor", "xz, compressor", "trigram",
    }  # fmt: skip
    assert board["trigram"].bits_per_char < board["every token alike"].bits_per_char


def test_what_has_no_meaning_for_a_row_is_a_dash(text, gpt):
    ngram = NGram.fit(text.train, NGramConfig(vocab_size=text.tokenizer.vocab_size, order=2))
    board = scoreboard({"GPT": Fitted(gpt, 2.0, tokens=1000), "bigram": Fitted(ngram, 0.1)}, text)
    assert board["bigram"].flops is None and board["GPT"].flops > 0
    lines = {line.split("  ")[0]: line for line in repr(board).splitlines()}
    assert "–" in lines["bigram"] and f"{gpt.num_parameters():,}" in lines["GPT"]
    assert "–" not in lines["GPT"] and "<td>GPT</td>" in board._repr_html_()


def test_the_whole_held_out_text_is_scored(text, gpt):
    ids = torch.from_numpy(text.validation.tokens.astype("int64"))
    wanted = -gpt.log_prob(ids) / (len(ids) - 1) / math.log(2)
    assert bits_per_char(gpt, text.validation) == pytest.approx(wanted)


def test_flops_are_two_for_each_weight_of_a_matrix_and_what_attention_takes(gpt):
    config = gpt.config
    matrices = sum(p.numel() for n, p in gpt.named_parameters() if p.ndim == 2)  # the head is tied
    attention = 4 * config.n_layers * config.context_length * config.d_model
    assert flops_per_token(gpt) == 2 * matrices + attention


def test_a_model_is_timed_over_the_text_that_it_writes(gpt):
    ticks = iter([10.0, 12.0])
    assert writing_speed(gpt, clock=lambda: next(ticks)) == pytest.approx(50)
