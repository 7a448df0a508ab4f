"""Training that no single example can be read out of: DP-SGD. See chapter 8.2."""

from lmlab.training.privacy.accounting import epsilon_after, group_privacy
from lmlab.training.privacy.dp_sgd import (
    Privacy,
    PrivateResult,
    clip_each,
    noisy_gradient,
    train_privately,
)
from lmlab.training.privacy.per_example import per_example_gradients

__all__ = [
    "Privacy",
    "PrivateResult",
    "clip_each",
    "epsilon_after",
    "group_privacy",
    "noisy_gradient",
    "per_example_gradients",
    "train_privately",
]
