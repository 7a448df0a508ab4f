"""A model as a folder: what is written is read back, what is damaged is refused with a sentence."""

import json

import pytest
import torch

from lmlab.models import GPT, TransformerConfig


@pytest.fixture
def model():
    torch.manual_seed(0)
    return GPT(TransformerConfig(vocab_size=11, context_length=8, d_model=8, n_layers=1, n_heads=2))


@pytest.fixture
def folder(model, tmp_path):
    return model.save_pretrained(tmp_path / "model")


def test_round_trip(model, folder):
    ids = torch.randint(11, (2, 8))
    again = GPT.from_pretrained(folder)
    assert again.config == model.config and not again.training
    assert torch.equal(again(ids), model.eval()(ids))
    assert again.head.weight is again.embed.weight


def test_half_precision_on_disk_becomes_float32_in_memory(model, tmp_path):
    folder = model.save_pretrained(tmp_path / "half", dtype=torch.float16)
    again = GPT.from_pretrained(folder)
    assert again.embed.weight.dtype == torch.float32
    torch.testing.assert_close(again.embed.weight, model.embed.weight, atol=1e-3, rtol=1e-3)


def test_truncated_weights_are_refused(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(ValueError, match="model.safetensors is damaged"):
        GPT.from_pretrained(folder)


def test_weights_of_another_shape_are_refused(folder):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"vocab_size": 12}))
    with pytest.raises(ValueError, match=r"embed.weight is \(11, 8\), but config.json makes it"):
        GPT.from_pretrained(folder)


def test_missing_weights_are_named(folder):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"n_layers": 2}))
    with pytest.raises(ValueError, match="lacks blocks.1.attn"):
        GPT.from_pretrained(folder)


@pytest.mark.parametrize(
    "config, message",
    [
        ("{", "is no model config"),
        ("[]", "is no model config"),
        ('{"architecture": "BERT", "vocab_size": 3}', "of kind 'BERT', not 'GPT'"),
        ('{"architecture": "GPT", "vocab_size": 3, "depth": 3}', "depth: no field"),
    ],
)
def test_foreign_configs_are_refused(folder, config, message):
    (folder / "config.json").write_text(config)
    with pytest.raises(ValueError, match=message):
        GPT.from_pretrained(folder)


def test_pickled_weights_are_refused_with_the_way_out(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match="a pickle, which can run any code"):
        GPT.from_pretrained(folder)


def test_what_is_not_there_is_said(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="is not a folder"):
        GPT.from_pretrained(tmp_path / "nowhere")
    (folder / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match="has no model.safetensors"):
        GPT.from_pretrained(folder)


def test_a_failed_save_keeps_the_old_model(model, folder, monkeypatch):
    before = (folder / "model.safetensors").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="was not saved .No space left on device."):
        model.save_pretrained(folder)
    assert (folder / "model.safetensors").read_bytes() == before
    assert sorted(p.name for p in folder.iterdir()) == ["config.json", "model.safetensors"]
