"""How the learning rate moves during a run.

Built in chapter 3.2.
"""

import math

from lmlab.training.config import TrainingConfig


def learning_rate_factor(step: int, config: TrainingConfig) -> float:
    """The share of the highest learning rate for step 0, 1, …, steps - 1.

    It climbs in a line over `warmup_steps`, stays, and falls to 0 over the last `decay_share`.
    Source: cosine, Loshchilov & Hutter 2017; linear to zero, Bergsma et al. 2025 (2502.15938).
    """
    climb = min(1.0, (step + 1) / (config.warmup_steps + 1))
    left = (config.steps - step) / (config.decay_share * config.steps)
    return climb * _fall(min(1.0, left), config.decay)


def inverse_square_root_rate(step: int, d_model: int, warmup_steps: int) -> float:
    """The learning rate of the paper for step 1, 2, …: up in a line, then down with 1/√step.

    Wider models learn slower. Source: Vaswani et al. 2017, eq. 3 (arXiv 1706.03762). Built in
    chapter 7.
    """
    return d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)


def _fall(left: float, decay: str) -> float:
    """1 before the fall begins (left = 1), towards 0 at the end of the run (left = 0)."""
    match decay:
        case "linear":
            return left
        case "cosine":
            return 0.5 - 0.5 * math.cos(math.pi * left)
        case _:
            return 1.0
