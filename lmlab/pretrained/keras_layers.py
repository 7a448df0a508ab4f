"""A GPT built from Keras's layers on TensorFlow, with the weights of one of ours.

TensorFlow is large and nothing else here needs it, so it is no part of the installation:
`is_here` says whether it is there. Built in chapter 7.
"""

import os
from importlib.util import find_spec
from typing import Any

from jaxtyping import Float
from torch import Tensor

from lmlab.models import GPT
from lmlab.pretrained.torch_modules import require_plain

WITHOUT = (
    "TensorFlow is not installed. To have it: .venv/bin/pip install tensorflow-cpu==2.21.0 (some "
    "260 MB), then start the kernel anew."
)


def is_here() -> bool:
    """Whether TensorFlow, and Keras with it, is installed."""
    return find_spec("tensorflow") is not None and find_spec("keras") is not None


def to_keras(model: GPT) -> Any:
    """The same model as a `keras.Model` on TensorFlow: ids, (batch, time), to logits.

    Raises ModuleNotFoundError without TensorFlow, and ValueError for a model that Keras's
    `MultiHeadAttention` and `LayerNormalization` cannot be.
    """
    if not is_here():
        raise ModuleNotFoundError(WITHOUT)
    config = model.config
    require_plain(config, "Keras's MultiHeadAttention")
    keras = _keras()
    ids = keras.Input((None,), dtype="int32")
    parts = _Parts(keras, model)
    places = keras.layers.Lambda(lambda ids: keras.ops.arange(keras.ops.shape(ids)[1]))(ids)
    x = parts.embedding("embed")(ids) + parts.embedding("positions")(places)
    for layer in range(config.n_layers):
        x = _block(parts, f"blocks.{layer}", x, pre=config.norm_position == "pre")
    if config.norm_position == "pre":
        x = parts.norm("final_norm")(x)
    return keras.Model(ids, parts.dense("head")(x))


def split_kernel(
    weight: Float[Tensor, "d_model d_in"], n_heads: int
) -> Float[Tensor, "d_in n_heads d_head"]:
    """A projection as Keras keeps it: (in, heads, width of a head).

    Ours is (out, in), as `nn.Linear` has it: Keras multiplies x W where PyTorch multiplies x Wᵀ,
    and gives each head an axis of its own. Built in chapter 7.
    """
    return weight.T.unflatten(-1, (n_heads, -1))


def _keras() -> Any:
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    return keras


def _block(parts: "_Parts", name: str, x: Any, *, pre: bool) -> Any:
    """Attention and feed-forward, each with its norm before it, or behind the sum."""
    attend, norm = parts.attention(f"{name}.attn"), parts.norm(f"{name}.attn_norm")
    up, down = parts.dense(f"{name}.mlp.up_proj"), parts.dense(f"{name}.mlp.down_proj")
    mlp_norm, act = parts.norm(f"{name}.mlp_norm"), parts.activation()
    if pre:
        y = norm(x)
        x = x + attend(y, y, use_causal_mask=True)
        return x + down(act(up(mlp_norm(x))))
    x = norm(x + attend(x, x, use_causal_mask=True))
    return mlp_norm(x + down(act(up(x))))


class _Parts:
    """Keras's layers, each filled with the weights of the part of ours that bears the name."""

    def __init__(self, keras: Any, model: GPT):
        self.keras, self.config = keras, model.config
        self.weights = {name: value.detach().cpu() for name, value in model.state_dict().items()}

    def embedding(self, name: str) -> Any:
        weight = self.weights[f"{name}.weight"].numpy()
        return self._filled(self.keras.layers.Embedding(*weight.shape), (None,), weight)

    def norm(self, name: str) -> Any:
        layer = self.keras.layers.LayerNormalization(epsilon=self.config.norm_eps)
        values = (self.weights[f"{name}.{kind}"].numpy() for kind in ("weight", "bias"))
        return self._filled(layer, (None, None, self.config.d_model), *values)

    def dense(self, name: str) -> Any:
        """The head alone has no bias."""
        weight = self.weights[f"{name}.weight"].T.numpy()
        biases = [self.weights[f"{name}.bias"].numpy()] if f"{name}.bias" in self.weights else []
        layer = self.keras.layers.Dense(weight.shape[1], use_bias=bool(biases))
        return self._filled(layer, (None, None, weight.shape[0]), weight, *biases)

    def activation(self) -> Any:
        ops, name = self.keras.ops, self.config.activation
        return {
            "relu": ops.relu,
            "relu2": lambda x: ops.square(ops.relu(x)),
            "gelu": lambda x: ops.gelu(x, approximate=False),
            "gelu_tanh": lambda x: ops.gelu(x, approximate=True),
        }[name]

    def attention(self, name: str) -> Any:
        config, shape = self.config, (None, None, self.config.d_model)
        layer = self.keras.layers.MultiHeadAttention(config.n_heads, config.d_head)
        layer.build(query_shape=shape, value_shape=shape, key_shape=shape)
        layer.set_weights([value.numpy() for value in self._projections(name)])
        return layer

    def _projections(self, name: str):
        """In Keras's order: query, key, value, output; each its kernel, then its bias."""
        heads = self.config.n_heads
        for part in "qkv":
            yield split_kernel(self.weights[f"{name}.{part}_proj.weight"], heads)
            yield self.weights[f"{name}.{part}_proj.bias"].unflatten(0, (heads, -1))
        yield self.weights[f"{name}.out_proj.weight"].T.unflatten(0, (heads, -1))
        yield self.weights[f"{name}.out_proj.bias"]

    def _filled(self, layer: Any, shape: tuple, *values: Any) -> Any:
        layer.build(shape)
        layer.set_weights(list(values))
        return layer
