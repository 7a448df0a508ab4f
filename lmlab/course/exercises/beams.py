"""Searching for the likeliest translation: one step of a beam search, and the price of length."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _steps(seed):
    """One text with two beams, then batches; as many ways as beams, and twice as many."""
    generator = torch.Generator().manual_seed(seed)
    log_probs = torch.tensor([[0.5, 0.3, 0.2], [0.7, 0.2, 0.1]]).log()
    yield torch.tensor([0.4, 0.6]).log(), log_probs, 2
    for batch, beams, vocab_size in (((), 3, 7), ((2,), 4, 5), ((3,), 2, 8), ((2, 2), 3, 6)):
        scores = -3 * torch.rand(*batch, beams, generator=generator)
        logits = 1.5 * torch.randn(*batch, beams, vocab_size, generator=generator)
        for n in (beams, 2 * beams):
            yield scores, logits.log_softmax(dim=-1), n


def _best_first(answer, scores, log_probs, n):
    found = answer(scores, log_probs, n)[0]
    return bool((found.diff(dim=-1) <= 1e-6).all())


def _scores_are_of_the_ways(answer, scores, log_probs, n):
    found, parents, tokens = answer(scores, log_probs, n)
    ways = scores[..., None] + log_probs
    flat = ways.flatten(-2).gather(-1, parents * log_probs.size(-1) + tokens)
    return torch.allclose(found, flat, atol=1e-4)


def _by(ways, pick=None, largest=True):
    """An answer from a table of ways, and from (flat index, beams, vocabulary) to two numbers."""
    pick = pick or (lambda index, beams, vocab_size: (index // vocab_size, index % vocab_size))

    def answer(scores, log_probs, n):
        best = ways(scores, log_probs).flatten(-2).topk(n, dim=-1, largest=largest)
        return (best.values, *pick(best.indices, *log_probs.shape[-2:]))

    return answer


def _sum(scores, log_probs):
    return scores[..., None] + log_probs


def _first_beam_only(scores, log_probs, n):
    best = _sum(scores, log_probs)[..., 0, :]
    best = torch.cat((best, best - 100), dim=-1).topk(n, dim=-1)
    return best.values, torch.zeros_like(best.indices), best.indices % log_probs.size(-1)


def _texts_mixed(scores, log_probs, n):
    best = _sum(scores, log_probs).flatten().topk(n)
    vocab_size = log_probs.size(-1)
    return best.values, best.indices // vocab_size, best.indices % vocab_size


_BEAM_STEP = Exercise(
    id="beam_step",
    chapter="06_1_machine_translation",
    number="6.1.3",
    title="One step of a beam search",
    difficulty=2,
    minutes=15,
    reference="lmlab.generate.beam.beam_step",
    cases=_steps,
    invariants=(
        Invariant("best first", _best_first, "The ways must come in order, the likeliest first."),
        Invariant(
            "the score is that of the way",
            _scores_are_of_the_ways,
            "The scores do not belong to the beams and tokens beside them: each must be the "
            "beam's score plus the log-probability of the token after that beam.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _by(lambda scores, log_probs: log_probs),
            "The scores of the beams are left out: how likely the beginning was counts as well. "
            "Add scores[..., None].",
        ),
        WrongAnswer(
            _by(lambda scores, log_probs: scores[..., None] * log_probs),
            "Log-probabilities are multiplied. Probabilities multiply; their logarithms add.",
        ),
        WrongAnswer(
            _by(lambda scores, log_probs: scores[..., None] + log_probs.exp()),
            "A log-probability and a probability are added. Both must be logarithms.",
        ),
        WrongAnswer(
            _by(_sum, largest=False),
            "These are the least likely ways. topk takes the largest unless it is told otherwise.",
        ),
        WrongAnswer(
            _by(_sum, lambda index, beams, vocab_size: (index % vocab_size, index // vocab_size)),
            "Beam and token are swapped. In a flattened (beams, vocab_size), the beam is index // "
            "vocab_size and the token what is left over.",
        ),
        WrongAnswer(
            _by(_sum, lambda index, beams, vocab_size: (index // beams, index % beams)),
            "The index is divided by the number of beams. Each beam has a row of vocab_size "
            "entries: divide by that.",
        ),
        WrongAnswer(
            _by(_sum, lambda index, beams, vocab_size: (index // vocab_size, index)),
            "The tokens are still places in the flattened table; take them modulo vocab_size.",
        ),
        WrongAnswer(
            _by(lambda scores, log_probs: _sum(scores, log_probs).mT),
            "The table is flattened column by column, and read as if by rows: beams come before "
            "tokens.",
        ),
        WrongAnswer(
            _first_beam_only,
            "Only the first beam goes on. All of them compete, each with all of its tokens.",
        ),
        WrongAnswer(
            _texts_mixed,
            "Right for one text; in a batch the ways of all texts are thrown together. Flatten the "
            "last two axes only: flatten(-2).",
        ),
    ),
    hints=(
        "Two beams and three tokens make six ways to go on. Write the six log-probabilities into a "
        "table of two rows. Which two are largest?",
        "scores[..., None] + log_probs is that table, (*batch, beams, vocab_size). flatten(-2) "
        "makes one row of it, and topk(n, dim=-1) finds the best, with their places.",
        "A place in the row is beam · vocab_size + token: // and % give the two back.",
    ),
    quiz=Quiz(
        "A beam search keeps 5 beginnings instead of 1. Is the translation that it finds always "
        "at least as likely as the greedy one?",
        {
            "Yes: greedy is one of the five": "The greedy beginning may be pushed out by five that "
            "look better at that moment, and do worse later.",
            "Nearly always, but not always": "It is a search that forgets. Five others may push "
            "the greedy beginning out, and all of them do worse in the end.",
            "No, the two have nothing to do with each other": "With one beam they are the same, "
            "and with more the search sees far more ways.",
        },
        answer="Nearly always, but not always",
    ),
)


def _lengths(seed):
    rng = random.Random(seed)
    yield 7, 1.0
    yield 1, 0.6
    yield 13, 0.5
    yield 20, 0.0
    for _ in range(4):
        yield rng.randint(2, 60), round(rng.uniform(0.2, 0.9), 2)


def _no_alpha_no_change(answer, n_tokens, alpha):
    return answer(n_tokens, 0.0) == 1


def _grows(answer, n_tokens, alpha):
    return answer(n_tokens + 1, 0.7) > answer(n_tokens, 0.7)


_LENGTH_PENALTY = Exercise(
    id="length_penalty",
    chapter="06_1_machine_translation",
    number="6.1.4",
    title="A handicap for short translations",
    difficulty=1,
    minutes=5,
    reference="lmlab.generate.beam.length_penalty",
    cases=_lengths,
    invariants=(
        Invariant(
            "alpha 0 changes nothing",
            _no_alpha_no_change,
            "With alpha = 0 the penalty must be 1, so that dividing by it changes nothing.",
        ),
        Invariant("grows with length", _grows, "The penalty must grow with the length."),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda n_tokens, alpha: (5 + n_tokens) / 6,
            "alpha is not used: it is the exponent.",
        ),
        WrongAnswer(
            lambda n_tokens, alpha: (5 + n_tokens) / 6 * alpha,
            "alpha is a factor here. It is the exponent: ** alpha.",
        ),
        WrongAnswer(
            lambda n_tokens, alpha: (5 + n_tokens) ** alpha / 6,
            "Only the numerator is raised to alpha. The 6 under it belongs inside as well, so that "
            "one token is not penalised at all.",
        ),
        WrongAnswer(
            lambda n_tokens, alpha: 5 + (n_tokens / 6) ** alpha,
            "The 5 stands outside; the sum 5 + n_tokens is divided by 6, and then raised.",
        ),
        WrongAnswer(
            lambda n_tokens, alpha: float(n_tokens) ** alpha,
            "This is the older, plainer rule, n^alpha. Here 5 is added and the sum divided by 6, "
            "which softens it for the first tokens.",
        ),
        WrongAnswer(
            lambda n_tokens, alpha: ((5 + n_tokens) / 6) ** -alpha,
            "The exponent has a minus: that is what the score is multiplied by. Asked for is what "
            "it is divided by.",
        ),
        WrongAnswer(
            lambda n_tokens, alpha: float((5 + n_tokens) // 6) ** alpha,
            "// rounds down to a whole number; divide with /.",
        ),
    ),
    hints=(
        "One token: (5 + 1) / 6 = 1, no penalty. Seven tokens: (5 + 7) / 6 = 2. That for alpha = "
        "1; alpha = 0 makes 1 of both.",
        "An exponent does that: anything ** 0 is 1.",
        "Brackets first: the whole fraction (5 + n_tokens) / 6 is raised to alpha.",
    ),
)

EXERCISES = (_BEAM_STEP, _LENGTH_PENALTY)
