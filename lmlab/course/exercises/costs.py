"""A block in numbers: its parameters, and the share that attention has of its arithmetic."""

import random

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _blocks(seed):
    """A block that can be counted by head, town-gpt's, then others, some with shared heads."""
    rng = random.Random(seed)
    yield 4, 2, 2, 16
    yield 128, 4, 4, 512
    yield 576, 9, 3, 1536
    for _ in range(3):
        n_kv_heads, group, d_head = rng.randint(1, 3), rng.randint(2, 3), rng.choice((4, 6, 10))
        d_model = n_kv_heads * group * d_head
        yield (
            d_model,
            n_kv_heads * group,
            n_kv_heads,
            d_model * rng.randint(2, 5) + rng.randint(1, 9),
        )


def _tokens(seed):
    """A small block, GPT-3's, then others."""
    rng = random.Random(seed)
    yield 64, 256, 128
    yield 12_288, 49_152, 2_048
    yield 100, 300, 1_000
    for _ in range(3):
        d_model = rng.choice((48, 96, 160))
        yield d_model, d_model * rng.randint(2, 5) + rng.randint(1, 9), rng.randint(20, 2000)


def _half_as_wide_a_quarter(answer, d_model, n_heads, n_kv_heads, d_ff):
    """Of the matrices, which is what is left when the norms' part is taken off."""
    whole = answer(2 * d_model, n_heads, n_kv_heads, 2 * d_ff) - 4 * d_model
    return whole == 4 * (answer(d_model, n_heads, n_kv_heads, d_ff) - 2 * d_model)


def _heads_cost_nothing(answer, d_model, n_heads, n_kv_heads, d_ff):
    return answer(d_model, 2, 2, d_ff) == answer(d_model, 1, 1, d_ff)


def _is_a_share(answer, *case):
    return 0 < answer(*case) < 1


def _grows_with_the_context(answer, d_model, d_ff, context):
    return answer(d_model, d_ff, context) < answer(d_model, d_ff, 2 * context)


def _count(d_model, d_kv, d_ff, norms=2):
    return 2 * d_model**2 + 2 * d_model * d_kv + 2 * d_model * d_ff + norms * d_model


def _kv(d, h, kv):
    return kv * (d // h)


def _share(attending, matrices):
    return attending / (attending + matrices)


def _matrices(d_model, d_ff):
    return 2 * (4 * d_model**2 + 2 * d_model * d_ff)


EXERCISES = (
    Exercise(
        id="block_parameters",
        chapter="02_3_transformer",
        number="2.3.11",
        title="Count a block",
        difficulty=1,
        minutes=8,
        reference="lmlab.scaling.block.block_parameters",
        cases=_blocks,
        invariants=(
            Invariant(
                "four times the matrices at twice the width",
                _half_as_wide_a_quarter,
                "A block that is twice as wide, inside too, must have four times the parameters "
                "in its matrices, and twice those in its norms.",
            ),
            Invariant(
                "heads cost nothing",
                _heads_cost_nothing,
                "More heads must not mean more parameters, when keys and values have as many: "
                "heads are slices of the same width.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda d, h, kv, ff: _count(d, _kv(d, h, kv), ff) - d * d,
                "One square matrix of attention is missing: besides queries, keys and values, the "
                "heads' results pass through an output projection.",
            ),
            WrongAnswer(
                lambda d, h, kv, ff: _count(d, d, ff),
                "Keys and values are taken as wide as the queries. They are n_kv_heads heads wide, "
                "and a head is d_model / n_heads wide.",
            ),
            WrongAnswer(
                lambda d, h, kv, ff: (
                    h * (_count(d, _kv(d, h, kv), 0, norms=0)) + 2 * d * ff + 2 * d
                ),
                "Attention is counted once for each head. The heads share the width: together "
                "they have d_model columns, not d_model each.",
            ),
            WrongAnswer(
                lambda d, h, kv, ff: _count(d, kv, ff),
                "n_kv_heads is a number of heads. For a width, multiply it by the width of a head, "
                "d_model / n_heads.",
            ),
            WrongAnswer(
                lambda d, h, kv, ff: _count(d, _kv(d, h, kv), ff) - d * ff,
                "The feed-forward has two matrices: up to d_ff, and down again.",
            ),
            WrongAnswer(
                lambda d, h, kv, ff: _count(d, _kv(d, h, kv), 4 * d),
                "The feed-forward's inner width is d_ff, which need not be 4 · d_model.",
            ),
            WrongAnswer(
                lambda d, h, kv, ff: _count(d, _kv(d, h, kv), ff, norms=0),
                "The norms are missing: there are two, with a weight for each channel.",
            ),
            WrongAnswer(
                lambda d, h, kv, ff: _count(d, _kv(d, h, kv), ff, norms=1),
                "There is one norm; there are two, before attention and before the feed-forward.",
            ),
            WrongAnswer(
                lambda d, h, kv, ff: _count(d, _kv(d, h, kv), ff, norms=4),
                "Each norm is given a bias. An RMSNorm has a weight alone: d_model numbers.",
            ),
            WrongAnswer(
                lambda d, h, kv, ff: (
                    _count(d, _kv(d, h, kv), ff) + (2 * d + 2 * _kv(d, h, kv) + ff + d)
                ),
                "Biases are counted. The block of this exercise has none.",
            ),
            WrongAnswer(
                lambda d, h, kv, ff: 2 * d * d + 2 * d * _kv(d, h, kv) + 2 * d,
                "This is attention and the norms. The feed-forward, the largest part, is missing.",
            ),
        ),
        hints=(
            "List the matrices: four in attention (queries, keys, values, output), two in the "
            "feed-forward. And two vectors, one in each norm.",
            "Queries and output: d_model × d_model. Keys and values: d_model × (n_kv_heads · "
            "d_model / n_heads). How large are the two of the feed-forward?",
            "2 · d_model · d_model + 2 · d_model · d_kv + 2 · d_model · d_ff + 2 · d_model. Use // "
            "for the width of a head, so that it stays a whole number.",
        ),
        quiz=Quiz(
            "d_model is doubled, and d_ff with it. What happens to the parameters of a block?",
            {
                "they double": "Rows and columns of every matrix double: twice times twice.",
                "about four times as many": "Every matrix has twice as many rows and twice as "
                "many columns.",
                "it depends on the number of heads": "Heads are slices of the width; their "
                "number changes no matrix (unless keys and values have fewer).",
            },
            answer="about four times as many",
        ),
    ),
    Exercise(
        id="attention_share",
        chapter="02_3_transformer",
        number="2.3.14",
        title="When does the square hurt?",
        difficulty=2,
        minutes=10,
        reference="lmlab.scaling.block.attention_share",
        cases=_tokens,
        invariants=(
            Invariant("a share", _is_a_share, "A share lies between 0 and 1."),
            Invariant(
                "grows with the context",
                _grows_with_the_context,
                "The more positions a token looks at, the larger must be attention's share.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda d, ff, context: 4 * context * d / _matrices(d, ff),
                "This is attention's part beside that of the matrices. For a share, divide by both "
                "together.",
            ),
            WrongAnswer(
                lambda d, ff, context: 1 - _share(4 * context * d, _matrices(d, ff)),
                "This is the share of the matrices; what is asked for is the rest of it.",
            ),
            WrongAnswer(
                lambda d, ff, context: _share(2 * context * d, _matrices(d, ff)),
                "Only one of the two is counted. Scores, q · k, cost 2 · context · d_model, and "
                "the weighted sum of the values as much again.",
            ),
            WrongAnswer(
                lambda d, ff, context: _share(4 * context * d, _matrices(d, ff) / 2),
                "The matrices are counted with one FLOP for each weight: it is a multiplication "
                "and an addition.",
            ),
            WrongAnswer(
                lambda d, ff, context: _share(4 * context * d, 4 * d * ff),
                "The four projections of attention, d_model × d_model each, are missing from the "
                "matrices.",
            ),
            WrongAnswer(
                lambda d, ff, context: _share(4 * context * d, 8 * d * d),
                "The two matrices of the feed-forward are missing.",
            ),
            WrongAnswer(
                lambda d, ff, context: _share(4 * context * d, 6 * d * d + 4 * d * ff),
                "Attention has four matrices: queries, keys, values, and the output projection.",
            ),
            WrongAnswer(
                lambda d, ff, context: _share(4 * context * context * d, _matrices(d, ff)),
                "The whole text's scores are set beside one token's matrices. Count both for one "
                "token: it looks at `context` positions.",
            ),
            WrongAnswer(
                lambda d, ff, context: _share(4 * context, _matrices(d, ff)),
                "A product q · k costs 2 FLOPs for each channel: d_model is missing from scores "
                "and weighted sum.",
            ),
        ),
        hints=(
            "Count for one token. Each weight of a matrix costs it 2 FLOPs. How many weights have "
            "attention's four matrices and the feed-forward's two?",
            "Scores: the token's query times `context` keys, 2 · context · d_model FLOPs in all. "
            "The weighted sum of the values costs the same.",
            "looking = 4 · context · d_model; matrices = 2 · (4 · d_model² + 2 · d_model · d_ff); "
            "looking / (looking + matrices).",
        ),
        quiz=Quiz(
            "A model is made twice as wide and reads texts twice as long. What happens to "
            "attention's share?",
            {
                "it stays": "It is context / (context + 6 · d_model): both have doubled.",
                "it grows, for the cost of attention is quadratic": "So it is in the length. But "
                "the matrices' cost is quadratic in the width.",
                "it shrinks": "It would, had only the width doubled.",
            },
            answer="it stays",
        ),
    ),
)
