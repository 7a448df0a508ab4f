"""The sizes are those of the gradients, and the model is left as it was."""

import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.training import next_token_loss
from lmlab.training.gradients import combined_gradient, gradient_sizes

IDS = torch.tensor([[1, 2, 3, 4, 5]])


def model():
    torch.manual_seed(0)
    return GPT(TransformerConfig(vocab_size=9, context_length=8, d_model=8, n_layers=2, n_heads=2))


def test_sizes_are_the_lengths_of_the_gradients():
    gpt = model()
    found = gradient_sizes(gpt, IDS)
    loss = next_token_loss(gpt(IDS[:, :-1]), IDS[:, 1:])
    loss.backward()
    assert found.loss == loss.item()
    assert found.sizes == {name: p.grad.norm().item() for name, p in gpt.named_parameters()}


def test_the_model_keeps_no_gradient():
    gpt = model()
    gradient_sizes(gpt, IDS)
    assert all(p.grad is None for p in gpt.parameters())


def test_print_has_a_column_for_each_block():
    lines = repr(gradient_sizes(model(), IDS)).splitlines()
    assert "nats per token" in lines[0]
    cells = {line.split()[0]: len(line.split()) - 1 for line in lines[1:]}
    assert cells["attn.q_proj.weight"] == 2 and cells["embed.weight"] == 1


def test_uneven_pieces_give_the_gradient_of_the_whole_batch():
    torch.manual_seed(0)
    inputs, weight = torch.randn(7, 3), torch.randn(3, requires_grad=True)

    def gradient(rows):
        return torch.autograd.grad((rows @ weight).exp().mean(), weight)[0]

    pieces = inputs.split([1, 4, 2])
    counts = torch.tensor([len(piece) for piece in pieces])
    combined = combined_gradient(torch.stack([gradient(piece) for piece in pieces]), counts)
    torch.testing.assert_close(combined, gradient(inputs))
