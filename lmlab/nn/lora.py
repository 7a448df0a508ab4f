"""LoRA: a large matrix stays as it is, and a small product of two thin ones is learned beside it.

Built in chapter 5. Source: Hu et al. 2021 (arXiv 2106.09685).
"""

from collections.abc import Iterable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn

ATTENTION = ("q_proj", "k_proj", "v_proj", "out_proj")
_THIN = ("down", "up")


def lora_linear(
    x: Float[Tensor, "*batch d_in"],
    weight: Float[Tensor, "d_out d_in"],
    down: Float[Tensor, "rank d_in"],
    up: Float[Tensor, "d_out rank"],
    scale: float,
) -> Float[Tensor, "*batch d_out"]:
    """x Wᵀ + scale · (x downᵀ) upᵀ: the old layer, and a detour through `rank` numbers.

    The paper calls `down` A and `up` B, and the scale α / rank. Source: Hu et al. 2021, eq. 3.
    """
    return x @ weight.T + scale * (x @ down.T) @ up.T


def merged_weight(
    weight: Float[Tensor, "d_out d_in"],
    down: Float[Tensor, "rank d_in"],
    up: Float[Tensor, "d_out rank"],
    scale: float,
) -> Float[Tensor, "d_out d_in"]:
    """W + scale · up down: one matrix that does what layer and detour do together.

    Source: Hu et al. 2021, section 4.1.
    """
    return weight + scale * up @ down


class LoRALinear(nn.Module):
    """A linear layer that is frozen, with a detour that learns; at first the detour adds nothing.

    `scale` is α / rank. Source: Hu et al. 2021, section 4.1.
    """

    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.linear, self.scale = linear.requires_grad_(False), scale
        like = linear.weight.detach()
        self.down = nn.Parameter(torch.randn_like(like[:1].repeat(rank, 1)) / rank**0.5)
        self.up = nn.Parameter(torch.zeros_like(like[:, :1].repeat(1, rank)))

    def forward(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_out"]:
        """`lora_linear`, and the old layer's bias if it has one."""
        y = lora_linear(x, self.linear.weight, self.down, self.up, self.scale)
        return y if self.linear.bias is None else y + self.linear.bias

    def merged(self) -> nn.Linear:
        """One linear layer that does the same."""
        with torch.no_grad():
            self.linear.weight.copy_(
                merged_weight(self.linear.weight, self.down, self.up, self.scale)
            )
        return self.linear


def add_lora(
    model: nn.Module, rank: int, *, scale: float = 1.0, names: Iterable[str] = ATTENTION
) -> nn.Module:
    """Freeze `model`, and give each linear layer of these names a detour that learns; in place.

    The names are the last parts of paths: "q_proj" is that of every block. Raises ValueError when
    the model has no such layer, or has detours already.
    """
    if any(isinstance(module, LoRALinear) for module in model.modules()):
        raise ValueError("the model has LoRA detours already; fold them in with merge_lora first.")
    names = tuple(names)
    found = [
        (parent, name)
        for parent in model.modules()
        for name, child in parent.named_children()
        if name in names and isinstance(child, nn.Linear)
    ]
    if not found:
        raise ValueError(f"the model has no linear layer named {' or '.join(names)}.")
    model.requires_grad_(False)
    for parent, name in found:
        setattr(parent, name, LoRALinear(getattr(parent, name), rank, scale))
    return model


def merge_lora(model: nn.Module) -> nn.Module:
    """Fold every detour into its layer, in place: the same model, in the shape it had before."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, LoRALinear):
                setattr(parent, name, child.merged())
    return model.requires_grad_(True)


def lora_weights(model: nn.Module) -> dict[str, Tensor]:
    """What was learned, and nothing else, by the names that `load_lora` takes."""
    return {
        f"{path}.{name}": getattr(module, name).detach()
        for path, module in _detours(model)
        for name in _THIN
    }


def load_lora(model: nn.Module, weights: Mapping[str, Tensor]) -> nn.Module:
    """Put learned detours into a model that `add_lora` prepared in the same way; in place.

    Raises ValueError when names or shapes do not fit.
    """
    mine = {f"{path}.{name}": getattr(m, name) for path, m in _detours(model) for name in _THIN}
    if {n: w.shape for n, w in mine.items()} != {n: w.shape for n, w in weights.items()}:
        raise ValueError(
            f"the {len(weights)} LoRA weights do not fit the {len(mine)} of this model: prepare it "
            "with the rank and the names with which they were learned."
        )
    with torch.no_grad():
        for name, weight in mine.items():
            weight.copy_(weights[name])
    return model


def _detours(model: nn.Module) -> list[tuple[str, LoRALinear]]:
    return [(path, m) for path, m in model.named_modules() if isinstance(m, LoRALinear)]
