import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save

from lmlab.pretrained.safetensors_file import DTYPES, read_header, read_tensor

SHAPES = st.lists(st.integers(1, 4), max_size=3)


@given(shapes=st.dictionaries(st.text("abc.", min_size=1), SHAPES, min_size=1, max_size=4))
def test_what_the_library_writes_is_read(shapes):
    kinds = list(DTYPES.values())
    tensors = {
        name: torch.arange(torch.Size(shape).numel()).view(shape).to(kinds[i % len(kinds)])
        for i, (name, shape) in enumerate(shapes.items())
    }
    content = save(tensors)
    assert read_header(content).keys() == tensors.keys()
    for name, wanted in tensors.items():
        got = read_tensor(content, name)
        assert got.dtype == wanted.dtype
        assert got.shape == wanted.shape
        assert torch.equal(got, wanted)


def test_a_tensor_that_is_not_there_names_those_that_are():
    with pytest.raises(ValueError, match="no tensor 'c'; it has a, b"):
        read_tensor(save({"a": torch.ones(1), "b": torch.ones(1)}), "c")
