"""Attention as a sum over heads."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.nn.attention import attention, attention_scores, weights_from_scores
from lmlab.nn.masks import causal_mask


def _values_and_outputs(seed):
    """Two heads first; never one head alone, for then every cut is the same."""
    generator = torch.Generator().manual_seed(seed)
    for d_model, n_heads in ((4, 2), (6, 3), (6, 2), (8, 4)):
        w_v, w_o = torch.randn(2, d_model, d_model, generator=generator)
        yield w_v, w_o, n_heads


def _whole(answer, w_v, w_o, n_heads):
    return torch.allclose(answer(w_v, w_o, n_heads).sum(dim=0), w_o @ w_v, atol=1e-4)


def _from(cut_v, cut_o, product=lambda v, o: o @ v):
    """One product for each pair of slices, which `cut_v` and `cut_o` cut."""

    def answer(w_v, w_o, n_heads):
        pairs = zip(cut_v(w_v, n_heads), cut_o(w_o, n_heads), strict=True)
        return torch.stack([product(v, o) for v, o in pairs])

    return answer


def _rows(w, n_heads):
    return w.chunk(n_heads, dim=0)


def _columns(w, n_heads):
    return w.chunk(n_heads, dim=1)


_ABSORB = Exercise(
    id="absorb_output",
    chapter="04_mathematics",
    number="4.5",
    title="Each head's share of the output projection",
    difficulty=2,
    minutes=12,
    reference="lmlab.nn.attention_sum.absorb_output",
    cases=_values_and_outputs,
    invariants=(Invariant("adds up", _whole, "The matrices of all heads must add up to W_O W_V."),),
    wrong_answers=(
        WrongAnswer(
            lambda v, o, n: torch.stack([o @ v] * n),
            "Every head got the product of the whole matrices. A head owns its own rows of W_V and "
            "columns of W_O.",
        ),
        WrongAnswer(
            lambda v, o, n: torch.stack([o @ v / n] * n),
            "The whole product was shared out evenly. The heads are different: each has its own "
            "slices.",
        ),
        WrongAnswer(
            _from(_rows, _rows, lambda v, o: o.mT @ v),
            "W_O is cut by rows. Its *input* is the heads side by side, and inputs are columns: "
            "chunk(n_heads, dim=1).",
        ),
        WrongAnswer(
            _from(_columns, _columns, lambda v, o: o @ v.mT),
            "W_V is cut by columns. Its *output* is what the heads share out, and outputs are "
            "rows: chunk(n_heads, dim=0).",
        ),
        WrongAnswer(
            _from(_columns, _rows, lambda v, o: v @ o),
            "The two matrices have changed places: a value is made by W_V first, then mixed by "
            "W_O, so it is W_O's slice times W_V's.",
        ),
        WrongAnswer(
            _from(_rows, _columns, lambda v, o: (o @ v).mT),
            "Each matrix is transposed: (out, in) is wanted, as in the weights that are given.",
        ),
        WrongAnswer(
            _from(_rows, _columns, lambda v, o: v @ o),
            "These are W_V's slice times W_O's, (d_head, d_head): the order is turned round.",
        ),
        WrongAnswer(
            lambda v, o, n: torch.stack([o[:, h::n] @ v[h::n] for h in range(n)]),
            "A head owns neighbouring channels, not every n-th one: chunk cuts them that way.",
        ),
        WrongAnswer(
            lambda v, o, n: o @ v,
            "This is the sum over all heads; one matrix for each head is wanted, stacked on a new "
            "first axis.",
        ),
    ),
    hints=(
        "out = W_O [head₁; head₂; …], and head_i = A_i x W_V,iᵀ. Which part of W_O meets head i?",
        "Head i makes rows i of W_V, and its result meets columns i of W_O: w_v.chunk(n_heads, "
        "dim=0) and w_o.chunk(n_heads, dim=1).",
        "For each pair, o @ v is (d_model, d_model); torch.stack them.",
    ),
)


def _texts_and_heads(seed):
    """One text of two heads, then batches, with and without a mask."""
    generator = torch.Generator().manual_seed(seed)
    for batch, time, n_heads, d_head, masked in (
        ((), 3, 2, 2, False),
        ((), 4, 3, 2, True),
        ((2,), 5, 2, 3, True),
        ((2, 2), 4, 4, 2, False),
    ):
        d_model = n_heads * d_head
        x = torch.randn(*batch, time, d_model, generator=generator)
        w_q, w_k = torch.randn(2, n_heads, d_head, d_model, generator=generator)
        w_v = torch.randn(n_heads, d_model, d_model, generator=generator)
        yield x, w_q, w_k, w_v, causal_mask(time) if masked else None


def _head_order_is_free(answer, x, w_q, w_k, w_v, mask):
    turned = answer(x, w_q.flip(0), w_k.flip(0), w_v.flip(0), mask)
    return torch.allclose(answer(x, w_q, w_k, w_v, mask), turned, atol=1e-3)


def _heads(x, w_q, w_k, w_v, mask):
    x = x.unsqueeze(-3)
    return attention(x @ w_q.mT, x @ w_k.mT, x @ w_v.mT, mask)


def _unscaled(x, w_q, w_k, w_v, mask):
    return _heads(x, w_q * w_q.size(1) ** 0.5, w_k, w_v, mask).sum(dim=-3)


def _scaled_by_the_width(x, w_q, w_k, w_v, mask):
    d_head, d_model = w_q.shape[1:]
    return _heads(x, w_q * (d_head / d_model) ** 0.5, w_k, w_v, mask).sum(dim=-3)


def _one_softmax(x, w_q, w_k, w_v, mask):
    heads = x.unsqueeze(-3)
    scores = attention_scores(heads @ w_q.mT, heads @ w_k.mT).sum(dim=-3)
    return weights_from_scores(scores, mask) @ (heads @ w_v.mT).sum(dim=-3)


def _feeding_on(x, w_q, w_k, w_v, mask):
    for q, k, v in zip(w_q, w_k, w_v, strict=True):
        x = x + attention(x @ q.mT, x @ k.mT, x @ v.mT, mask)
    return x


_SUM = Exercise(
    id="sum_over_heads",
    chapter="04_mathematics",
    number="4.6",
    title="The document's sum, over heads",
    difficulty=2,
    minutes=12,
    reference="lmlab.nn.attention_sum.sum_over_heads",
    cases=_texts_and_heads,
    invariants=(
        Invariant(
            "has no first head",
            _head_order_is_free,
            "A sum has no order: with the heads in another one, the result must be the same.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda *case: _heads(*case).mean(dim=-3),
            "The mean over the heads is taken. It is a sum: every head adds to the stream.",
        ),
        WrongAnswer(
            _heads,
            "The heads still stand side by side: add them up, sum(dim=-3).",
        ),
        WrongAnswer(
            lambda *case: _heads(*case).sum(dim=-2),
            "The sum runs over the positions; the heads are the third axis from the end, dim=-3.",
        ),
        WrongAnswer(
            lambda x, q, k, v, mask: _heads(x, q, k, v, None).sum(dim=-3),
            "The mask is not used where there is one.",
        ),
        WrongAnswer(
            lambda x, q, k, v, mask: _heads(x, q, k, v.mT, mask).sum(dim=-3),
            "w_v is applied the wrong way round: weights are (out, in), so x @ w.mT.",
        ),
        WrongAnswer(
            lambda x, q, k, v, mask: _heads(x, k, q, v, mask).sum(dim=-3),
            "Queries and keys are swapped: rows of the weights belong to queries.",
        ),
        WrongAnswer(
            _unscaled,
            "The scores are not divided by √d_head.",
        ),
        WrongAnswer(
            _scaled_by_the_width,
            "The scores are divided by √d_model. A head's queries and keys are d_head wide.",
        ),
        WrongAnswer(
            _one_softmax,
            "Scores were added up before one softmax for all. Each head has a softmax of its own; "
            "only what they find is added.",
        ),
        WrongAnswer(
            _feeding_on,
            "Each head reads what those before it have added. That is how blocks work; heads of "
            "one layer all read the same x.",
        ),
    ),
    hints=(
        "One head first: three products with x, then nn.attention. What is added up, and over "
        "which axis?",
        "x.unsqueeze(-3) is (..., 1, time, d_model), and meets w_q.mT, (n_heads, d_model, d_head), "
        "in a product for each head.",
        "attention(x @ w_q.mT, x @ w_k.mT, x @ w_v.mT, mask).sum(dim=-3), or a loop over heads.",
    ),
)


EXERCISES = (_ABSORB, _SUM)
