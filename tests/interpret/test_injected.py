"""Where the last token looks in a prompt with an attack."""

import pytest
import tokenizers
import torch
from tokenizers import decoders
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel

from lmlab.interpret.injected import attention_under, injected_attention
from lmlab.models import GPT, TransformerConfig
from lmlab.pretrained import LibraryTokenizer
from lmlab.tasks.injection.prompts import ATTACKS

TURNS = "{% for turn in messages %}{{ turn.content }}\n{% endfor %}"


@pytest.fixture
def letters():
    """A tokenizer with a token for each byte."""
    alphabet = {letter: id for id, letter in enumerate(sorted(ByteLevel.alphabet()))}
    library = tokenizers.Tokenizer(BPE(alphabet, []))
    library.pre_tokenizer = ByteLevel(add_prefix_space=False)
    library.decoder = decoders.ByteLevel()
    return LibraryTokenizer(library, chat_template=TURNS)


@pytest.fixture
def model():
    torch.manual_seed(0)
    config = TransformerConfig(vocab_size=256, context_length=700, d_model=8, n_layers=2, n_heads=2)
    return GPT(config).eval()


@pytest.mark.parametrize("kind", ATTACKS)
def test_every_part_has_a_share_of_the_tokens_and_of_the_attention(kind, model, letters):
    tokens, shares = attention_under(model, letters, "Ada ran.", kind)
    wanted = ["order", "story", "attack", "question"]
    assert list(tokens) == [part for part in wanted if part != "attack" or kind != "none"]
    assert shares.shape == (2, 2, len(tokens))
    assert 0.5 < sum(tokens.values()) < 1  # "Story:" and the line breaks are in no part
    assert (shares.sum(-1) < 1).all() and (shares > 0).all()


def test_the_shipped_shares_add_up_to_less_than_one():
    shares = injected_attention()["shares"]
    assert shares.keys() == ATTACKS.keys()
    for parts in shares.values():
        assert 0 < sum(part["attention"] for part in parts.values()) < 1
        assert 0 < sum(part["tokens"] for part in parts.values()) < 1
