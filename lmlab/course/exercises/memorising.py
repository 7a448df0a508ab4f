"""What a model gives away: a secret's exposure, and who was in the text."""

import math

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.tasks.roc import roc_area

CHAPTER = "08_2_privacy_and_security"


def _candidates(seed):
    """Eight candidates of which the secret is second; then more, the likeliest and the last too."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([-4.0, -1.0, -3.0, -5.0, -6.0, -2.0, -7.0, -8.0]), 5

    def some(n):
        return -10 * torch.rand(n, generator=generator)

    fifty, hundred = some(50), some(100)
    yield (
        fifty,
        int(fifty.argsort(descending=True)[int(torch.randint(3, 9, (), generator=generator))]),
    )
    yield hundred, int(hundred.argmax())
    yield hundred, int(hundred.argsort(descending=True)[60])


def _bits(log_probs, secret, rank):
    return math.log2(len(log_probs)) - math.log2(rank(log_probs, log_probs[secret]))


def _rank(log_probs, own):
    return int((log_probs >= own).sum())


def _first_has_all_bits(answer, log_probs, secret):
    return math.isclose(answer(log_probs, int(log_probs.argmax())), math.log2(len(log_probs)))


def _scores(seed):
    """Three members and two others, with a tie; then more of both."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([-1.0, -2.0, -4.0]), torch.tensor([-2.0, -5.0])
    for members, others in ((6, 9), (20, 12)):
        a = torch.randint(-20, -2, (members,), generator=generator).float()
        b = torch.randint(-24, -8, (others,), generator=generator).float()
        a[0] = b[0]  # a tie at least
        yield a, b


def _exchanged_is_the_rest(answer, members, others):
    return math.isclose(answer(members, others) + answer(others, members), 1, abs_tol=1e-6)


def _share(wins):
    return wins.double().mean().item()


def _by_the_mean(members, others):
    threshold = torch.cat((members, others)).mean()
    return 0.5 * (_share(members > threshold) + _share(others <= threshold))


def _in_order(members, others):
    n = min(len(members), len(others))
    return _share(members[:n] > others[:n]) + 0.5 * _share(members[:n] == others[:n])


EXERCISES = (
    Exercise(
        id="exposure",
        chapter=CHAPTER,
        number="8.2.1",
        title="How far a secret is exposed",
        difficulty=2,
        minutes=8,
        reference="lmlab.tasks.memorisation.canaries.exposure",
        cases=_candidates,
        invariants=(
            Invariant(
                "the likeliest has all bits",
                _first_has_all_bits,
                "The likeliest candidate is found at the first guess: it must have log2 of their "
                "number, all bits that there are.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda p, secret: _bits(p, secret, lambda p, own: 1 + int((p < own).sum())),
                "The rank is counted from the wrong end: rank 1 is the likeliest.",
            ),
            WrongAnswer(
                lambda p, secret: math.log(len(p)) - math.log(_rank(p, p[secret])),
                "These are nats: bits come from log2.",
            ),
            WrongAnswer(
                lambda p, secret: math.log2(_rank(p, p[secret])),
                "This is the logarithm of the rank. It is to be taken from that of the number of "
                "candidates: the less likely a secret, the less exposed.",
            ),
            WrongAnswer(
                lambda p, secret: _bits(p, secret, lambda p, own: 2 + int((p > own).sum())),
                "The rank is one too large: that of the likeliest is 1, for nothing stands before.",
            ),
            WrongAnswer(
                lambda p, secret: float(len(p) / _rank(p, p[secret])),
                "This is how many times fewer guesses are needed. In bits it is log2 of that.",
            ),
            WrongAnswer(
                lambda p, secret: -float(p[secret]) / math.log(2),
                "This is what the secret costs the model, in bits, whatever the others cost. Its "
                "place among them counts.",
            ),
            WrongAnswer(
                lambda p, secret: math.log2(len(p)),
                "All bits, wherever the secret stands: its rank is missing.",
            ),
        ),
        hints=(
            "How many candidates does somebody try before the secret who begins with the "
            "likeliest? And how many are there in all?",
            "The rank is the number of candidates that are at least as likely, itself among them.",
            "log2(len(log_probs)) - log2(rank)",
        ),
        quiz=Quiz(
            "A secret that was in no text has 5 bits of exposure. What does it mean?",
            {
                "The model has seen it all the same": "It was in no text. Among 32 such secrets "
                "one has 5 bits or more: ranks are drawn from all places alike.",
                "Chance": "One in 2⁵ = 32 has so many, without having been seen. So take several "
                "secrets, and look at their mean.",
                "Five digits were guessed": "Bits are halvings of the candidates that are left: "
                "the secret stands in the first 1/32 of them.",
            },
            "Chance",
        ),
    ),
    Exercise(
        id="roc_area",
        chapter=CHAPTER,
        number="8.2.2",
        title="The area under a curve, without the curve",
        difficulty=2,
        minutes=10,
        reference="lmlab.tasks.roc.roc_area",
        cases=_scores,
        invariants=(
            Invariant(
                "exchanged, it is the rest",
                _exchanged_is_the_rest,
                "With members and others exchanged, the area must be what is missing to 1.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda a, b: _share(a[:, None] > b),
                "A tie counts nothing. It counts half: there a threshold can only guess.",
            ),
            WrongAnswer(
                lambda a, b: _share(a[:, None] >= b),
                "A tie counts as a win. It counts half.",
            ),
            WrongAnswer(
                lambda a, b: 1 - roc_area(a, b),
                "The sides are exchanged: a pair is won when the *member* has the larger score.",
            ),
            WrongAnswer(
                _by_the_mean,
                "This is how often one threshold, the mean, is right. The area takes all "
                "thresholds.",
            ),
            WrongAnswer(
                _in_order,
                "Each member is compared with one other, in the order in which they stand. All "
                "pairs count.",
            ),
            WrongAnswer(
                lambda a, b: roc_area(a, b) * len(a) * len(b),
                "This is the number of pairs that are won. The area is their share.",
            ),
            WrongAnswer(
                lambda a, b: float(a.double().mean() - b.double().mean()),
                "This is how far the two means are apart. It depends on the unit of the scores; "
                "the area does not.",
            ),
        ),
        hints=(
            "Take one member and one other. How often has the member the larger score?",
            "members[:, None] and others broadcast to all pairs. Count wins as 1 and ties as ½.",
            "((members[:, None] > others) + 0.5 * (members[:, None] == others)).mean()",
        ),
    ),
)
