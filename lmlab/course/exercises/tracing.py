"""From heads and layers to logits: who wrote what, and what it says."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.interpret.attribution import logit_direction
from lmlab.interpret.head_outputs import written_by_heads
from lmlab.models import GPT, TransformerConfig
from lmlab.nn import LayerNorm, MultiHeadAttention, RMSNorm

CHAPTER = "05_2_reading_attention_heads"


def _attentions(seed):
    """As many heads as numbers in each, more and fewer; with a bias and without."""
    generator = torch.Generator().manual_seed(seed)
    shapes = (1, 2, 2, 2, True), (2, 3, 4, 2, False), (1, 2, 5, 4, True)
    for batch, n_heads, time, d_head, bias in shapes:
        attn = MultiHeadAttention(n_heads * d_head, n_heads, bias=bias)
        for weight in attn.parameters():
            torch.nn.init.normal_(weight, generator=generator)
        yield (
            attn.requires_grad_(False),
            torch.randn(batch, n_heads, time, d_head, generator=generator),
        )


def _heads_sum_to_what_attention_adds(answer, attn, outputs):
    side_by_side = outputs.transpose(1, 2).flatten(2)  # (batch, time, d_model)
    bias = 0.0 if attn.out_proj.bias is None else attn.out_proj.bias
    return torch.allclose(
        answer(attn, outputs).sum(1) + bias, attn.out_proj(side_by_side), atol=1e-4
    )


def _with_slices(outputs, slices):
    """`slices`, (heads, d_model, d_head), each applied to its head's vectors."""
    return torch.einsum("bhtd,hmd->bhtm", outputs, slices)


_WRITTEN = Exercise(
    id="written_by_heads",
    chapter=CHAPTER,
    number="5.2.6",
    title="What does each head write?",
    difficulty=3,
    minutes=12,
    reference="lmlab.interpret.head_outputs.written_by_heads",
    cases=_attentions,
    invariants=(
        Invariant(
            "sums to the attention",
            _heads_sum_to_what_attention_adds,
            "Summed over the heads, and with the bias, it must be what the attention adds.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda attn, outputs: _with_slices(
                outputs, attn.out_proj.weight.unflatten(0, (attn.n_heads, -1)).mT
            ),
            "W_O is cut into rows, or transposed. nn.Linear keeps its weight as (out, in): what "
            "belongs to a head are columns, weight[:, head · d_head : (head + 1) · d_head].",
        ),
        WrongAnswer(
            lambda attn, outputs: written_by_heads(attn, outputs).sum(1),
            "The heads are added up: that is what the attention writes as a whole. Keep them "
            "apart.",
        ),
        WrongAnswer(
            lambda attn, outputs: written_by_heads(attn, outputs).transpose(1, 2),
            "Time stands before the heads; (batch, n_heads, time, d_model) is wanted.",
        ),
        WrongAnswer(
            lambda attn, outputs: written_by_heads(attn, outputs.flip(1)),
            "Each head has got another head's columns: the first d_head columns are head 0's.",
        ),
        WrongAnswer(
            lambda attn, outputs: _with_slices(
                outputs,
                attn.out_proj.weight.unflatten(1, (-1, attn.n_heads)).movedim(-1, 0),
            ),
            "Each head gets every n_heads-th column. Its columns are neighbours: cut into "
            "(n_heads, d_head), in this order.",
        ),
        WrongAnswer(
            lambda attn, outputs: outputs,
            "These are the heads' own vectors, d_head wide. What they add to the stream has "
            "passed W_O, and is d_model wide.",
        ),
    ),
    hints=(
        "Side by side, the heads are one long vector, and W_O is applied to it. Which columns of "
        "W_O meet the numbers of head 1?",
        "attn.out_proj.weight is (d_model, n_heads · d_head): unflatten its axis 1 into heads.",
        'torch.einsum("bhtd,mhd->bhtm", outputs, weight.unflatten(1, (attn.n_heads, -1)))',
    ),
)


def _streams(seed):
    """Small models whose last norm does something, and vectors of their streams."""
    generator = torch.Generator().manual_seed(seed)
    kinds = ((2,), "rmsnorm", True), ((2, 3), "layernorm", False), ((1, 4), "rmsnorm", False)
    for n_rows, norm, tied in kinds:
        shape = {"vocab_size": 5, "d_model": 4, "n_layers": 1, "n_heads": 1, "d_ff": 4}
        model = GPT(TransformerConfig(**shape, norm=norm, tied_embeddings=tied))
        for weight in model.parameters():
            torch.nn.init.normal_(weight, generator=generator)
        yield model.requires_grad_(False), torch.randn(*n_rows, 4, generator=generator)


def _size_does_not_matter(answer, model, stream):
    return torch.allclose(answer(model, 100 * stream), answer(model, 10 * stream), atol=1e-3)


_LENS = Exercise(
    id="unembed",
    chapter=CHAPTER,
    number="5.2.7",
    title="What would it say if it stopped here?",
    difficulty=1,
    minutes=6,
    reference="lmlab.interpret.lens.unembed",
    cases=_streams,
    invariants=(
        Invariant(
            "size does not matter",
            _size_does_not_matter,
            "A stream ten times as long must give the same logits: the last norm sees to that.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda model, stream: model.head(stream),
            "The last norm is missing. The head has only ever seen normed vectors.",
        ),
        WrongAnswer(
            lambda model, stream: model.final_norm(stream) @ model.embed.weight.T,
            "This reads out with the embedding. It is right only where the two are tied: "
            "model.head is what turns vectors into logits.",
        ),
        WrongAnswer(
            lambda model, stream: model.head(model.final_norm(stream))[..., -1, :],
            "Only the last vector is read out. All are wanted.",
        ),
        WrongAnswer(
            lambda model, stream: model.head(model.final_norm(stream)).softmax(-1),
            "These are probabilities. Logits are wanted.",
        ),
        WrongAnswer(
            lambda model, stream: model.head(model.final_norm(model.final_norm(stream))),
            "The norm is applied twice.",
        ),
        WrongAnswer(
            lambda model, stream: model.head(model.final_norm(stream)).argmax(-1),
            "This is the likeliest token. The logits of all tokens are wanted.",
        ),
    ),
    hints=(
        "What does a GPT do with the stream after its last block?",
        "It norms it, with model.final_norm, and then?",
        "model.head(model.final_norm(stream))",
    ),
)


def _norms(seed):
    """Both norms, with a scale of their own; one vector and several."""
    generator = torch.Generator().manual_seed(seed)
    kinds = (RMSNorm, (3,)), (LayerNorm, (2, 4)), (RMSNorm, (2, 3, 5)), (LayerNorm, (6,))
    for kind, shape in kinds:
        norm = kind(shape[-1])
        for weight in norm.parameters():
            torch.nn.init.normal_(weight, mean=1.0, generator=generator)
        row = torch.randn(shape[-1], generator=generator)
        yield norm.requires_grad_(False), row, 1.0 + 2 * torch.randn(*shape, generator=generator)


def _gives_the_logit(answer, norm, row, stream):
    bias = row @ norm.bias if isinstance(norm, LayerNorm) else 0.0
    logit = (answer(norm, row, stream) * stream).sum(-1) + bias
    return torch.allclose(logit, norm(stream) @ row, atol=1e-4)


def _over_size(direction, stream, eps=1e-5):
    return direction * torch.rsqrt(stream.square().mean(-1, keepdim=True) + eps)


def _centred(x):
    return x - x.mean(-1, keepdim=True)


def _not_centred(norm, row, stream):
    centred = _centred(stream) if isinstance(norm, LayerNorm) else stream
    return _over_size(row * norm.weight, centred, norm.eps)


_DIRECTION = Exercise(
    id="logit_direction",
    chapter=CHAPTER,
    number="5.2.8",
    title="The direction that raises a logit",
    difficulty=3,
    minutes=15,
    reference="lmlab.interpret.attribution.logit_direction",
    cases=_norms,
    invariants=(
        Invariant(
            "gives the logit",
            _gives_the_logit,
            "Its dot product with the whole stream, and row · bias, must be the logit.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda norm, row, stream: (row * norm.weight).expand_as(stream).clone(),
            "The norm divides by the size of the stream: so must you.",
        ),
        WrongAnswer(
            lambda norm, row, stream: logit_direction(norm, row / norm.weight, stream),
            "The learned scale of the norm, norm.weight, is missing.",
        ),
        WrongAnswer(
            _not_centred,
            "Right for RMSNorm. LayerNorm takes off the mean: a part's mean must not count, so "
            "take the mean off row · weight as well.",
        ),
        WrongAnswer(
            lambda norm, row, stream: (
                _over_size(_centred(row * norm.weight), stream, norm.eps)
                if isinstance(norm, LayerNorm)
                else logit_direction(norm, row, stream)
            ),
            "Right for RMSNorm. LayerNorm divides by the size that is left when the mean is off: "
            "the standard deviation.",
        ),
        WrongAnswer(
            lambda norm, row, stream: (
                _over_size(_centred(row) * norm.weight, _centred(stream), norm.eps)
                if isinstance(norm, LayerNorm)
                else logit_direction(norm, row, stream)
            ),
            "Right for RMSNorm. With LayerNorm the mean of row · weight comes off, scale "
            "included: first multiply, then centre.",
        ),
        WrongAnswer(
            lambda norm, row, stream: logit_direction(norm, row, stream) * stream,
            "These are the shares of the channels already. The vector alone is wanted, to be used "
            "on any part.",
        ),
        WrongAnswer(
            lambda norm, row, stream: norm(row.expand_as(stream)),
            "You have normed the row of the unembedding. What is normed is the stream.",
        ),
    ),
    hints=(
        "Write the logit out: row · norm(stream), with norm(x) = weight · x / rms(x). Everything "
        "that does not depend on the part goes to the other side.",
        "For RMSNorm it is row * norm.weight / rms(stream), with norm.eps inside the root. "
        "LayerNorm takes off the mean first.",
        "a · centred(b) = centred(a) · b: for LayerNorm take the mean off row * norm.weight, and "
        "off the stream before you measure its size.",
    ),
    quiz=Quiz(
        "A head's direct attribution to the right answer is 0. Can the head still matter for it?",
        {
            "no: it adds nothing to the logit": "Nothing *directly*. A later part may read what "
            "it wrote.",
            "yes: later parts read what it wrote": "Head 0.2 adds 0.003 to the lead of ' hat', and "
            "without it nobody further up knows of a hat.",
        },
        answer="yes: later parts read what it wrote",
    ),
)

EXERCISES = (_WRITTEN, _LENS, _DIRECTION)
