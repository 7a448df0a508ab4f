"""The gradient of each example: as a loop finds it, and as Opacus does."""

import pytest
import torch
from opacus.grad_sample import GradSampleModule
from torch import nn

from lmlab.models import GPT, TransformerConfig
from lmlab.training import next_token_loss
from lmlab.training.privacy.per_example import in_pieces, per_example_gradients


def gpt(**settings):
    shape = dict(vocab_size=11, context_length=8, d_model=8, n_layers=2, n_heads=2)
    torch.manual_seed(0)
    return GPT(TransformerConfig(**{**shape, **settings}))


@pytest.fixture
def batch():
    """Rows of different lengths: the end of the second one does not count."""
    torch.manual_seed(1)
    ids, targets = torch.randint(11, (2, 3, 6))
    targets[1, 3:] = -100
    return ids, targets


def by_a_loop(model, ids, targets):
    rows = []
    for row, aim in zip(ids, targets, strict=True):
        loss = next_token_loss(model(row[None]), aim[None])
        grads = torch.autograd.grad(loss, list(model.parameters()))
        rows.append(torch.cat([grad.flatten() for grad in grads]))
    return torch.stack(rows)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"qk_norm": True, "positions": "alibi", "tied_embeddings": False},
        {"positions": "learned", "norm": "layernorm", "activation": "swiglu", "bias": True},
        {"n_kv_heads": 1, "norm_position": "post"},
    ],
)
def test_they_are_those_of_a_loop_over_the_examples(settings, batch):
    model = gpt(**settings)
    torch.testing.assert_close(
        per_example_gradients(model, *batch), by_a_loop(model, *batch), atol=1e-6, rtol=1e-4
    )


def test_their_mean_is_the_gradient_of_the_mean_loss(batch):
    model, (ids, _) = gpt(), batch
    next_token_loss(model(ids), ids).backward()  # all rows of one length: a mean of means
    mean = in_pieces(per_example_gradients(model, ids, ids).mean(dim=0), model)
    for p, piece in zip(model.parameters(), mean, strict=True):
        torch.testing.assert_close(piece, p.grad, atol=1e-6, rtol=1e-4)


class Small(nn.Module):
    """Of layers that Opacus knows: an embedding, a norm, two linear layers."""

    def __init__(self):
        super().__init__()
        self.embed, self.norm = nn.Embedding(11, 8), nn.LayerNorm(8)
        self.wide, self.head = nn.Linear(8, 16), nn.Linear(16, 11)

    def forward(self, ids):
        return self.head(torch.relu(self.wide(self.norm(self.embed(ids)))))


def test_they_are_those_of_opacus(batch):
    ids, targets = batch
    torch.manual_seed(0)
    theirs = GradSampleModule(Small(), loss_reduction="sum")
    losses = [
        next_token_loss(logits[None], aim[None])
        for logits, aim in zip(theirs(ids), targets, strict=True)
    ]
    sum(losses).backward()
    found = torch.cat([p.grad_sample.flatten(1) for p in theirs.parameters()], dim=1)
    torch.manual_seed(0)
    ours = per_example_gradients(Small(), ids, targets)
    torch.testing.assert_close(ours, found.detach(), atol=1e-6, rtol=1e-5)


def test_rows_that_say_different_things_have_different_gradients(batch):
    first, second, _ = per_example_gradients(gpt(), *batch)
    assert (first - second).norm() > 0.1 * first.norm()


def test_an_unknown_token_is_named_as_outside_of_vmap(batch):
    ids, targets = batch
    ids[2, 1] = 99
    with pytest.raises(ValueError, match=r"token id 99 is outside 0…10"):
        per_example_gradients(gpt(), ids, targets)


def test_pieces_have_the_shapes_of_the_weights_and_lose_nothing():
    model = gpt()
    row = torch.arange(sum(p.numel() for p in model.parameters())).float()
    pieces = in_pieces(row, model)
    assert [piece.shape for piece in pieces] == [p.shape for p in model.parameters()]
    assert torch.equal(torch.cat([piece.flatten() for piece in pieces]), row)
