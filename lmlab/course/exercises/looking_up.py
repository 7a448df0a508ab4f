"""From tokens to vectors: the one-hot look-up, and which vectors are alike."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.nn.embedding import cosine_similarities, one_hot


def _ids(seed):
    """Two tokens of four, then longer texts and batches."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([2, 0]), 4
    yield torch.tensor([[1, 1, 5], [0, 3, 2]]), 6
    for shape, vocab_size in (((5,), 7), ((2, 4), 5), ((3, 1), 4)):
        yield torch.randint(vocab_size, shape, generator=generator), vocab_size


def _one_in_each(answer, ids, vocab_size):
    return bool((answer(ids, vocab_size).sum(dim=-1) == 1).all())


def _looks_up(answer, ids, vocab_size):
    table = torch.arange(3.0 * vocab_size).view(vocab_size, 3)
    return torch.equal(answer(ids, vocab_size) @ table, table[ids])


def _tables(seed):
    """Three arrows in the plane, then tables of random vectors, some of them long."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[1.0, 0.0], [2.0, 2.0], [0.0, -3.0]]), 0
    yield torch.tensor([[1.0, 2.0, 2.0], [2.0, 4.0, 4.0], [-1.0, -2.0, -2.0], [2.0, 1.0, 3.0]]), 3
    for rows, width in ((4, 3), (6, 2), (3, 5)):
        table = torch.randn(rows, width, generator=generator)
        yield table * torch.linspace(0.5, 4, rows)[:, None], rows - 1


def _is_like_itself(answer, table, id):
    return abs(float(answer(table, id)[id]) - 1) < 1e-4


def _lengths_do_not_matter(answer, table, id):
    longer = table * torch.linspace(1, 9, len(table))[:, None]
    return torch.allclose(answer(longer, id), answer(table, id), atol=1e-4)


def _between_the_ends(answer, table, id):
    return bool((answer(table, id).abs() <= 1 + 1e-4).all())


def _norms(table):
    return table.norm(dim=-1)


EXERCISES = (
    Exercise(
        id="one_hot",
        chapter="03_1_forward_pass",
        number="3.1.5",
        title="One-hot rows",
        difficulty=1,
        minutes=5,
        reference="lmlab.nn.embedding.one_hot",
        cases=_ids,
        invariants=(
            Invariant("a single one", _one_in_each, "Each token's row must hold a single 1."),
            Invariant(
                "looks up",
                _looks_up,
                "Times a table, the rows must pick table[ids], as floating-point numbers.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda ids, vocab_size: one_hot(ids, vocab_size).long(),
                "The ones stand right, but these are whole numbers or truth values: they cannot "
                "be multiplied by a table of floats. End with .float().",
            ),
            WrongAnswer(
                lambda ids, vocab_size: one_hot(ids, vocab_size).mT,
                "Rows and columns are swapped: a row for each token of the text, a column for each "
                "of the vocabulary.",
            ),
            WrongAnswer(
                lambda ids, vocab_size: one_hot(ids, vocab_size).roll(-1, dims=-1),
                "The ones stand one place too far left: ids begin at 0.",
            ),
            WrongAnswer(
                lambda ids, vocab_size: one_hot(ids, vocab_size).sum(dim=-2),
                "The rows were added up: that tells which tokens came, but not where.",
            ),
            WrongAnswer(
                lambda ids, vocab_size: one_hot(ids, vocab_size) * ids[..., None],
                "The id itself stands where a 1 belongs (and token 0 vanishes).",
            ),
            WrongAnswer(
                lambda ids, vocab_size: (torch.arange(vocab_size) <= ids[..., None]).float(),
                "All places up to the id are 1; only the id's own place is: == instead of <=.",
            ),
            WrongAnswer(
                lambda ids, vocab_size: 1 - one_hot(ids, vocab_size),
                "Turned round: the token's own place is 0 and all others 1.",
            ),
            WrongAnswer(
                lambda ids, vocab_size: one_hot(
                    torch.arange(ids.size(-1)).clamp(max=vocab_size - 1).expand_as(ids), vocab_size
                ),
                "The ones follow the position in the text. The id says where the 1 stands.",
            ),
            WrongAnswer(
                lambda ids, vocab_size: one_hot(ids, int(ids.max()) + 1),
                "The rows end at the largest id of this text; vocab_size columns are wanted.",
            ),
        ),
        hints=(
            "For ids 2, 0 and four tokens, write the two rows down.",
            "Compare each id with every number from 0 to vocab_size - 1: torch.arange(vocab_size). "
            "Which shape must the ids have for that?",
            "ids[..., None] == torch.arange(vocab_size) is (…, time, vocab_size), True once a row; "
            ".float() makes it numbers.",
        ),
    ),
    Exercise(
        id="cosine_similarities",
        chapter="03_1_forward_pass",
        number="3.1.6",
        title="Which vectors are alike?",
        difficulty=2,
        minutes=8,
        reference="lmlab.nn.embedding.cosine_similarities",
        cases=_tables,
        invariants=(
            Invariant("like itself", _is_like_itself, "A vector's cosine with itself must be 1."),
            Invariant(
                "lengths do not matter",
                _lengths_do_not_matter,
                "The cosine must not change when vectors are made longer.",
            ),
            Invariant("from -1 to 1", _between_the_ends, "A cosine must lie between -1 and 1."),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda table, id: table @ table[id],
                "These are dot products: long vectors seem like everything. Divide by both "
                "lengths.",
            ),
            WrongAnswer(
                lambda table, id: table @ table[id] / _norms(table),
                "Divided by the length of each vector of the table, but not by that of vector id.",
            ),
            WrongAnswer(
                lambda table, id: table @ table[id] / _norms(table)[id],
                "Divided by the length of vector id, but not by those of the others.",
            ),
            WrongAnswer(
                lambda table, id: table @ table[id] / (_norms(table) * _norms(table)[id]) ** 2,
                "Divided by the squares of the lengths; the lengths themselves are wanted: norm().",
            ),
            WrongAnswer(
                lambda table, id: (lambda unit: unit @ unit[id])(table / table.norm(dim=0)),
                "The columns were brought to length 1. Each row is a vector: norm(dim=-1, "
                "keepdim=True).",
            ),
            WrongAnswer(
                lambda table, id: (table - table[id]).norm(dim=-1),
                "These are distances: they grow as vectors differ, and depend on lengths.",
            ),
            WrongAnswer(
                lambda table, id: cosine_similarities(table - table.mean(-1, keepdim=True), id),
                "The mean was taken off each vector first: that is a correlation. The cosine "
                "measures angles from zero.",
            ),
            WrongAnswer(
                lambda table, id: (lambda unit: unit @ unit.T)(
                    table / table.norm(dim=-1, keepdim=True)
                ),
                "All vectors are compared with all. Wanted is vector id against each: one number a "
                "row.",
            ),
            WrongAnswer(
                lambda table, id: cosine_similarities(table, id).argsort(descending=True),
                "These are the ids in order. The similarities are wanted, in the order of the "
                "table.",
            ),
            WrongAnswer(
                lambda table, id: (lambda all: torch.cat((all[:id], all[id + 1 :])))(
                    cosine_similarities(table, id)
                ),
                "The vector itself is left out, so that the numbers no longer stand at their ids.",
            ),
        ),
        hints=(
            "The dot product of two vectors is the product of their lengths and the cosine of the "
            "angle between them. What must it be divided by?",
            "Bring every row to length 1 first: table / table.norm(dim=-1, keepdim=True).",
            "Then the dot products with row id are the cosines: unit @ unit[id].",
        ),
    ),
)
