"""Feed-forward: what each position does by itself with what attention brought it.

Built in chapter 2.3.
"""

from collections.abc import Callable
from functools import partial

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmlab.nn.taps import tap


def relu2(x: Tensor) -> Tensor:
    """max(0, x)². Source: So et al. 2021, section 3.2 (arXiv 2109.08668)."""
    return F.relu(x) * x  # the same, and half the work of squaring when gradients are taken


def feed_forward(
    x: Float[Tensor, "*batch d_model"],
    keys: Float[Tensor, "d_ff d_model"],
    values: Float[Tensor, "d_ff d_model"],
) -> Float[Tensor, "*batch d_model"]:
    """relu²(x keysᵀ) values: each hidden unit has a key, which x may match, and writes its value.

    No softmax: any number of units may be on, or none. A `FeedForward` has the keys in
    up_proj.weight and the values in down_proj.weight.T.
    Source: Geva et al. 2021, eq. 2 (arXiv 2012.14913), with relu² for their relu.
    """
    matches = relu2(x @ keys.T)  # (*batch, d_ff)
    return matches @ values


def swiglu(
    x: Float[Tensor, "*batch d_model"],
    gate: Float[Tensor, "d_ff d_model"],
    up: Float[Tensor, "d_ff d_model"],
    down: Float[Tensor, "d_model d_ff"],
) -> Float[Tensor, "*batch d_model"]:
    """(silu(x gateᵀ) · x upᵀ) downᵀ, with silu(z) = z · sigmoid(z): one layer gates another.

    The weights are as `nn.Linear` keeps them: (out, in).
    Source: Shazeer 2020, eq. 6 (arXiv 2002.05202).
    """
    hidden = F.silu(x @ gate.T) * (x @ up.T)  # (*batch, d_ff)
    return hidden @ down.T


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),  # the form that GPT-2 was trained with
    "relu2": relu2,
    "swiglu": F.silu,  # the gate of a gated feed-forward
}


class FeedForward(nn.Module):
    """down(activation(up(x))); with "swiglu", down(silu(gate(x)) · up(x)).

    Source: Vaswani et al. 2017, eq. 2; the gated form: Shazeer 2020, eq. 6 (arXiv 2002.05202).
    """

    def __init__(self, d_model: int, d_ff: int, activation: str = "gelu", bias: bool = False):
        super().__init__()
        self.activation = ACTIVATIONS[activation]
        self.up_proj = nn.Linear(d_model, d_ff, bias=bias)
        self.gate_proj = nn.Linear(d_model, d_ff, bias=bias) if activation == "swiglu" else None
        self.down_proj = nn.Linear(d_ff, d_model, bias=bias)

    def forward(self, x: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch d_model"]:
        """Each position by itself: d_model → d_ff → d_model."""
        if self.gate_proj is None:
            hidden = self.activation(self.up_proj(x))
        else:
            hidden = self.activation(self.gate_proj(x)) * self.up_proj(x)
        return tap(self, "out", self.down_proj(tap(self, "hidden", hidden)))
