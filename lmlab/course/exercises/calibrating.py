"""Whether a model is as sure as it is right, and how to make it so."""

import torch
from torch.nn import functional as F

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer

CHAPTER = "06_5_sentiment_analysis"


def _predictions(seed):
    """Confidences at and between the edges of the bins, in bins that err to both sides."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([0.9, 0.9, 0.9, 0.3]), torch.tensor([True, True, False, True]), 2
    yield (
        torch.tensor([0.5, 0.5, 0.25, 1.0, 0.75, 0.75]),
        torch.tensor([True, True, False, False, True, True]),
        4,
    )
    for n, n_bins in ((12, 5), (30, 10), (17, 4)):
        confidence = 0.05 + 0.9 * torch.rand(n, generator=generator)
        yield confidence, torch.rand(n, generator=generator) < confidence**2, n_bins


def _from_0_to_1(answer, confidence, right, n_bins):
    return 0 <= answer(confidence, right, n_bins) <= 1


def _order_is_nothing(answer, confidence, right, n_bins):
    turned = answer(confidence.flip(0), right.flip(0), n_bins)
    return abs(turned - answer(confidence, right, n_bins)) < 1e-5


def _by_bins(combine, edges=torch.ceil, offset=1):
    """What `combine` makes of each bin's number, accuracy and confidence, and of n and n_bins."""

    def answer(confidence, right, n_bins):
        place = (edges(n_bins * confidence).long() - offset).clamp(0, n_bins - 1)
        bins = [place == b for b in range(n_bins) if (place == b).any()]
        rows = [
            (int(b.sum()), float(right[b].float().mean()), float(confidence[b].mean()))
            for b in bins
        ]
        return float(combine(rows, len(confidence), n_bins))

    return answer


def _all_at_once(confidence, right, n_bins):
    return abs(float(right.float().mean() - confidence.mean()))


_ERROR = Exercise(
    id="expected_calibration_error",
    chapter=CHAPTER,
    number="6.5.2",
    title="How far sure and right lie apart",
    difficulty=2,
    minutes=12,
    reference="lmlab.tasks.calibration.expected_calibration_error",
    cases=_predictions,
    invariants=(
        Invariant(
            "0 to 1", _from_0_to_1, "The error is a mean of gaps between 0 and 1, and so is it."
        ),
        Invariant(
            "order",
            _order_is_nothing,
            "The same predictions in another order must give the same error.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _all_at_once,
            "All predictions are in one bin: too sure here and too modest there make up for each "
            "other. Take the gap in each bin, then add the gaps.",
        ),
        WrongAnswer(
            _by_bins(lambda rows, n, _: abs(sum(k * (a - c) for k, a, c in rows)) / n),
            "The gaps are added with their signs, and cancel: take absolute values first.",
        ),
        WrongAnswer(
            _by_bins(lambda rows, n, _: sum(abs(a - c) for _, a, c in rows) / len(rows)),
            "Each bin counts as much as any other. Weigh it by the share of predictions in it.",
        ),
        WrongAnswer(
            _by_bins(lambda rows, n, n_bins: sum(k * abs(a - c) for k, a, c in rows) / n_bins),
            "The sum is divided by the number of bins. It is weighed by |B| / n, n predictions.",
        ),
        WrongAnswer(
            _by_bins(lambda rows, n, _: max(abs(a - c) for _, a, c in rows)),
            "This is the largest gap (the maximum calibration error). The mean gap is wanted.",
        ),
        WrongAnswer(
            _by_bins(lambda rows, n, _: sum(k * (a - c) ** 2 for k, a, c in rows) / n),
            "The gaps are squared; their absolute values are wanted.",
        ),
        WrongAnswer(
            _by_bins(
                lambda rows, n, _: sum(k * abs(a - c) for k, a, c in rows) / n,
                edges=torch.floor,
                offset=0,
            ),
            "A confidence at an edge is put into the bin above. Bins hold their upper edge, "
            "(b - 1) / n_bins < confidence ≤ b / n_bins, so round up.",
        ),
        WrongAnswer(
            _by_bins(lambda rows, n, _: sum(k * abs(1 - c) for k, a, c in rows) / n),
            "Confidence is held against 1, as if all were right: hold it against the accuracy.",
        ),
    ),
    hints=(
        "Sort the predictions into bins by confidence. In each, how often is the model right, and "
        "how sure is it on average?",
        "The bin of a confidence is (n_bins * confidence).ceil(), from 1 to n_bins.",
        "For each bin that is not empty: inside.sum() / n * abs(right[inside].float().mean() - "
        "confidence[inside].mean()); add these up.",
    ),
    quiz=Quiz(
        "A model says “positive, 60 %” of every text, and 60 % of the texts are positive. Its ECE?",
        {
            "0": "In its only bin, confidence and accuracy agree. Calibration alone makes no good "
            "model: this one knows nothing about any text.",
            "0.4": "That is how often it is wrong. It says so itself.",
            "0.6": "That is its accuracy, and its confidence: the gap between them is 0.",
        },
        answer="0",
    ),
)

_CANDIDATES = torch.tensor([0.25, 0.5, 1.0, 2.0, 4.0, 8.0])


def _judged(seed):
    """Logits that are too large, or too small, for how often they are right."""
    generator = torch.Generator().manual_seed(seed)
    yield (
        torch.tensor([[6.0, 0.0], [5.0, 0.0], [0.0, 6.0], [7.0, 0.0], [0.0, 5.0]]),
        torch.tensor([0, 0, 1, 1, 1]),
        _CANDIDATES,
    )
    yield torch.tensor([[0.5, 0.0], [0.0, 0.4]]), torch.tensor([0, 1]), _CANDIDATES.roll(-2)
    for n, scale in ((20, 8.0), (30, 4.0), (25, 0.5)):
        logits = torch.randn(n, 3, generator=generator)
        drawn = torch.multinomial((1.5 * logits).softmax(-1), 1, generator=generator)[:, 0]
        yield scale * logits, drawn, _CANDIDATES


def _one_of_them(answer, logits, classes, candidates):
    return answer(logits, classes, candidates) in candidates.tolist()


def _least(loss):
    def answer(logits, classes, candidates):
        losses = torch.stack([loss(logits, classes, t) for t in candidates])
        return float(candidates[losses.argmin()])

    return answer


def _place(logits, classes, candidates):
    losses = torch.stack([F.cross_entropy(logits / t, classes) for t in candidates])
    return float(losses.argmin())


def _loss_itself(logits, classes, candidates):
    return float(min(F.cross_entropy(logits / t, classes) for t in candidates))


_TEMPERATURE = Exercise(
    id="best_temperature",
    chapter=CHAPTER,
    number="6.5.3",
    title="Temperature scaling",
    difficulty=2,
    minutes=8,
    reference="lmlab.tasks.calibration.best_temperature",
    cases=_judged,
    invariants=(
        Invariant(
            "a candidate",
            _one_of_them,
            "The temperature must be one of the candidates, as a number.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _least(lambda logits, classes, t: F.cross_entropy(logits * t, classes)),
            "The logits are multiplied. A temperature divides: T > 1 makes a model less sure.",
        ),
        WrongAnswer(
            _least(lambda logits, classes, t: -F.cross_entropy(logits / t, classes)),
            "This is the temperature with the highest surprise; the lowest is wanted.",
        ),
        WrongAnswer(
            _least(lambda logits, classes, t: F.cross_entropy((logits / t).softmax(-1), classes)),
            "softmax is taken twice: cross_entropy wants logits, and takes it itself.",
        ),
        WrongAnswer(
            _least(lambda logits, classes, t: ((logits / t).argmax(-1) != classes).float().mean()),
            "Accuracy is the same at every temperature, so the first candidate wins. Compare the "
            "surprise, cross_entropy(logits / t, classes).",
        ),
        WrongAnswer(
            _place,
            "This is the place of the temperature in the list: return candidates[place].",
        ),
        WrongAnswer(
            _loss_itself,
            "This is the lowest surprise. The temperature at which it is reached is wanted.",
        ),
        WrongAnswer(
            lambda logits, classes, candidates: 1.0,
            "1 leaves the model as it is; another candidate may be less surprised by the classes.",
        ),
    ),
    hints=(
        "Try each candidate: divide the logits by it. How surprised is the model by the classes?",
        "The surprise is F.cross_entropy(logits / t, classes), with torch.nn.functional as F.",
        "min(candidates.tolist(), key=lambda t: F.cross_entropy(logits / t, classes).item())",
    ),
    quiz=Quiz(
        "What does a temperature change?",
        {
            "which label a model says": "Dividing all logits by one number keeps their order.",
            "how sure it is of what it says": "The order of the labels stays, and the accuracy; "
            "the probabilities come nearer to each other, or further apart.",
            "which texts it finds harder than others": "A text with a smaller lead than another "
            "keeps it, with two classes, at every temperature.",
        },
        answer="how sure it is of what it says",
    ),
)

EXERCISES = (_ERROR, _TEMPERATURE)
