"""Training: objectives, optimisers, schedules, the loop, checkpoints, presets."""

from lmlab.training.config import TrainingConfig
from lmlab.training.descent import Descent, descent_path
from lmlab.training.evaluation import Score, Validation, evaluate, next_token_loss
from lmlab.training.gradients import gradient_sizes
from lmlab.training.labelled import LabelledTexts
from lmlab.training.loop import TrainingResult, train
from lmlab.training.masking import MaskedBatches, hide_tokens, mask_tokens
from lmlab.training.muon import Muon, muon_direction, orthogonalise
from lmlab.training.pairs import Pairs, shift_right
from lmlab.training.schedules import learning_rate_factor
from lmlab.training.trainer import TrainingDiverged

__all__ = [
    "Descent",
    "LabelledTexts",
    "MaskedBatches",
    "Muon",
    "Pairs",
    "Score",
    "TrainingConfig",
    "TrainingDiverged",
    "TrainingResult",
    "Validation",
    "descent_path",
    "evaluate",
    "gradient_sizes",
    "hide_tokens",
    "learning_rate_factor",
    "mask_tokens",
    "muon_direction",
    "next_token_loss",
    "orthogonalise",
    "shift_right",
    "train",
]
