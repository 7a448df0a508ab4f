"""Recurrent cells: a text is read token by token, and what was read is kept in a state.

The functions are one step each, with PyTorch's order of gates; the layer repeats them over a text.
Built in chapter 2.1.
"""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmlab.nn.attention import Cache
from lmlab.nn.taps import tap

CellName = Literal["rnn", "lstm", "gru"]
State = tuple[Float[Tensor, "batch d_hidden"], ...]
"""What a layer remembers: (h,), or (h, c) for the LSTM."""


def rnn_cell(
    from_x: Float[Tensor, "batch d_hidden"],
    h: Float[Tensor, "batch d_hidden"],
    weight: Float[Tensor, "d_hidden d_hidden"],
    bias: Float[Tensor, " d_hidden"],
) -> Float[Tensor, "batch d_hidden"]:
    """The next state, tanh(W x + U h + b), where `from_x` is W x.

    Source: Elman 1990.
    """
    return torch.tanh(from_x + F.linear(h, weight, bias))


def lstm_cell(
    from_x: Float[Tensor, "batch gates"],
    h: Float[Tensor, "batch d_hidden"],
    c: Float[Tensor, "batch d_hidden"],
    weight: Float[Tensor, "gates d_hidden"],
    bias: Float[Tensor, " gates"],
) -> tuple[Float[Tensor, "batch d_hidden"], Float[Tensor, "batch d_hidden"]]:
    """The next h and c, from W x + U h + b, whose four parts are i, f, g, o; `from_x` is W x.

    c = σ(f) · c + σ(i) · tanh(g): the memory forgets a share and takes in a share of what is new.
    h = σ(o) · tanh(c): a share of it is shown.
    Source: Hochreiter & Schmidhuber 1997; the forget gate f: Gers et al. 2000.
    """
    i, f, g, o = (from_x + F.linear(h, weight, bias)).chunk(4, dim=-1)  # (batch, d_hidden) each
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def gru_cell(
    from_x: Float[Tensor, "batch gates"],
    h: Float[Tensor, "batch d_hidden"],
    weight: Float[Tensor, "gates d_hidden"],
    bias: Float[Tensor, " gates"],
) -> Float[Tensor, "batch d_hidden"]:
    """The next state, z · h + (1 − z) · n: where z is near 1, what was known stays.

    `from_x`, which is W x, and U h + b have three parts each, for r, z and n:
    r = σ(W x + U h + b), z likewise, n = tanh(W x + r · (U h + b)).
    Source: Cho et al. 2014, section 2.3 (arXiv 1406.1078). There r acts on h before U; here, as in
    PyTorch, after it, so that one product with h is enough.
    """
    r_x, z_x, n_x = from_x.chunk(3, dim=-1)
    r_h, z_h, n_h = F.linear(h, weight, bias).chunk(3, dim=-1)
    r, z = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
    n = torch.tanh(n_x + r * n_h)
    return z * h + (1 - z) * n


def ssru_cell(
    from_x: Float[Tensor, "batch d_hidden"],
    f: Float[Tensor, "batch d_hidden"],
    c: Float[Tensor, "batch d_hidden"],
) -> Float[Tensor, "batch d_hidden"]:
    """The next memory, f · c + (1 − f) · W x, where `from_x` is W x, and f is made from x alone.

    No matrix waits for the state: that is what makes it quick. relu(c) is shown.
    Source: Kim et al. 2019, section 2.2 (aclanthology.org/D19-5632): a simpler SRU.
    """
    return f * c + (1 - f) * from_x


class _Kind(NamedTuple):
    step: Callable[..., Tensor | tuple[Tensor, ...]]
    parts: int
    """How many vectors of d_hidden a step computes from x and from h."""
    memories: int


_KINDS: dict[str, _Kind] = {
    "rnn": _Kind(rnn_cell, parts=1, memories=1),
    "lstm": _Kind(lstm_cell, parts=4, memories=2),
    "gru": _Kind(gru_cell, parts=3, memories=1),
}


class RecurrentLayer(nn.Module):
    """A cell that reads a text from left to right; the state after each token is its output.

    All weights start uniform in ±1/√d_hidden, as PyTorch's do. The LSTM's forget gate gets a bias
    of 1 on top of that, so that it begins by remembering (Jozefowicz et al. 2015).
    """

    def __init__(self, cell: CellName, d_in: int, d_hidden: int):
        super().__init__()
        self.cell, self.d_hidden = cell, d_hidden
        parts = _KINDS[cell].parts
        self.input_proj = nn.Linear(d_in, parts * d_hidden)
        self.state_proj = nn.Linear(d_hidden, parts * d_hidden)
        for weight in self.parameters():
            nn.init.uniform_(weight, -1 / math.sqrt(d_hidden), 1 / math.sqrt(d_hidden))
        if cell == "lstm":
            with torch.no_grad():
                self.state_proj.bias[d_hidden : 2 * d_hidden] += 1

    def forward(
        self, x: Float[Tensor, "batch time d_in"], state: State | None = None
    ) -> tuple[Float[Tensor, "batch time d_hidden"], State]:
        """The output at each time and the state after the last; without a state, it is zeros."""
        if state is None:
            state = (x.new_zeros(x.size(0), self.d_hidden),) * _KINDS[self.cell].memories
        outputs = []
        # What x contributes is computed for all times at once; only U h has to wait its turn.
        for from_x in self.input_proj(x).unbind(dim=1):
            state = self._step(from_x, state)
            outputs.append(state[0])
        return tap(self, "state", torch.stack(outputs, dim=1)), state

    def _step(self, from_x: Tensor, state: State) -> State:
        step, proj = _KINDS[self.cell].step, self.state_proj
        new = step(from_x, *state, proj.weight, proj.bias)
        return new if isinstance(new, tuple) else (new,)


class SSRU(nn.Module):
    """`ssru_cell` over a text, in the place of a decoder's attention to what it has written.

    It takes what that attention takes. A cache keeps W x and f of all tokens, from which the memory
    is made again: there is no product in that.
    """

    def __init__(self, d_model: int):
        super().__init__()
        self.input_proj = nn.Linear(d_model, d_model, bias=False)
        self.forget_proj = nn.Linear(d_model, d_model)

    def forward(
        self,
        x: Float[Tensor, "batch time d_model"],
        *,
        causal: bool = True,
        cache: Cache | None = None,
    ) -> Float[Tensor, "batch time d_model"]:
        """relu of the memory after each token of x; it never sees a later one."""
        if not causal:
            raise ValueError("causal=False: a recurrent cell reads from left to right.")
        from_x, f = self.input_proj(x), self.forget_proj(x).sigmoid()
        if cache is not None:
            kept = cache.append(from_x[:, None], f[:, None])  # (batch, 1, all times, d_model)
            from_x, f = (each[:, 0] for each in kept)
        c, states = torch.zeros_like(from_x[:, 0]), []
        for new, share in zip(from_x.unbind(dim=1), f.unbind(dim=1), strict=True):
            c = ssru_cell(new, share, c)
            states.append(c)
        return tap(self, "state", torch.stack(states[-x.size(1) :], dim=1).relu())


def truncated_gradient(
    w: Float[Tensor, ""], x: Float[Tensor, " time"], span: int
) -> Float[Tensor, ""]:
    """d(h₁ + … + h_time)/dw of the smallest RNN, hₜ = tanh(w · hₜ₋₁ + xₜ), cut every `span` steps.

    Before steps 0, span, 2 · span, … the state is detached: its value goes on, its history does
    not. Training in blocks of text does the same to a recurrent model.
    """
    w = w.detach().requires_grad_()
    h, loss = torch.zeros_like(w), torch.zeros_like(w)
    for t, x_t in enumerate(x):
        if t % span == 0:
            h = h.detach()
        h = torch.tanh(w * h + x_t)
        loss = loss + h
    (gradient,) = torch.autograd.grad(loss, w)
    return gradient
