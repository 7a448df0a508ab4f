import pytest
import torch

from lmlab.interpret import record
from lmlab.models import BERT, TransformerConfig
from lmlab.pretrained import BERTEncoder, MaskedBERT

CONFIG = TransformerConfig(
    vocab_size=20,
    context_length=16,
    d_model=16,
    n_layers=2,
    n_heads=2,
    norm="layernorm",
    norm_position="post",
    embed_norm=True,
    positions="learned",
    activation="gelu",
    bias=True,
)
IDS = torch.arange(12).view(2, 6)


@pytest.fixture(params=[BERTEncoder, MaskedBERT])
def model(request):
    torch.manual_seed(0)
    return request.param(CONFIG).eval()


@torch.no_grad()
def test_what_is_added_to_the_stream_first_is_normalised(model):
    with record(model) as tape:
        model(IDS)
    embedded = tape["embedded"]
    torch.testing.assert_close(embedded.mean(-1), torch.zeros(2, 6), atol=1e-5, rtol=0)
    assert tape.attention_weights().shape == (2, 2, 6, 6)


@torch.no_grad()
def test_both_sides_are_seen_and_padding_is_not(model):
    changed = IDS.clone()
    changed[:, -1] = 19
    mask = torch.ones(2, 6, dtype=torch.bool)
    seen, unseen = model(IDS)[:, 0], model(changed)[:, 0]
    assert not torch.allclose(seen, unseen)
    mask[:, -1] = False
    masked = [model(ids, attention_mask=mask)[:, 0] for ids in (IDS, changed)]
    torch.testing.assert_close(*masked)


@torch.no_grad()
def test_the_head_is_that_of_a_bert_and_shares_the_embeddings():
    model = MaskedBERT(CONFIG)
    assert isinstance(model, BERT) and model.head.weight is model.embed.weight
    assert model(IDS).shape == (2, 6, 20)
    assert model.fill(torch.tensor([1, 2, 3]), mask_id=2).sum().item() == pytest.approx(1)
