"""Pictures of what a model does: an attention explorer, and figures in one style.

Takes arrays and tokens and knows no model class. Names resolve when they are first used, so that
importing this package draws nothing and loads no plotting library.
"""

from importlib import import_module

_HOME = {
    "answer_lab": "labs.answers",
    "answer_picture": "labs.answers",
    "head_view": "explorer.head_view",
    "model_view": "explorer.model_view",
    "compare": "explorer.compare",
    "timeline": "explorer.timeline",
    "rollout": "explorer.rollout",
    "View": "explorer.view",
    "logit_lens": "explorer.logit_lens",
    "ablation_lab": "explorer.ablation_lab",
    "patch_view": "explorer.patch_view",
    "generate_lab": "explorer.generate_lab",
    "attention_pattern": "explorer.pattern",
    "loss_curve": "charts.curves",
    "LiveCurve": "charts.curves",
    "picture": "figures",
    "next_token_bars": "charts.next_token",
    "size_by_date": "charts.landmarks",
    "largest_by_date": "charts.landmarks",
    "tokens_against_parameters": "charts.landmarks",
    "compute_by_date": "charts.landmarks",
    "calculator": "labs.plans",
    "head_scores": "explorer.heads",
    "bits_against_compute": "charts.ladder",
    "compare_reports": "charts.reports",
    "cost_curves": "charts.costs",
    "perplexities": "charts.ladder",
    "contexts_curve": "labs.contexts",
    "contexts_lab": "labs.contexts",
    "next_token_lab": "labs.expectations",
    "next_token_ladder": "labs.expectations",
    "memory_bars": "charts.memory",
    "merge_growth": "charts.merges",
    "parallelism": "charts.parallelism",
    "power_law": "charts.power_law",
    "exposure_by_copies": "charts.privacy",
    "privacy_curve": "charts.privacy",
    "roc_curves": "charts.privacy",
    "privacy_lab": "labs.privacy",
    "run_ratios": "charts.runs",
    "xray": "xrays.view",
    "role_lab": "labs.roles",
    "role_picture": "labs.roles",
    "Sampling": "draws",
    "sampling_bars": "labs.sampling",
    "sampling_lab": "labs.sampling",
    "sentiment_lab": "labs.sentiments",
    "sentiment_picture": "labs.sentiments",
    "coloured_texts": "labs.sentiments",
    "reliability_diagram": "charts.reliability",
    "summary_lab": "labs.summaries",
    "summary_picture": "labs.summaries",
    "translation_lab": "labs.translations",
    "injection_lab": "labs.injections",
    "share_picture": "labs.injections",
    "descent_lab": "labs.landscape",
    "descent_paths": "labs.landscape",
    "expression_graph": "charts.graph",
    "named_lines": "lines",
    "attention_steps": "labs.steps",
    "qk_view": "labs.qk",
    "MaskPainter": "labs.painter",
    "mask_painter": "labs.painter",
    "mask_picture": "labs.painter",
    "sinusoid_lab": "labs.sinusoids",
    "sinusoid_picture": "labs.sinusoids",
    "rope_lab": "labs.rope",
    "rope_picture": "labs.rope",
    "alibi_lab": "labs.alibi",
    "alibi_picture": "labs.alibi",
    "architecture": "charts.diagram",
    "architecture_diagram": "charts.diagram",
}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    """Import the module that holds `name` (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"lmlab.viz has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
