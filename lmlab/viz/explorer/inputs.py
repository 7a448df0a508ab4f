"""Attention as people have it, brought to one form and checked where it enters."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

_TOLERANCE = 0.02  # a row of bfloat16 weights sums to one within this


def attention_array(attention: Any) -> Float[np.ndarray, "layers heads query key"]:
    """Attention weights as one float32 array, checked.

    `attention` is an array or tensor (layers, heads, query, key), (heads, query, key) or
    (query, key); a tuple or list of such, one per layer; Hugging Face's tuple of
    (batch, heads, query, key), of which batch item 0 is taken, or the output that holds it as
    `.attentions`; or an object with `.attention_weights()`, such as the tape of `lmlab.record`.

    Raises TypeError for what holds no numbers and ValueError for numbers that are not attention
    weights. Built in chapter 00.
    """
    weights = _stack(attention)
    _check_weights(weights)
    return weights


def token_labels(
    tokens: Iterable[Any],
    weights: Float[np.ndarray, "layers heads query key"],
    query_tokens: Iterable[Any] | None = None,
) -> tuple[list[str], list[str]]:
    """The key tokens and the query tokens as strings, one per column and one per row.

    Without `query_tokens` the queries are the last tokens of `tokens`: all of them, or, where a
    cache was used, the new ones. Raises ValueError when the numbers do not fit.
    """
    n_query, n_key = weights.shape[-2:]
    keys = _strings(tokens, "tokens")
    queries = keys[-n_query:] if query_tokens is None else _strings(query_tokens, "query_tokens")
    if len(keys) != n_key:
        raise ValueError(
            f"{len(keys)} tokens were given for attention over {n_key} keys "
            f"(weights are {n_query} × {n_key}). Give one string for each position, special tokens "
            "included: tokenizer.tokens(ids)."
        )
    if len(queries) != n_query:
        raise ValueError(
            f"{len(queries)} query tokens were given for {n_query} queries (weights are "
            f"{n_query} × {n_key}). For cross-attention pass query_tokens=, one for each row."
        )
    return keys, queries


def kept(indices: Iterable[int] | int | None, n: int, what: str) -> list[int]:
    """The numbers of the layers or heads to keep, sorted; all `n` of them for None."""
    if indices is None:
        return list(range(n))
    picked = sorted({int(i) for i in ([indices] if isinstance(indices, int) else indices)})
    if not picked or picked[0] < 0 or picked[-1] >= n:
        raise ValueError(f"{what}={picked} was given; there are {what} 0 to {n - 1}.")
    return picked


def _strings(tokens: Iterable[Any], what: str) -> list[str]:
    if isinstance(tokens, str):
        raise TypeError(
            f"{what} is one string; give a list with one string for each position, such as "
            "tokenizer.tokens(ids)."
        )
    return [token if isinstance(token, str) else str(token) for token in tokens]


def _stack(attention: Any) -> np.ndarray:
    if hasattr(attention, "attention_weights"):
        attention = attention.attention_weights()
    elif hasattr(attention, "attentions"):
        attention = attention.attentions
    if attention is None:
        raise _no_weights()
    if isinstance(attention, Sequence) and not isinstance(attention, str):
        return _stack_layers(attention)
    weights = _to_numpy(attention)
    if weights.ndim not in (2, 3, 4):
        raise ValueError(
            f"attention has shape {weights.shape}; give (layers, heads, query, key), "
            "(heads, query, key) or (query, key). With a batch axis, pick one item first."
        )
    return weights.reshape((1,) * (4 - weights.ndim) + weights.shape)


def _stack_layers(layers: Sequence[Any]) -> np.ndarray:
    if any(layer is None for layer in layers):
        raise _no_weights()
    if not layers:
        raise ValueError(
            "attention is empty; give at least one layer (Hugging Face: output_attentions=True)."
        )
    arrays = [_to_numpy(layer) for layer in layers]
    if any(array.shape != arrays[0].shape for array in arrays):
        shapes = sorted({array.shape for array in arrays})
        raise ValueError(f"the layers' attention differs in shape: {shapes}; give equal layers.")
    if arrays[0].ndim > 4:
        raise ValueError(
            f"each layer has shape {arrays[0].shape}; give (batch, heads, query, key) or "
            "(heads, query, key) for each."
        )
    if arrays[0].ndim == 4:  # (batch, heads, query, key): the first text of the batch
        arrays = [array[0] for array in arrays]
    return _stack(np.stack(arrays))


def _to_numpy(values: Any) -> np.ndarray:
    if hasattr(values, "detach"):  # a torch tensor, without importing torch
        values = values.detach().cpu().float().numpy()
    try:
        return np.asarray(values, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"attention holds {type(values).__name__} where numbers are wanted ({error}); give an "
            "array, a tensor, Hugging Face's outputs.attentions, or a tape."
        ) from None


def _check_weights(weights: np.ndarray) -> None:
    if weights.size == 0:
        raise ValueError(f"attention has shape {weights.shape}: nothing in it. Give some tokens.")
    sums = weights.sum(axis=-1)
    if not np.isfinite(sums).all():
        raise ValueError(
            f"attention holds NaN or infinity, first {_where(~np.isfinite(sums))}. A row with "
            "every key masked gives NaN in a plain softmax; scores before the softmax hold -inf."
        )
    if weights.min() < -1e-6 or weights.max() > 1 + _TOLERANCE:
        raise ValueError(
            f"attention lies between {weights.min():.3g} and {weights.max():.3g}; weights lie "
            "between 0 and 1. Are these scores? Take them after the softmax."
        )
    wrong = (np.abs(sums - 1) > _TOLERANCE) & (sums != 0)  # a fully masked query has all zeros
    if wrong.any():
        raise ValueError(
            f"attention rows must sum to 1; {_where(wrong)} sums to {sums[wrong][0]:.3g}. Are "
            "these scores before the softmax, a softmax over the wrong axis (queries), or a "
            "model with dropout on (call model.eval())?"
        )


def _where(flags: np.ndarray) -> str:
    layer, head, query = np.argwhere(flags)[0]
    return f"layer {layer}, head {head}, query {query}"


def _no_weights() -> ValueError:
    return ValueError(
        "attention holds None: the model kept no attention weights. Load it with "
        'attn_implementation="eager" and call it with output_attentions=True.'
    )
