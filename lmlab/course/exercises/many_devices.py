"""Many devices: what each of them holds, how long it waits, and what it sends."""

import random

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer

CHAPTER = "08_1_training_larger_models"


def _replicas(seed):
    """A model of seven billion on 64 devices, then all stages of ZeRO."""
    rng = random.Random(seed)
    yield 7_000_000_000, 64, 1
    for zero in (0, 1, 2, 3):
        yield rng.randint(10**8, 10**12), rng.randint(3, 2048), zero


def _held(weights, gradients, optimizer, order=(3, 2, 1)):
    """A wrong answer that takes other bytes, or shares things out at other stages."""

    def answer(parameters, replicas, zero):
        each = zip((weights, gradients, optimizer), order, strict=True)
        return parameters * sum(n / (replicas if zero >= stage else 1) for n, stage in each)

    return answer


def _this_stage_alone(parameters, replicas, zero):
    each = {3: 2, 2: 2, 1: 12}
    return parameters * sum(n / (replicas if zero == s else 1) for s, n in each.items())


def _given_away(parameters, replicas, zero):
    return 16 * parameters - _held(2, 2, 12)(parameters, replicas, zero)


def _pipelines(seed):
    """Four stages and eight micro-batches; then more of both, and chunks."""
    rng = random.Random(seed)
    yield 4, 8, 1
    yield 8, 32, 2
    for _ in range(4):
        yield rng.randint(3, 64), rng.randint(5, 200), rng.randint(1, 4)


def _fewer_wait_with_more(answer, stages, micro_batches, chunks):
    shares = [answer(stages, n, chunks) for n in (micro_batches, 2 * micro_batches)]
    return 0 < shares[1] < shares[0] < 1


def _rings(seed):
    """Eight devices add up two gigabytes; then others."""
    rng = random.Random(seed)
    yield 2e9, 8, 300e9
    for _ in range(4):
        yield 10 ** rng.uniform(6, 11), rng.randint(3, 4096), 10 ** rng.uniform(9, 12)


EXERCISES = (
    Exercise(
        id="state_bytes",
        chapter=CHAPTER,
        number="8.1.4",
        title="What a replica holds",
        difficulty=2,
        minutes=10,
        reference="lmlab.scaling.parallelism.state_bytes",
        cases=_replicas,
        wrong_answers=(
            WrongAnswer(
                _held(2, 2, 12, order=(0, 0, 0)),
                "Everything is shared out at every stage. Stage 0 shares nothing, and each stage "
                "one thing more.",
            ),
            WrongAnswer(
                _held(2, 2, 12, order=(9, 9, 9)),
                "Nothing is shared out: this is what each replica holds without ZeRO.",
            ),
            WrongAnswer(
                _held(2, 2, 12, order=(1, 2, 3)),
                "The order is turned round. The optimiser's state is the largest, and goes first; "
                "the weights go last.",
            ),
            WrongAnswer(
                _held(2, 2, 8),
                "8 bytes are the two running means. The optimiser also keeps the weights in 32 "
                "bits: 12.",
            ),
            WrongAnswer(
                _held(4, 4, 8),
                "These are the bytes of float32. In mixed precision weights and gradients have 2.",
            ),
            WrongAnswer(
                _this_stage_alone,
                "Only the thing of this stage is shared out. A stage also does what those before "
                "it do.",
            ),
            WrongAnswer(
                _given_away,
                "This is what a replica need not hold any more. What it still holds is wanted.",
            ),
            WrongAnswer(
                _held(2, 2, 12, order=(3, 3, 3)),
                "Stage 3 is right, and stages 1 and 2 do nothing: they share out the optimiser's "
                "state, then the gradients.",
            ),
            WrongAnswer(
                _held(2, 2, 12, order=(2, 1, 0)),
                "One stage too early: stage 0 shares nothing out.",
            ),
        ),
        hints=(
            "Three things: 2 bytes, 2 bytes and 12 bytes a parameter. Which are whole here?",
            "At stage 1 the 12 are divided by the replicas; at 2 a further 2; at 3 the last 2.",
            "parameters * (12 / (replicas if zero >= 1 else 1) + …)",
        ),
    ),
    Exercise(
        id="bubble_share",
        chapter=CHAPTER,
        number="8.1.5",
        title="The bubble",
        difficulty=2,
        minutes=8,
        reference="lmlab.scaling.parallelism.bubble_share",
        cases=_pipelines,
        invariants=(
            Invariant(
                "more micro-batches, less waiting",
                _fewer_wait_with_more,
                "It is a share between 0 and 1, and must fall when there are more micro-batches.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda p, m, v: (p - 1) / (m * v),
                "This is the wait against the work. Its share of the whole step is wanted: work "
                "and wait stand below the line.",
            ),
            WrongAnswer(
                lambda p, m, v: p / (m * v + p),
                "A stage does not wait for itself: p - 1 others.",
            ),
            WrongAnswer(
                lambda p, m, v: (p - 1) / (m + p - 1),
                "The chunks are not used: with v of them, a wait is v times shorter against the "
                "work.",
            ),
            WrongAnswer(
                lambda p, m, v: (p - 1) / (m / v + p - 1),
                "The chunks are turned round: more of them make the bubble smaller.",
            ),
            WrongAnswer(
                lambda p, m, v: (p - 1) / (m + v + p - 1),
                "The chunks are added. Each micro-batch passes a stage once for each chunk: "
                "multiply.",
            ),
            WrongAnswer(
                lambda p, m, v: (p - 1) / (m * v + p),
                "One moment too many: a stage works m · v moments and waits p - 1.",
            ),
            WrongAnswer(
                lambda p, m, v: 1 / (m * v + p - 1),
                "This is one moment of the step. A stage waits for p - 1 of them.",
            ),
        ),
        hints=(
            "Look at the last stage: how long until the first micro-batch reaches it?",
            "p - 1 moments of waiting, and m · v of work. What share is the waiting?",
            "(stages - 1) / (micro_batches * chunks + stages - 1)",
        ),
    ),
    Exercise(
        id="all_reduce_seconds",
        chapter=CHAPTER,
        number="8.1.6",
        title="A sum that all hold",
        difficulty=2,
        minutes=8,
        reference="lmlab.scaling.parallelism.all_reduce_seconds",
        cases=_rings,
        wrong_answers=(
            WrongAnswer(
                lambda size, n, b: size / b,
                "This is the tensor sent once. In a ring it goes round twice, less a piece.",
            ),
            WrongAnswer(
                lambda size, n, b: 2 * size / b,
                "Nearly: but a device need not send the piece that is its own, 1 / members of it.",
            ),
            WrongAnswer(
                lambda size, n, b: size * (n - 1) / n / b,
                "This adds the pieces up, and leaves them where they are. They are to be handed "
                "out as well: twice.",
            ),
            WrongAnswer(
                lambda size, n, b: 2 * (n - 1) * size / b,
                "Each sends its whole tensor to each other. In a ring it sends pieces, one of "
                "n at a time.",
            ),
            WrongAnswer(
                lambda size, n, b: 2 * size * n / (n - 1) / b,
                "The fraction is upside down: a device sends less than all, not more.",
            ),
            WrongAnswer(
                lambda size, n, b: 2 * size * (n - 1) / n * b,
                "Bytes times bytes a second are no seconds: divide by the bandwidth.",
            ),
            WrongAnswer(
                lambda size, n, b: 2 * size / n / b,
                "This is one round of the ring each way. There are members - 1 rounds.",
            ),
        ),
        hints=(
            "The tensor is cut into as many pieces as there are members. How large is one?",
            "members - 1 rounds to add up, members - 1 to hand out, a piece in each.",
            "2 * size * (members - 1) / members / bandwidth",
        ),
    ),
)
