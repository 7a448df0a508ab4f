"""How large a model is, what it costs to train, and how large the models of history were."""

from lmlab.scaling.accounting import (
    approximate_parameters,
    count_parameters,
    forward_flops_per_token,
    training_days,
    training_flops,
)
from lmlab.scaling.block import attention_share, block_parameters
from lmlab.scaling.growth import doubling_time, records
from lmlab.scaling.landmarks import Landmark, landmark_model, landmark_models
from lmlab.scaling.operations import matmul_flops

__all__ = [
    "Landmark",
    "approximate_parameters",
    "attention_share",
    "block_parameters",
    "count_parameters",
    "doubling_time",
    "forward_flops_per_token",
    "landmark_model",
    "landmark_models",
    "matmul_flops",
    "records",
    "training_days",
    "training_flops",
]
