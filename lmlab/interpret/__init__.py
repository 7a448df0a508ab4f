"""Looking inside a model while it works, and changing what is seen."""

from lmlab.interpret.ablation import ablate, ablation_effects, head_means, loss_without
from lmlab.interpret.attribution import logit_attribution, logit_direction
from lmlab.interpret.head_outputs import value_weighted, written_by_heads
from lmlab.interpret.importance import (
    Importance,
    gradient_times_input,
    importance,
    lead,
    occlusion,
    without,
)
from lmlab.interpret.induction import induction_scores, repeated_tokens
from lmlab.interpret.lens import logit_lens, unembed
from lmlab.interpret.patching import logit_difference, patch
from lmlab.interpret.patterns import (
    attention_entropy,
    duplicate_keys,
    first_token_score,
    head_scores,
    induction_head,
    induction_keys,
    induction_score,
    offset_score,
    previous_token_score,
    weight_on,
)
from lmlab.interpret.record import Tape, record
from lmlab.interpret.residual import residual_stream
from lmlab.interpret.rollout import rollout
from lmlab.interpret.spans import locate_parts, span_shares
from lmlab.interpret.xray import XRay, xray

__all__ = [
    "Importance",
    "Tape",
    "XRay",
    "ablate",
    "ablation_effects",
    "attention_entropy",
    "duplicate_keys",
    "first_token_score",
    "gradient_times_input",
    "head_means",
    "head_scores",
    "importance",
    "induction_head",
    "induction_keys",
    "induction_score",
    "induction_scores",
    "lead",
    "locate_parts",
    "logit_attribution",
    "logit_difference",
    "logit_direction",
    "logit_lens",
    "loss_without",
    "occlusion",
    "offset_score",
    "patch",
    "previous_token_score",
    "record",
    "repeated_tokens",
    "residual_stream",
    "rollout",
    "span_shares",
    "unembed",
    "value_weighted",
    "weight_on",
    "without",
    "written_by_heads",
    "xray",
]
