"""With TensorFlow in an environment of its own, where it installs; without it, what is said."""

import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import GPT, TransformerConfig
from lmlab.pretrained import keras_layers

CHECKOUT = Path(__file__).parents[2]
PINNED = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
PINNED = PINNED["optional-dependencies"]["tensorflow"]

COMPARE = """
import torch
from lmlab.models import GPT, TransformerConfig
from lmlab.pretrained.keras_layers import to_keras

plain = dict(vocab_size=11, context_length=9, d_model=12, n_layers=2, n_heads=3, bias=True)
plain |= dict(norm="layernorm", positions="learned")
ids = torch.arange(14).view(2, 7) % 11
for place in ("pre", "post"):
    for activation in ("relu", "relu2", "gelu", "gelu_tanh"):
        torch.manual_seed(0)
        config = TransformerConfig(**plain, activation=activation, norm_position=place)
        model = GPT(config).eval().requires_grad_(False)
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
        theirs = torch.from_numpy(to_keras(model)(ids.numpy()).numpy())
        torch.testing.assert_close(theirs, model(ids), rtol=1e-4, atol=1e-4)
        assert (theirs.flip(-1) - model(ids)).abs().max() > 0.1
print("equal")
"""


@pytest.mark.long
def test_the_logits_of_keras_are_ours(tmp_path):
    """A new environment holds TensorFlow, and finds everything else in this one."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path], check=True)
    python = tmp_path / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", *PINNED]
    if subprocess.run(install, check=False).returncode:
        pytest.skip(f"{PINNED[0]} does not install here")
    packages = next((tmp_path / "lib").glob("python*")) / "site-packages"
    (packages / "zz_this.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n{CHECKOUT}\n")
    said = subprocess.check_output([python, "-c", COMPARE], text=True)
    assert said.splitlines()[-1] == "equal"


def test_without_tensorflow_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(keras_layers, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=f"pip install {PINNED[0]}"):
        keras_layers.to_keras(GPT(TransformerConfig(vocab_size=3, n_layers=1)))


@given(heads=st.integers(1, 3), width=st.integers(1, 4), d_in=st.integers(1, 5))
def test_a_split_kernel_gives_each_head_its_slice(heads, width, d_in):
    weight = torch.randn(heads * width * d_in).view(heads * width, d_in)
    kernel = keras_layers.split_kernel(weight, heads)
    for head in range(heads):
        assert torch.equal(kernel[:, head].T, weight[head * width : (head + 1) * width])
