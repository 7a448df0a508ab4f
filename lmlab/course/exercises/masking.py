"""What BERT is given to read, and what it is to restore."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.text.batches import IGNORED


def _cases(seed):
    """One text with each fate a chosen token can have, then batches of texts."""
    ids = torch.tensor([1, 2, 3, 4, 5, 6])
    chosen = torch.tensor([True, True, True, False, False, False])
    u = torch.tensor([0.4, 0.85, 0.95, 0.4, 0.85, 0.05])
    yield ids, chosen, u, ids + 10, 9
    generator = torch.Generator().manual_seed(seed)
    for shape in ((2, 5), (3, 8), (20,), (4, 4)):
        ids = torch.randint(20, shape, generator=generator)
        random_ids = torch.randint(20, shape, generator=generator)
        chosen = torch.rand(shape, generator=generator) < 0.5
        yield ids, chosen, torch.rand(shape, generator=generator), random_ids, 20


def _hide(ids, chosen, u, random_ids, mask_id, to_mask=0.8, to_random=0.9):
    """The inputs, with borders that can be set wrongly."""
    inputs = torch.where(chosen & (u < to_random), random_ids, ids)
    return torch.where(chosen & (u < to_mask), mask_id, inputs)


def _targets(ids, chosen, ignored=IGNORED):
    return torch.where(chosen, ids, ignored)


def _keeps_the_rest(answer, ids, chosen, *rest):
    inputs, _ = answer(ids, chosen, *rest)
    return torch.equal(inputs[~chosen], ids[~chosen])


def _asks_for_the_chosen(answer, ids, chosen, *rest):
    _, targets = answer(ids, chosen, *rest)
    return torch.equal(targets != IGNORED, chosen)


EXERCISES = (
    Exercise(
        id="hide_tokens",
        chapter="02_1_language_models",
        number="2.1.8",
        title="Hide tokens for BERT",
        difficulty=2,
        minutes=10,
        reference="lmlab.training.masking.hide_tokens",
        cases=_cases,
        invariants=(
            Invariant(
                "keeps the rest",
                _keeps_the_rest,
                "A token that was not chosen must stand in the inputs as it is.",
            ),
            Invariant(
                "asks for the chosen",
                _asks_for_the_chosen,
                "There must be a target where a token was chosen, and -100 everywhere else.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, chosen, u, random_ids, mask_id),
                    ids,
                ),
                "Every token is a target, so most are there to be copied. Where a token was not "
                "chosen the target is -100, which the loss ignores.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    torch.where(chosen, mask_id, ids),
                    _targets(ids, chosen),
                ),
                "Every chosen token becomes the mask. That is right for 80 % of them: u decides "
                "which become a random token, and which stay.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, chosen, u, random_ids, mask_id),
                    _targets(_hide(ids, chosen, u, random_ids, mask_id), chosen),
                ),
                "The targets are taken from the changed inputs, so the model is asked for the "
                "mask itself. Take them from ids.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, chosen, u, random_ids, mask_id, to_mask=0.1),
                    _targets(ids, chosen),
                ),
                "The shares are swapped: 80 % become the mask (u < 0.8) and 10 % a random token, "
                "not the other way round.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, chosen, u, random_ids, mask_id, to_random=1.0),
                    _targets(ids, chosen),
                ),
                "No chosen token stays as it is: from u = 0.9 on, leave it alone.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, chosen, u, random_ids, mask_id, to_random=0.8),
                    _targets(ids, chosen),
                ),
                "No chosen token becomes a random one: from u = 0.8 to below 0.9, put the token "
                "of random_ids.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, chosen, u, random_ids, mask_id, to_mask=0.0),
                    _targets(ids, chosen),
                ),
                "The random tokens are written over the masks: below 0.8 belongs to the mask, and "
                "only from 0.8 to below 0.9 to random_ids.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, torch.ones_like(chosen), u, random_ids, mask_id),
                    _targets(ids, chosen),
                ),
                "u is looked at everywhere: only chosen tokens change, so combine both with "
                "chosen & (u < 0.8).",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, ~chosen, u, random_ids, mask_id),
                    _targets(ids, ~chosen),
                ),
                "It is turned round: the tokens that were not chosen are hidden and asked for.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, chosen, u, random_ids, mask_id),
                    _targets(ids, ~chosen),
                ),
                "The targets are turned round: -100 is for the tokens that were not chosen.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, chosen, u, random_ids, mask_id),
                    _targets(ids, chosen & (u < 0.8)),
                ),
                "Only masked tokens are targets. A chosen token that was swapped or left as it is "
                "is asked for too: that is why the model cannot trust what it reads.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, chosen, u, random_ids, mask_id),
                    _targets(ids, chosen & (u < 0.9)),
                ),
                "A chosen token that stays as it is has no target. It is asked for like the "
                "others: targets follow from chosen alone.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _hide(ids, chosen, u, random_ids, mask_id),
                    _targets(ids, chosen, ignored=0),
                ),
                "0 is a token like any other, so the model is trained to name it wherever nothing "
                "was chosen. The loss ignores -100.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: (
                    _targets(ids, chosen),
                    _hide(ids, chosen, u, random_ids, mask_id),
                ),
                "Inputs and targets have changed places: return inputs, targets.",
            ),
            WrongAnswer(
                lambda ids, chosen, u, random_ids, mask_id: _hide(
                    ids, chosen, u, random_ids, mask_id
                ),
                "These are the inputs alone: return inputs, targets.",
            ),
        ),
        hints=(
            "Two things are wanted: what the model reads (ids, a few of them changed) and what it "
            "is asked for (ids where chosen, -100 elsewhere).",
            "Build two masks for the inputs: chosen & (u < 0.8) becomes mask_id, and chosen with u "
            "from 0.8 to below 0.9 becomes random_ids. The rest stays.",
            "torch.where(condition, this, that) does each step, the targets as well: "
            "torch.where(chosen, ids, -100).",
        ),
    ),
)
