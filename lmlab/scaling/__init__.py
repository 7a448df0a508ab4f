"""How large a model is, what it costs to train, and how large the models of history were."""

from lmlab.scaling.accounting import (
    approximate_parameters,
    count_parameters,
    forward_flops_per_token,
    training_days,
    training_flops,
)
from lmlab.scaling.block import attention_share, block_parameters
from lmlab.scaling.compute_optimal import BESIROGLU, HOFFMANN, LossLaw, Optimum, chinchilla, kaplan
from lmlab.scaling.flops import forward_flops, model_flops_per_token, step_flops
from lmlab.scaling.growth import doubling_time, records
from lmlab.scaling.landmarks import Landmark, landmark_model, landmark_models
from lmlab.scaling.memory import Memory, activation_bytes, training_memory
from lmlab.scaling.memory_measured import measured_memory
from lmlab.scaling.operations import matmul_flops
from lmlab.scaling.parallelism import Mix, all_reduce_seconds, bubble_share
from lmlab.scaling.plans import Plan, plan
from lmlab.scaling.power_law import PowerLaw, fit_power_law
from lmlab.scaling.published import benchmarks, published_runs
from lmlab.scaling.search import fastest_plan

__all__ = [
    "BESIROGLU",
    "HOFFMANN",
    "Landmark",
    "LossLaw",
    "Memory",
    "Mix",
    "Optimum",
    "Plan",
    "PowerLaw",
    "activation_bytes",
    "all_reduce_seconds",
    "approximate_parameters",
    "attention_share",
    "benchmarks",
    "block_parameters",
    "bubble_share",
    "chinchilla",
    "count_parameters",
    "doubling_time",
    "fastest_plan",
    "fit_power_law",
    "forward_flops",
    "forward_flops_per_token",
    "kaplan",
    "landmark_model",
    "landmark_models",
    "matmul_flops",
    "measured_memory",
    "model_flops_per_token",
    "plan",
    "published_runs",
    "records",
    "step_flops",
    "training_days",
    "training_flops",
    "training_memory",
]
