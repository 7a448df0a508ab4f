import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.models import TransformerConfig
from lmlab.pretrained import BERTEncoder, LibraryTokenizer, MaskedBERT, sentence_vectors


@pytest.fixture(scope="module")
def tokenizer(word_piece) -> LibraryTokenizer:
    return LibraryTokenizer(word_piece)


@pytest.fixture(scope="module", params=[BERTEncoder, MaskedBERT])
def model(request, tokenizer) -> BERTEncoder:
    torch.manual_seed(0)
    config = TransformerConfig(
        vocab_size=tokenizer.vocab_size,
        context_length=16,
        d_model=32,
        n_layers=2,
        norm="layernorm",
        norm_position="post",
        embed_norm=True,
        positions="learned",
        activation="gelu",
        bias=True,
    )
    return request.param(config).eval()


@settings(max_examples=10)
@given(st.lists(st.text("cat snmou ", max_size=40), min_size=1, max_size=5))
def test_a_batch_gives_what_one_by_one_gives(model, tokenizer, texts):
    together = sentence_vectors(model, tokenizer, texts)
    alone = torch.cat([sentence_vectors(model, tokenizer, [text]) for text in texts])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(together.norm(dim=-1), torch.ones(len(texts)))


def test_more_texts_than_are_read_at_once(model, tokenizer):
    texts = ["cat" * (n % 5) for n in range(70)]
    vectors = sentence_vectors(model, tokenizer, texts)
    assert vectors.shape == (70, 32) and not vectors.requires_grad
    torch.testing.assert_close(vectors[5:], vectors[:-5], atol=1e-5, rtol=1e-5)


def test_a_long_text_is_cut_but_ends_as_texts_end(model, tokenizer):
    long, longer = "cat " * 14, "cat " * 99
    read = tokenizer.encode(long)
    assert len(read) == 16 == len(tokenizer.encode(longer)) - 85
    pair = sentence_vectors(model, tokenizer, [long, longer])
    torch.testing.assert_close(pair[0], pair[1])


def test_no_texts_give_no_vectors(model, tokenizer):
    assert sentence_vectors(model, tokenizer, []).shape == (0, 32)
