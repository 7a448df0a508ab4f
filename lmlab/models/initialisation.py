"""Every initialisation in one place.

weights            normal, σ = 0.02 (GPT-2; Radford et al. 2019)
biases             0
norms              weight 1, bias 0 (by their constructors)
into the residual  normal, σ = 0.02 / √(2 · n_layers), so that the stream does not grow with
                   depth (GPT-2, section 2.3); or 0, so that each block starts as the identity
"""

import math

from torch import nn

from lmlab.models.config import TransformerConfig

WRITES_TO_RESIDUAL = ("out_proj", "down_proj")
SIGMA = 0.02


def initialise(model: nn.Module, config: TransformerConfig) -> None:
    """Give every linear and embedding layer of `model` its starting weights."""
    for name, module in model.named_modules():
        if not isinstance(module, nn.Linear | nn.Embedding):
            continue
        if name.endswith(WRITES_TO_RESIDUAL):
            _initialise_output(module, config)
        else:
            nn.init.normal_(module.weight, std=SIGMA)
        if getattr(module, "bias", None) is not None:
            nn.init.zeros_(module.bias)


def _initialise_output(module: nn.Module, config: TransformerConfig) -> None:
    match config.output_init:
        case "scaled":
            nn.init.normal_(module.weight, std=SIGMA / math.sqrt(2 * config.n_layers))
        case "zero":
            nn.init.zeros_(module.weight)
