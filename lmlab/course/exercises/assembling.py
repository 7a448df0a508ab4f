"""The document's block, mended: PyTorch's attention, a feed-forward and two norms put together."""

import torch
from torch import nn
from torch.nn import functional as F

from lmlab.course.exercise import Exercise, Function, Invariant, Quiz, WrongAnswer


class _Part:
    """A part of a block, printed by its name."""

    def __init__(self, name: str, function: Function):
        self.name, self.function = name, function

    def __call__(self, *values, **named):
        return self.function(*values, **named)

    def __repr__(self) -> str:
        return self.name

    def __deepcopy__(self, memo) -> "_Part":
        return self  # it holds nothing that an answer is to change


_PARTS = (
    _Part("x → gelu(3 x)", lambda x: F.gelu(3 * x)),
    _Part("x → LayerNorm(x)", lambda x: F.layer_norm(x, x.shape[-1:])),
    _Part("x → 2 RMSNorm(x)", lambda x: 2 * F.rms_norm(x, x.shape[-1:])),
)
_SILENT = _Part("x → 0", lambda x: 0 * x)


def _attention(d_model: int, n_heads: int, generator: torch.Generator) -> _Part:
    """PyTorch's own module, its weights drawn by the generator."""
    with torch.random.fork_rng(devices=[]):
        module = nn.MultiheadAttention(d_model, n_heads).requires_grad_(False)
    for weight in module.parameters():
        weight.normal_(generator=generator)
    return _Part(f"nn.MultiheadAttention({d_model}, {n_heads})", module)


def _blocks(seed):
    """Batch and time differ, so that swapped axes show."""
    generator = torch.Generator().manual_seed(seed)
    for batch, time, d_model, n_heads in ((1, 3, 4, 1), (2, 4, 4, 2), (3, 2, 6, 3), (4, 5, 8, 2)):
        x = torch.randn(batch, time, d_model, generator=generator)
        yield x, _attention(d_model, n_heads, generator), *_PARTS


def _keeps_the_shape(answer, x, *parts):
    found = answer(x, *parts)
    return isinstance(found, torch.Tensor) and found.shape == x.shape


def _never_looks_ahead(answer, x, *parts):
    later = torch.cat((x[:, :-1], x[:, -1:] + 1), dim=1)
    return torch.allclose(answer(x, *parts)[:, :-1], answer(later, *parts)[:, :-1], atol=1e-5)


def _texts_are_apart(answer, x, *parts):
    return torch.allclose(answer(x, *parts)[:1], answer(x[:1], *parts), atol=1e-5)


def _stream_goes_through(answer, x, attention, feed_forward, attn_norm, mlp_norm):
    silent = _Part("attention → 0", lambda q, k, v, **named: (0 * q, None))
    found = answer(x, silent, _SILENT, attn_norm, mlp_norm)
    return torch.allclose(found, mlp_norm(attn_norm(x)), atol=1e-5)


def _future(time):
    return torch.ones(time, time, dtype=torch.bool).triu(1)


def _attended(x, attention, mask=_future, batch_first=False):
    rows = x if batch_first else x.transpose(0, 1)
    mask = None if mask is None else mask(len(rows) if not batch_first else x.size(1))
    found, _ = attention(rows, rows, rows, attn_mask=mask)
    return found if batch_first else found.transpose(0, 1)


def _block(finish, **attending):
    """What `finish(x, a, f, n1, n2)` makes of x, the attended a and the other parts."""

    def answer(x, attention, feed_forward, attn_norm, mlp_norm):
        attended = _attended(x, attention, **attending)
        return finish(x, attended, feed_forward, attn_norm, mlp_norm)

    return answer


def _right(x, a, f, n1, n2):
    x = n1(x + a)
    return n2(x + f(x))


def _two_results(x, a, f, n1, n2):
    return n1(x + a), n2(_right(x, a, f, n1, n2))


def _three_names(x, attention, feed_forward, attn_norm, mlp_norm):
    attended, _, _ = attention(x, x, x)
    return attended


def _weights_kept(x, attention, feed_forward, attn_norm, mlp_norm):
    rows = x.transpose(0, 1)
    return x + attention(rows, rows, rows)


def _pre(x, attention, feed_forward, attn_norm, mlp_norm):
    x = x + _attended(attn_norm(x), attention)
    return x + feed_forward(mlp_norm(x))


EXERCISES = (
    Exercise(
        id="mended_block",
        chapter="05_build_a_gpt",
        number="5.1",
        title="Mend the document's block",
        difficulty=3,
        minutes=20,
        reference="lmlab.course.document_block.mended_block",
        cases=_blocks,
        invariants=(
            Invariant(
                "one tensor, of the shape of x",
                _keeps_the_shape,
                "The block must return one tensor of the shape of x, so that blocks can be "
                "stacked.",
            ),
            Invariant(
                "no look ahead",
                _never_looks_ahead,
                "When the last token changes, what is said of the tokens before it must stay.",
            ),
            Invariant(
                "texts are kept apart",
                _texts_are_apart,
                "The first text of a batch must come out as it does alone.",
            ),
            Invariant(
                "the stream goes through",
                _stream_goes_through,
                "Where both parts write nothing, both norms of x must come out.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _three_names,
                "Fault 1: three names are unpacked from two values. PyTorch's attention returns "
                "the result and the weights.",
            ),
            WrongAnswer(
                _weights_kept,
                "The attention returns two values, the result and the weights: take the first.",
            ),
            WrongAnswer(
                _block(lambda x, a, f, n1, n2: n2(n1(x + a) + f(x))),
                "Fault 2: the feed-forward reads x. It is to read what attention brought: the "
                "stream after the first norm.",
            ),
            WrongAnswer(
                _block(lambda x, a, f, n1, n2: n2(f(n1(x + a)))),
                "Fault 3: the second norm drops the stream. It takes the sum of the stream and "
                "what the feed-forward writes.",
            ),
            WrongAnswer(
                _block(lambda x, a, f, n1, n2: n2(f(n1(x + a)) + a)),
                "Fault 3: the second norm adds the feed-forward to what attention wrote, not to "
                "the stream.",
            ),
            WrongAnswer(
                _block(_two_results),
                "Fault 4: two values are returned, so that the next block does not know which to "
                "read. The second holds the first already.",
            ),
            WrongAnswer(
                _block(_right, mask=None),
                "Fault 6: there is no causal mask, so each token sees the ones it is to predict. "
                "Give attn_mask, True above the diagonal.",
            ),
            WrongAnswer(
                _block(_right, mask=lambda time: ~_future(time)),
                "The mask is upside down. In PyTorch's module True means: must not look.",
            ),
            WrongAnswer(
                _block(_right, mask=lambda time: torch.ones(time, time, dtype=torch.bool).triu()),
                "The mask also covers the diagonal, so that no token sees itself: triu(1) begins "
                "one step above it.",
            ),
            WrongAnswer(
                _block(_right, mask=None, batch_first=True),
                "Faults 5 and 6: batch and time are swapped, for the module reads axis 0 as time, "
                "so texts of a batch look at each other; and there is no mask. Transpose before "
                "and after.",
            ),
            WrongAnswer(
                _block(_right, batch_first=True),
                "Fault 5: batch and time are swapped, so that the mask does not even fit: the "
                "module reads axis 0 as time. Transpose before and after.",
            ),
            WrongAnswer(
                _pre,
                "This is pre-norm, the block of today. Here mend the document's, which is "
                "post-norm: norm(x + part(x)).",
            ),
            WrongAnswer(
                _block(lambda x, a, f, n1, n2: n2(x + a + f(x + a))),
                "The first norm is not used: it takes the sum of x and what attention wrote.",
            ),
        ),
        hints=(
            "Mend one fault at a time, in the order of the tests above, and check after each: "
            "the panel says which one is next.",
            "rows = x.transpose(0, 1) is (time, batch, d_model); what comes back has to be "
            "transposed as well. The mask is torch.ones(time, time, dtype=torch.bool).triu(1).",
            "attended, _ = attention(rows, rows, rows, attn_mask=mask); then x = attn_norm(x + "
            "attended.transpose(0, 1)); last mlp_norm(x + feed_forward(x)).",
        ),
        quiz=Quiz(
            "The document's block takes n=1 in its constructor and passes it to the attention. "
            "You want a Transformer of six blocks. What do you write?",
            {
                "n=6": "This makes one block of six heads. The document's text says that N counts "
                "blocks; its code counts heads.",
                "six blocks in a row, each reading what the one before returned": "That is why "
                "one tensor must come out.",
                "one block, called six times": "Then all six share one set of weights.",
            },
            answer="six blocks in a row, each reading what the one before returned",
        ),
    ),
)
