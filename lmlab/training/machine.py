"""What to compute with."""

import torch


def best_device() -> torch.device:
    """A CUDA device when there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def use_threads(threads: int | None) -> None:
    """Let PyTorch use so many processor threads; None leaves it to PyTorch."""
    if threads is not None:
        if threads < 1:
            raise ValueError(f"threads={threads} must be 1 or more.")
        torch.set_num_threads(threads)
