"""The same weights as another library lays them out."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _projections(seed):
    """Three small matrices, as read in one's head; then others, and three biases."""
    generator = torch.Generator().manual_seed(seed)
    yield tuple(torch.tensor([[v, v + 1.0]]) for v in (1.0, 3.0, 5.0))
    for shape in ((4, 4), (6, 4), (2, 5), (6,)):
        yield tuple(torch.randn(3, *shape, generator=generator))


def _one_product_gives_all(answer, q, k, v):
    if q.ndim == 1:
        return True
    x = torch.linspace(-1, 1, 3 * q.size(1)).view(3, -1)
    wanted = torch.cat((x @ q.T, x @ k.T, x @ v.T), dim=-1)
    got = x @ answer(q, k, v).T
    return got.shape == wanted.shape and torch.allclose(got, wanted, atol=1e-5)


def _one_row_each_in_turn(q, k, v):
    return torch.stack((q, k, v), dim=1).flatten(0, 1)


def _kernels(seed):
    """Two heads, each as wide as one; then wider ones; never a shape that hides a mix-up."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), 2
    for d_out, d_in, heads in ((6, 4, 2), (12, 5, 3), (8, 8, 2)):
        yield torch.randn(d_out, d_in, generator=generator), heads


def _each_head_has_its_slice(answer, weight, n_heads):
    width = len(weight) // n_heads
    kernel = answer(weight, n_heads)
    return all(
        torch.equal(kernel[:, head].T, weight[head * width : (head + 1) * width])
        for head in range(n_heads)
    )


EXERCISES = (
    Exercise(
        id="packed_projection",
        chapter="07_tools",
        number="7.1",
        title="Three matrices in one",
        difficulty=1,
        minutes=5,
        reference="lmlab.pretrained.torch_modules.packed_projection",
        cases=_projections,
        invariants=(
            Invariant(
                "one product gives all three",
                _one_product_gives_all,
                "x times the tall matrix, transposed, must give queries, keys and values, side by "
                "side.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda q, k, v: torch.cat((q, k, v), dim=-1),
                "The matrices stand side by side, along the inputs. Each row makes one output: "
                "they belong one above the other, dim=0.",
            ),
            WrongAnswer(
                lambda q, k, v: torch.stack((q, k, v)),
                "Stacking makes a new axis. One matrix is wanted, three times as tall.",
            ),
            WrongAnswer(
                lambda q, k, v: torch.cat((k, q, v), dim=0),
                "The keys come first here. PyTorch's order is query, key, value.",
            ),
            WrongAnswer(
                lambda q, k, v: torch.cat((v, k, q), dim=0),
                "The order is turned round. PyTorch's is query, key, value.",
            ),
            WrongAnswer(
                _one_row_each_in_turn,
                "The rows take turns: one of q, one of k, one of v. All rows of q come first.",
            ),
            WrongAnswer(
                lambda q, k, v: torch.cat((q, k, v), dim=0).t(),
                "This is transposed: (in, out), as GPT-2's files have it. PyTorch's is (out, in).",
            ),
            WrongAnswer(
                lambda q, k, v: torch.cat((q.t(), k.t(), v.t()), dim=0),
                "Each matrix was transposed before it was laid on the others. They are (out, in) "
                "already.",
            ),
            WrongAnswer(
                lambda q, k, v: q + k + v,
                "The matrices are added: that is one projection, not three.",
            ),
        ),
        hints=(
            "A row of a weight makes one output. How many outputs does the packed matrix make?",
            "Three times as many: the rows of q, then those of k, then those of v.",
            "torch.cat((q, k, v), dim=0)",
        ),
    ),
    Exercise(
        id="split_kernel",
        chapter="07_tools",
        number="7.2",
        title="A projection for Keras",
        difficulty=2,
        minutes=10,
        reference="lmlab.pretrained.keras_layers.split_kernel",
        cases=_kernels,
        invariants=(
            Invariant(
                "each head has its slice",
                _each_head_has_its_slice,
                "Head h must hold the rows h · d_head to (h + 1) · d_head of our weight, turned.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda weight, n_heads: weight.T,
                "The heads are not apart: Keras wants an axis for them, (d_in, n_heads, d_head).",
            ),
            WrongAnswer(
                lambda weight, n_heads: weight.unflatten(0, (n_heads, -1)),
                "The heads are apart, but the inputs come last. Keras multiplies x W: they come "
                "first. Transpose before you split.",
            ),
            WrongAnswer(
                lambda weight, n_heads: weight.reshape(weight.size(1), n_heads, -1),
                "The shape is right and the numbers are mixed up: reshape reads them in the old "
                "order. Transpose first.",
            ),
            WrongAnswer(
                lambda weight, n_heads: weight.T.unflatten(-1, (-1, n_heads)),
                "The split is (d_head, n_heads): so neighbours go to different heads. A head is a "
                "slice of neighbours: (n_heads, d_head).",
            ),
            WrongAnswer(
                lambda weight, n_heads: weight.T.unflatten(-1, (-1, n_heads)).transpose(-1, -2),
                "Each head takes every n_heads-th output. A head is a slice of neighbours.",
            ),
            WrongAnswer(
                lambda weight, n_heads: weight.T.unflatten(-1, (n_heads, -1)).movedim(1, 0),
                "The heads come first here. Keras's order is (d_in, n_heads, d_head).",
            ),
            WrongAnswer(
                lambda weight, n_heads: weight.T.unflatten(-1, (n_heads, -1)).flip(1),
                "The heads stand in the wrong order, the last one first.",
            ),
        ),
        hints=(
            "Keras multiplies x W, PyTorch x Wᵀ. So what is Keras's W, before any heads?",
            "weight.T is (d_in, d_model). Its last axis holds the heads one behind the other.",
            "weight.T.unflatten(-1, (n_heads, -1))",
        ),
        quiz=Quiz(
            "You forget the transpose and d_model = d_in. What happens?",
            {
                "no error, and wrong logits": "The shapes fit, so nothing complains. That is why "
                "the logits are compared.",
                "an error at once": "Only where the matrix is not square. Here the shapes fit.",
                "the same logits": "x W and x Wᵀ are different products.",
            },
            answer="no error, and wrong logits",
        ),
    ),
)
