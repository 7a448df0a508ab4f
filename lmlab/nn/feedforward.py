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
