"""Marian files in 8 bits: matrices come back within half a step, and a spoiled file is refused."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.pretrained.marian_file import INT8, read_marian

SETTINGS = "dec-cell: ssru\nenc-depth: 6\ninput-types:\n  - 1\n"


@pytest.fixture
def weights():
    torch.manual_seed(0)
    return {"Wemb": torch.randn(7, 4), "some_W": torch.randn(4, 6), "some_b": torch.randn(6)}


def test_matrices_are_turned_as_linear_layers_want_them(write_marian, weights, tmp_path):
    found, _ = read_marian(write_marian(tmp_path / "m.bin", weights, SETTINGS))
    assert list(found) == list(weights)
    assert torch.equal(found["some_b"], weights["some_b"])
    for name, expected in (("Wemb", weights["Wemb"]), ("some_W", weights["some_W"].T)):
        half_a_step = float(expected.abs().max() / 127 / 2) + 1e-6
        torch.testing.assert_close(found[name], expected, atol=half_a_step, rtol=0)


def test_settings_stand_in_the_file(write_marian, weights, tmp_path):
    _, found = read_marian(write_marian(tmp_path / "m.bin", weights, SETTINGS))
    assert found == {"dec-cell": "ssru", "enc-depth": "6"}


def test_another_version_is_refused(write_marian, weights, tmp_path):
    path = write_marian(tmp_path / "m.bin", weights, SETTINGS, version=2)
    with pytest.raises(ValueError, match=r"m\.bin is no whole Marian file .* version is 2, not 1"):
        read_marian(path)


def test_a_matrix_of_another_kind_is_refused(write_marian, weights, tmp_path):
    path = write_marian(tmp_path / "m.bin", weights, SETTINGS)
    content = path.read_bytes()
    assert INT8.to_bytes(8, "little") in content
    path.write_bytes(content.replace(INT8.to_bytes(8, "little"), (0x402).to_bytes(8, "little")))
    with pytest.raises(ValueError, match="Wemb is of kind 0x402"):
        read_marian(path)


@settings(max_examples=25)
@given(share=st.floats(0, 0.97))
def test_a_file_that_is_cut_short_is_refused(write_marian, tmp_path_factory, share):
    path = tmp_path_factory.mktemp("cut") / "m.bin"
    write_marian(path, {"Wemb": torch.ones(9, 4), "some_W": torch.ones(30, 30)}, "")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * (len(whole) - 40))])
    with pytest.raises(ValueError, match="no whole Marian file"):
        read_marian(path)
