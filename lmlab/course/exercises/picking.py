"""Which head is it? Answered by a function, or by a click in a view."""

import torch

from lmlab.course.exercise import Exercise, WrongAnswer
from lmlab.interpret.patterns import (
    duplicate_keys,
    head_scores,
    induction_head,
    induction_keys,
    induction_score,
)
from lmlab.viz.explorer.head_view import HeadView


def _models(seed):
    """Heads over a repeated text: one for induction, four that resemble it, and some others."""
    generator = torch.Generator().manual_seed(seed)
    yield _model(generator, 2, 3, n_tokens=3, order=[2, 0, 1, 3, 4])
    for n_layers, n_heads, n_tokens in ((3, 2, 4), (2, 4, 6), (4, 5, 8)):
        order = torch.randperm(n_layers * n_heads, generator=generator).tolist()
        yield _model(generator, n_layers, n_heads, n_tokens, order)


def _model(generator, n_layers, n_heads, n_tokens, order):
    """Attention weights, the first heads of `order` given a pattern each; and the ids."""
    ids = torch.randperm(50, generator=generator)[:n_tokens].repeat(2)
    time = len(ids)
    scores = torch.randn(n_layers, n_heads, time, time, generator=generator)
    ahead = torch.ones(time, time, dtype=torch.bool).triu(1)
    weights = scores.masked_fill(ahead, -torch.inf).softmax(-1)
    first = torch.zeros(time, time, dtype=torch.bool)
    first[1:, 0] = True
    previous, itself = torch.eye(time).roll(-1, -1).tril(-1) > 0, torch.eye(time) > 0
    patterns = induction_keys(ids), duplicate_keys(ids), previous, itself, first
    for place, keys in zip(order, patterns, strict=False):
        layer, head = divmod(place, n_heads)
        rows = keys.any(-1)
        weights[layer, head, rows] = 0.1 * weights[layer, head, rows] + 0.9 * keys[rows]
    return weights, ids


def _strongest(pattern):
    """The head that follows another pattern most."""

    def answer(weights, ids):
        scores = head_scores(weights, ids)[pattern]
        return divmod(int(scores.argmax()), scores.size(1))

    return answer


def _second(weights, ids):
    scores = induction_score(weights, ids)
    return divmod(int(scores.flatten().topk(2).indices[1]), scores.size(1))


def _weakest(weights, ids):
    scores = induction_score(weights, ids)
    return divmod(int(scores.argmin()), scores.size(1))


def _clicked(view):
    """What the view shows, and the head that was chosen; None while it is the one it opened with.

    Tokens are told apart by their text: equal ones get equal numbers.
    """
    if not isinstance(view, HeadView):
        return None
    maps, chosen = view.maps, (view.selected.layer, view.selected.head)
    if chosen == (view.start.layer, view.start.head):
        return None
    ids = torch.tensor([maps.keys.index(token) for token in maps.keys])
    return (torch.tensor(maps.weights), ids), chosen


EXERCISES = (
    Exercise(
        id="induction_head",
        chapter="05_2_reading_attention_heads",
        number="5.2.5",
        title="Find the strongest induction head, and click it",
        difficulty=1,
        minutes=5,
        reference="lmlab.interpret.patterns.induction_head",
        cases=_models,
        choice=_clicked,
        wrong_answers=(
            WrongAnswer(
                _strongest("previous"),
                "This head looks at the token before: a line right below the diagonal. It is the "
                "helper. The induction head's line begins where the text starts again.",
            ),
            WrongAnswer(
                _strongest("duplicate"),
                "This head looks at the earlier copy itself. The induction head's line lies one "
                "place further right: at what followed the copy.",
            ),
            WrongAnswer(
                _strongest("self"),
                "This head looks at the token itself: its line is the diagonal. Look for one "
                "further down.",
            ),
            WrongAnswer(
                _strongest("first"),
                "This head rests on the first token: its line is the first column. An induction "
                "head's keys wander along with its queries.",
            ),
            WrongAnswer(
                _second,
                "This head comes second. Another gives more of its attention to what followed.",
            ),
            WrongAnswer(
                _weakest,
                "This is the head that does it least of all: the highest score is wanted.",
            ),
            WrongAnswer(
                lambda weights, ids: induction_head(weights, ids)[::-1],
                "Head and layer are swapped: the layer comes first.",
            ),
            WrongAnswer(
                lambda weights, ids: int(induction_score(weights, ids).argmax()),
                "This is its number among all heads, counted row by row. Its layer and its head "
                "are wanted: divmod(number, n_heads).",
            ),
        ),
        hints=(
            "The text is said twice. In its second half, a head that does induction draws a line "
            "parallel to the diagonal. How far below it?",
            "Sort the heads by induction, with the box above them; or look at the badges.",
            "In numbers: lmlab.interpret.induction_score(weights, ids) is (layers, heads); take "
            "the place of its largest entry. In the view: click the first head of that order.",
        ),
    ),
)
