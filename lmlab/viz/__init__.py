"""Pictures of what a model does: an attention explorer, and figures in one style.

Takes arrays and tokens and knows no model class. Names resolve when they are first used, so that
importing this package draws nothing and loads no plotting library.
"""

from importlib import import_module

_HOME = {
    "head_view": "view",
    "View": "view",
    "attention_pattern": "attention",
    "loss_curve": "curves",
    "LiveCurve": "curves",
    "picture": "figures",
    "next_token_bars": "next_token",
    "size_by_date": "landmarks",
    "largest_by_date": "landmarks",
    "tokens_against_parameters": "landmarks",
    "compute_by_date": "landmarks",
    "calculator": "plans",
    "head_scores": "heads",
    "bits_against_compute": "ladder",
    "cost_curves": "costs",
    "perplexities": "ladder",
    "contexts_curve": "contexts",
    "contexts_lab": "contexts",
    "next_token_lab": "expectations",
    "next_token_ladder": "expectations",
    "merge_growth": "merges",
    "xray": "xray_view",
    "Sampling": "sampling",
    "sampling_bars": "sampling",
    "sampling_lab": "sampling",
    "descent_lab": "landscape",
    "descent_paths": "landscape",
    "expression_graph": "graph",
    "named_lines": "lines",
    "attention_steps": "steps",
    "qk_view": "qk",
    "MaskPainter": "painter",
    "mask_painter": "painter",
    "mask_picture": "painter",
    "sinusoid_lab": "sinusoids",
    "sinusoid_picture": "sinusoids",
    "rope_lab": "rope",
    "rope_picture": "rope",
    "alibi_lab": "alibi",
    "alibi_picture": "alibi",
    "architecture": "diagram",
    "architecture_diagram": "diagram",
}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    """Import the module that holds `name` (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"lmlab.viz has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
