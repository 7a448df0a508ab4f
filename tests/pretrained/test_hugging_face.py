"""Folders in Hugging Face's layout that cannot be read or written say why."""

import json

import pytest
from safetensors.torch import load_file, save_file

from lmlab.models import BERT, GPT, TransformerConfig
from lmlab.pretrained import export_hugging_face, import_hugging_face

LLAMA = TransformerConfig(vocab_size=9, d_model=16, n_layers=1, n_heads=2, activation="swiglu")


def test_switches_without_a_counterpart_are_named(tmp_path):
    model = GPT(TransformerConfig(vocab_size=9, d_model=16, qk_norm=True))
    with pytest.raises(ValueError, match="no class for this mix of switches"):
        export_hugging_face(model, tmp_path)


def test_unknown_families_are_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "mamba"}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(ValueError, match="model_type 'mamba' is not known"):
        import_hugging_face(tmp_path)


def test_a_pickle_is_refused_with_the_way_to_convert_it(tmp_path):
    export_hugging_face(GPT(LLAMA), tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(ValueError, match="pytorch_model.bin, a pickle.*save_pretrained"):
        import_hugging_face(tmp_path)


def test_a_folder_without_weights_is_refused(tmp_path):
    export_hugging_face(GPT(LLAMA), tmp_path)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match="has no model.safetensors"):
        import_hugging_face(tmp_path)


def test_damaged_weights_are_refused(tmp_path):
    export_hugging_face(GPT(LLAMA), tmp_path)
    path = tmp_path / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ValueError, match="model.safetensors is damaged"):
        import_hugging_face(tmp_path)


def test_weights_of_another_shape_are_refused_by_name(tmp_path):
    export_hugging_face(GPT(LLAMA), tmp_path)
    path = tmp_path / "model.safetensors"
    weights = load_file(path)
    weights["model.norm.weight"] = weights["model.norm.weight"][:8].clone()
    save_file(weights, path)
    with pytest.raises(ValueError, match=r"final_norm.weight is \(8,\), but config.json .*16"):
        import_hugging_face(tmp_path)


@pytest.mark.parametrize(
    "change, said",
    [
        ({"rope_parameters": {"rope_type": "yarn"}}, "RoPE scaling of type 'yarn'"),
        ({"hidden_act": "gelu"}, "activation 'gelu' is not supported"),
        ({"hidden_size": None}, "d_model=None"),
        ({"use_sliding_window": True}, "sliding window"),
    ],
)
def test_what_our_llama_cannot_do_is_refused(tmp_path, change, said):
    export_hugging_face(GPT(LLAMA), tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match=said):
        import_hugging_face(tmp_path)


def test_a_config_that_lacks_a_name_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "gpt2", "vocab_size": 9}')
    with pytest.raises(ValueError, match="names no n_positions"):
        import_hugging_face(tmp_path)


def test_a_model_that_transformers_does_not_know_is_not_written(tmp_path):
    config = LLAMA.replace(norm="layernorm", positions="learned", bias=True, activation="gelu")
    with pytest.raises(ValueError, match="no class for a BERT of ours"):
        export_hugging_face(BERT(config), tmp_path / "out")
    assert not (tmp_path / "out").exists()
