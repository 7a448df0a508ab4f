"""The settings of a draw, and what they do to a distribution."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lmlab.generate.sampling import check_settings, probabilities, sample

Logits = Float[np.ndarray, " vocab_size"] | Float[Tensor, " vocab_size"]

_DRAWS = 10


@dataclass(frozen=True)
class Sampling:
    """The settings of a draw; None keeps all tokens. The defaults change nothing."""

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0

    def __post_init__(self):
        check_settings(self.temperature, self.top_k, self.top_p)

    def __str__(self) -> str:
        top_k, top_p = self.top_k or "off", self.top_p or "off"
        return f"temperature {self.temperature:g} · top-k {top_k} · top-p {top_p}"

    def after(self, logits: Logits) -> Float[Tensor, " vocab_size"]:
        """The distribution that a token is drawn from."""
        exact = torch.as_tensor(logits).detach().double()
        return probabilities(exact, self.temperature, self.top_k, self.top_p)

    def draws(self, logits: Logits) -> list[int]:
        """Ten tokens, each drawn as the next one."""
        generator = torch.Generator().manual_seed(self.seed)
        return sample(self.after(logits).expand(_DRAWS, -1), generator).tolist()
