"""A vector of length 1 for each text and layer, whatever the company in the batch."""

import pytest
import torch

from lmlab.models import TransformerConfig
from lmlab.pretrained import BERTEncoder
from lmlab.tasks.sentiment.layer_vectors import layer_vectors
from lmlab.text import ByteTokenizer

TOKENIZER = ByteTokenizer()


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    shape = {"d_model": 8, "n_layers": 3, "n_heads": 2, "context_length": 20}
    return BERTEncoder(TransformerConfig(vocab_size=TOKENIZER.vocab_size, **shape))


def test_each_layer_gives_a_vector_of_length_one(encoder):
    vectors = layer_vectors(encoder, TOKENIZER, ["a", "good film"])
    assert vectors.shape == (2, 3, 8)
    torch.testing.assert_close(vectors.norm(dim=-1), torch.ones(2, 3))


def test_company_changes_nothing_and_order_is_kept(encoder):
    texts = ["a longer text", "b", "a film"]
    together = layer_vectors(encoder, TOKENIZER, texts)
    alone = torch.cat([layer_vectors(encoder, TOKENIZER, [text]) for text in texts])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    assert not any(block._forward_hooks for block in encoder.blocks)


def test_what_cannot_be_read_is_refused(encoder):
    with pytest.raises(ValueError, match="has 21 tokens"):
        layer_vectors(encoder, TOKENIZER, ["x" * 21])
