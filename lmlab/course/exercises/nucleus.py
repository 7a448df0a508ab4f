"""The cut before the draw: top-p keeps the likeliest tokens."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _cases(seed):
    """One text, a sum that meets p exactly, texts with all, one or some tokens kept, batches."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([0.1, 0.5, 0.15, 0.25]), 0.6
    yield torch.tensor([0.125, 0.5, 0.0625, 0.25, 0.0625]), 0.75
    yield torch.tensor([[0.05, 0.8, 0.15], [0.5, 0.2, 0.3]]), 0.65
    yield torch.tensor([0.2, 0.3, 0.1, 0.4]), 1.0
    for shape in ((5,), (2, 6), (3, 4), (2, 3, 5), (4, 8)):
        yield _clear_of(0.6, generator, *shape), 0.6
        yield _clear_of(0.9, generator, *shape), 0.9


def _probs(generator, *shape):
    return (1.5 * torch.randn(*shape, generator=generator)).softmax(-1)


def _clear_of(p, generator, *shape):
    """Probabilities whose sums, likeliest first, keep away from p: rounding decides nothing."""
    while True:
        probs = _probs(generator, *shape)
        sums = probs.sort(dim=-1, descending=True).values.cumsum(-1)
        if (sums - p).abs().min() > 1e-3:
            return probs


def _sums_to_one(answer, probs, p):
    total = answer(probs, p).sum(dim=-1)
    return torch.allclose(total, torch.ones_like(total), atol=1e-4)


def _likeliest_stays(answer, probs, p):
    return torch.equal(answer(probs, p).argmax(-1), probs.argmax(-1))


def _p_of_one_keeps_all(answer, probs, p):
    return torch.allclose(answer(probs, 1.0), probs, atol=1e-4)


def _keep(mask, probs):
    """What `mask` keeps, scaled to sum to one."""
    kept = probs * mask
    return kept / kept.sum(dim=-1, keepdim=True)


def _running(rule, dim=-1, descending=True):
    """Keep the tokens for which `rule(sum, probability, p)` holds; the sums run in sorted order."""

    def answer(probs, p):
        ordered, order = probs.sort(dim=dim, descending=descending)
        mask = rule(ordered.cumsum(dim), ordered, p)
        return _keep(torch.zeros_like(mask).scatter(dim, order, mask), probs)

    return answer


def _nucleus_mask(probs, p):
    ordered, order = probs.sort(dim=-1, descending=True)
    mask = ordered.cumsum(-1) - ordered < p
    return torch.zeros_like(mask).scatter(-1, order, mask)


def _one_more(sums, ordered, p):
    """The right rule, and one token besides."""
    right = sums - ordered < p
    return torch.cat((right[..., :1], right[..., :-1]), dim=-1)


def _put_back(place):
    """The right cut, and `place(kept, order)` to bring it back into the order of the ids."""

    def answer(probs, p):
        ordered, order = probs.sort(dim=-1, descending=True)
        return place(_keep(ordered.cumsum(-1) - ordered < p, ordered), order)

    return answer


def _share_of_the_vocabulary(probs, p):
    kept = probs.topk(max(1, round(p * probs.size(-1))), dim=-1)
    return _keep(torch.zeros_like(probs).scatter(-1, kept.indices, 1.0), probs)


EXERCISES = (
    Exercise(
        id="keep_top_p",
        chapter="02_1_language_models",
        number="2.1.10",
        title="Keep the nucleus: top-p",
        difficulty=3,
        minutes=15,
        reference="lmlab.generate.sampling.keep_top_p",
        cases=_cases,
        invariants=(
            Invariant(
                "sums to one",
                _sums_to_one,
                "What is kept of a text must sum to one again.",
            ),
            Invariant(
                "the likeliest stays",
                _likeliest_stays,
                "The likeliest token of each text must be kept, in its own place.",
            ),
            Invariant(
                "p = 1 keeps all",
                _p_of_one_keeps_all,
                "With p = 1 every token must be kept, and nothing change.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda probs, p: probs * _nucleus_mask(probs, p),
                "The right tokens are kept, but they no longer sum to one: divide by their sum.",
            ),
            WrongAnswer(
                _running(lambda sums, ordered, p: sums <= p),
                "The token that crosses p is left out, so that what is kept does not reach p (and "
                "is nothing, when the first token alone is above p). Look at the sum before each "
                "token.",
            ),
            WrongAnswer(
                _running(_one_more),
                "One token too many is kept: the token that crosses p is the last.",
            ),
            WrongAnswer(
                _running(lambda sums, ordered, p: sums - ordered <= p),
                "Right but where the sum meets p exactly: then p is reached and the next token "
                "goes. Keep a token when the sum before it is < p.",
            ),
            WrongAnswer(
                lambda probs, p: _keep(probs > p, probs),
                "p is compared with single probabilities. It is a bound on the sum of the "
                "likeliest.",
            ),
            WrongAnswer(
                lambda probs, p: _keep(probs >= p * probs.amax(-1, keepdim=True), probs),
                "This keeps what is at least p times the largest probability. That rule is called "
                "min-p; top-p looks at the running sum.",
            ),
            WrongAnswer(
                _share_of_the_vocabulary,
                "This keeps a share p of the tokens. Wanted is a share p of the probability: few "
                "tokens where the model is sure, many where it is not.",
            ),
            WrongAnswer(
                lambda probs, p: _keep(probs.cumsum(-1) - probs < p, probs),
                "The running sum goes in the order of the ids. Sort first: the likeliest are to "
                "be added up first.",
            ),
            WrongAnswer(
                _running(lambda sums, ordered, p: sums - ordered < p, descending=False),
                "Sorted the wrong way: the least likely tokens come first and are kept. Sort with "
                "descending=True.",
            ),
            WrongAnswer(
                _running(lambda sums, ordered, p: sums - ordered < p, dim=0),
                "Sorted and summed over axis 0, which mixes texts; the tokens are on the last "
                "axis, dim=-1.",
            ),
            WrongAnswer(
                _put_back(lambda kept, order: kept),
                "The result is still sorted. Bring each probability back to its token: "
                "torch.zeros_like(probs).scatter(-1, order, kept).",
            ),
            WrongAnswer(
                _put_back(lambda kept, order: kept.gather(-1, order)),
                "gather with the order of the sort shuffles once more instead of undoing it. "
                "scatter(-1, order, kept) puts each one back where it came from.",
            ),
            WrongAnswer(
                lambda probs, p: probs.masked_fill(~_nucleus_mask(probs, p), -torch.inf).softmax(
                    -1
                ),
                "A softmax over probabilities makes them nearly equal. They need no exponential: "
                "divide what is kept by its sum.",
            ),
            WrongAnswer(
                lambda probs, p: (
                    probs * _nucleus_mask(probs, p) / (probs * _nucleus_mask(probs, p)).sum()
                ),
                "The sum runs over the whole batch; each text needs one of its own: sum(dim=-1, "
                "keepdim=True).",
            ),
        ),
        hints=(
            "On paper: probabilities 0.1, 0.5, 0.15, 0.25 and p = 0.6. Add them up, the likeliest "
            "first. After which token is 0.6 reached?",
            "sort(dim=-1, descending=True) gives the values and where they came from. A token "
            "stays when the sum of those before it, cumsum minus itself, is still below p.",
            "Set the others to 0, bring the values back with torch.zeros_like(probs).scatter(-1, "
            "order, ordered), and divide by the sum over the last axis.",
        ),
        quiz=Quiz(
            "With p = 0.9, a text where the model is sure keeps 1 token, and one where it "
            "hesitates keeps 400. What would top-k with k = 50 do?",
            {
                "The same: p = 0.9 is about k = 50": "How many tokens top-p keeps depends on the "
                "probabilities; k is 50 whatever they are.",
                "Keep 50 in both": "So the first text could go on with one of 49 tokens that the "
                "model hardly believes in, and the second loses 350 good ones.",
                "Keep 1 in the first and 50 in the second": "top-k does not look at how large the "
                "probabilities are: it keeps k tokens, however little the last ones have.",
            },
            answer="Keep 50 in both",
        ),
    ),
)
