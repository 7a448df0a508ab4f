"""Int8: each weight of a linear layer in one byte instead of four, for a model that only writes.

For one new token a model reads all its weights once and multiplies each but once: what it waits for
is memory, and a quarter of the bytes is a quarter of the wait. What is rounded is lost, so the loss
rises a little: measure it. Source: Dettmers et al. 2022, section 2.1 (arXiv 2208.07339), whose
outliers stay in 16 bits, here in 8 as all others.
"""

import warnings

import torch
from jaxtyping import Float, Int8
from torch import Tensor, nn

LARGEST = 127
"""Of a weight's whole number; the smallest is -127."""
LARGEST_INPUT = 63
"""Of an input's: 7 bits, for processors whose sums of two products have 16."""


def to_whole_numbers(
    rows: Float[Tensor, "*batch width"], largest: int
) -> tuple[Float[Tensor, "*batch width"], Float[Tensor, "*batch 1"]]:
    """Whole numbers from -largest to largest and, for each row, the scale that brings it back.

    rows ≈ numbers · scale, and wrong by half a scale at most. A row of zeros stays one.
    """
    scale = _scale(rows, largest)
    return (rows / scale).round(), scale


def int8_linear(
    x: Float[Tensor, "*batch d_in"],
    weight: Int8[Tensor, "d_out d_in"],
    scale: Float[Tensor, " d_out"],
) -> Float[Tensor, "*batch d_out"]:
    """x Wᵀ with W = weight · scale, one scale for each output, and x rounded row by row as well.

    What the fast kernel computes, step by step: products and sums of whole numbers, then scales.
    """
    numbers, x_scale = to_whole_numbers(x, LARGEST_INPUT)
    return numbers @ weight.T.float() * x_scale * scale


class Int8Linear(nn.Module):
    """A linear layer in int8, for use without gradients.

    PyTorch's kernel wants its own copy of the weights, in its own order: two bytes a weight in all.
    """

    def __init__(self, linear: nn.Linear):
        super().__init__()
        numbers, scale = to_whole_numbers(linear.weight.detach().float(), LARGEST)
        self.register_buffer("weight", numbers.to(torch.int8))
        self.register_buffer("scale", scale.squeeze(-1))
        self.register_buffer("bias", None if linear.bias is None else linear.bias.detach().clone())
        self._packed = _pack(numbers * scale, self.scale) if _has_kernel(linear.weight) else None

    def forward(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_out"]:
        """`int8_linear`, and the bias if there is one."""
        if x.requires_grad:
            raise ValueError(
                "an int8 layer passes no gradient on: take gradients of the model as it was before "
                "`quantise`, or compute under torch.no_grad()."
            )
        if self._packed is None or x.device.type != "cpu":
            y = int8_linear(x, self.weight, self.scale)
        else:
            x_scale = _scale(x, LARGEST_INPUT)
            # Of the operators for it this one alone leaves the scale of the inputs to the caller;
            # its numbers have no sign: LARGEST_INPUT + 1 is its zero.
            multiply = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32
            y = multiply(x / x_scale, 1.0, LARGEST_INPUT + 1, self._packed) * x_scale
        return y if self.bias is None else y + self.bias


def quantise(model: nn.Module) -> nn.Module:
    """Give every linear layer of `model` int8 weights, in place; embeddings and norms stay.

    The model can then write and be scored, but not be trained. Raises ValueError when there is no
    linear layer left to do, or when it computes in another precision than float32.
    """
    found = [
        (parent, name)
        for parent in model.modules()
        for name, child in parent.named_children()
        if isinstance(child, nn.Linear)
    ]
    if not found:
        raise ValueError("the model has no linear layer: was it quantised before?")
    if other := {getattr(*each).weight.dtype for each in found} - {torch.float32}:
        raise ValueError(f"the model computes in {other.pop()}; quantise it in float32: .float().")
    for parent, name in found:
        setattr(parent, name, Int8Linear(getattr(parent, name)))
    return model.requires_grad_(False)


def _scale(rows: Tensor, largest: int) -> Tensor:
    """Each row's largest number, divided by what is to become of it."""
    most = torch.linalg.vector_norm(rows, torch.inf, dim=-1, keepdim=True)
    return most.clamp(min=torch.finfo(rows.dtype).tiny * largest) / largest


def _has_kernel(weight: Tensor) -> bool:
    """x86 has one for the processor; elsewhere the plain product gives the same numbers."""
    return weight.device.type == "cpu" and "fbgemm" in torch.backends.quantized.supported_engines


def _pack(weight: Tensor, scale: Tensor):
    """The weights as the kernel wants them."""
    zeros = torch.zeros(len(scale), dtype=torch.long)
    with warnings.catch_warnings():  # PyTorch means to drop this type; our version of it is pinned
        warnings.simplefilter("ignore", UserWarning)
        numbers = torch.quantize_per_channel(weight, scale.double(), zeros, 0, torch.qint8)
    return torch.ops.quantized.linear_prepack(numbers, None)
