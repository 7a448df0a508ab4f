import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import GPT, TransformerConfig
from lmlab.nn.embedding import cosine_similarities, one_hot, read_out


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_a_one_hot_row_times_a_table_is_a_look_up(ids):
    ids = torch.tensor([ids, ids[::-1]])
    table = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(one_hot(ids, 5) @ table, table[ids])


def test_cosines_know_directions_and_not_lengths():
    table = torch.tensor([[1.0, 0.0], [5.0, 0.0], [0.0, 0.1], [-2.0, 0.0], [3.0, 3.0]])
    wanted = torch.tensor([1.0, 1.0, 0.0, -1.0, 0.5**0.5])
    torch.testing.assert_close(cosine_similarities(table, 0), wanted)


def test_reading_out_is_what_a_model_does_at_its_last_position():
    torch.manual_seed(0)
    config = TransformerConfig(vocab_size=7, context_length=8, d_model=8, n_layers=1, n_heads=2)
    model = GPT(config).eval()
    ids = torch.tensor([[3, 1, 4], [1, 5, 6]])
    with torch.no_grad():
        probs = read_out(model.hidden(ids, causal=True), model.head.weight)
        torch.testing.assert_close(probs, model(ids)[:, -1].softmax(dim=-1))
