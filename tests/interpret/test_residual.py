import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.interpret.residual import residual_stream

SIZES = st.integers(1, 5)


@given(SIZES, SIZES, SIZES)
def test_each_entry_is_the_one_before_and_an_update(parts, time, d_model):
    generator = torch.Generator().manual_seed(parts + 10 * time + 100 * d_model)
    embedded = torch.randn(time, d_model, generator=generator)
    updates = torch.randn(parts, time, d_model, generator=generator)
    stream = residual_stream(embedded, updates)
    assert torch.equal(stream[0], embedded)
    assert torch.equal(stream[1:], stream[:-1] + updates)


def test_without_updates_the_stream_is_what_was_embedded():
    stream = residual_stream(torch.ones(2, 3), torch.empty(0, 2, 3))
    assert torch.equal(stream, torch.ones(1, 2, 3))
