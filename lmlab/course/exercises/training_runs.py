"""A training run: its loss, and when it should have stopped."""

import random

import torch
from torch.nn import functional as F

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.text.batches import IGNORED


def _padded(seed):
    """One text without padding; then batches whose texts end at different places."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[[2.0, 0.0, 1.0], [0.0, 3.0, 1.0]]]), torch.tensor([[0, 2]])
    for lengths, vocab_size in (((3, 1), 4), ((5, 2, 4), 6), ((1, 4), 5)):
        targets = torch.full((len(lengths), max(lengths)), IGNORED)
        for row, length in enumerate(lengths):
            targets[row, :length] = torch.randint(1, vocab_size, (length,), generator=generator)
        yield 2 * torch.randn(*targets.shape, vocab_size, generator=generator), targets


def _surprises(logits, targets):
    """-log p of every target, 0 for padding, (batch, time)."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view_as(
        targets
    )


def _counted(targets):
    return targets != IGNORED


def _padding_makes_no_difference(answer, logits, targets):
    longer = F.pad(targets, (0, 2), value=IGNORED)
    return torch.allclose(answer(F.pad(logits, (0, 0, 0, 2)), longer), answer(logits, targets))


def _blind_model_is_log_of_vocabulary(answer, logits, targets):
    blind = torch.as_tensor(answer(0 * logits, targets))
    return torch.allclose(blind, torch.tensor(float(logits.size(-1))).log())


def _padding_is_token_0(logits, targets):
    return _surprises(logits, targets.clamp(min=0)).mean()


def _mean_of_means(logits, targets):
    return (_surprises(logits, targets).sum(-1) / _counted(targets).sum(-1)).mean()


def _shifted_again(logits, targets):
    loss = _surprises(logits[:, :-1], targets[:, 1:])
    return loss.sum() / _counted(targets[:, 1:]).sum()


def _log_of_the_mean(logits, targets):
    p = torch.exp(-_surprises(logits, targets))[_counted(targets)]
    return -p.mean().log()


def _losses(seed):
    """One rise, rises in between, losses that are equal, no rise, and any."""
    rng = random.Random(seed)
    yield [3.0, 2.0, 2.5, 2.6, 1.0], 2
    yield [3.0, 2.0, 2.1, 1.5, 1.6, 1.4, 1.7, 1.8, 1.9, 1.0], 2
    yield [3.0, 2.0, 2.8, 2.4, 2.6, 2.7], 2
    yield [2.0, 1.5, 1.5, 1.5, 1.0], 2
    yield [3.0, 2.0, 1.0], 3
    yield [1.0], 1
    for _ in range(4):
        yield [round(rng.uniform(1, 3), 2) for _ in range(rng.randint(3, 9))], rng.randint(1, 3)


def _later_losses_are_unknown(answer, losses, patience):
    best = answer(losses, patience)
    seen = losses[: best + patience + 1]
    return len(seen) <= best + patience or answer([*seen, 0.0], patience) == best


def _stops_at(beats):
    """Early stopping in which `beats(loss, losses, place, best)` says what counts as better."""

    def answer(losses, patience):
        best = 0
        for place in range(1, len(losses)):
            if beats(losses, place, best):
                best = place
            elif place - best >= patience:
                break
        return best

    return answer


_right_stop = _stops_at(lambda losses, place, best: losses[place] < losses[best])


def _place_of_the_stop(losses, patience):
    best = 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        elif place - best >= patience:
            return place
    return len(losses) - 1


def _one_too_patient(losses, patience):
    best = 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        elif place - best > patience:
            break
    return best


def _rises_in_all(losses, patience):
    best, misses = 0, 0
    for place, loss in enumerate(losses[1:], start=1):
        if loss < losses[best]:
            best = place
        else:
            misses += 1
        if misses == patience:
            break
    return best


EXERCISES = (
    Exercise(
        id="next_token_loss",
        chapter="05_build_a_gpt",
        number="5.2",
        title="The loss, without the padding",
        difficulty=2,
        minutes=10,
        reference="lmlab.training.evaluation.next_token_loss",
        cases=_padded,
        invariants=(
            Invariant(
                "padding makes no difference",
                _padding_makes_no_difference,
                "Two more places of padding must not change the loss.",
            ),
            Invariant(
                "a blind model is at log(vocab_size)",
                _blind_model_is_log_of_vocabulary,
                "Where all logits are equal, the loss must be the logarithm of vocab_size.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda logits, targets: _surprises(logits, targets).mean(),
                "The padding adds 0 to the sum and yet counts in the mean. Divide by the number "
                "of targets that are not -100.",
            ),
            WrongAnswer(
                _padding_is_token_0,
                "Padding is scored as if token 0 had come. Targets of -100 are to be left out.",
            ),
            WrongAnswer(
                _mean_of_means,
                "This is the mean of each text's mean: a token of a short text weighs more. Take "
                "one mean over all tokens of the batch.",
            ),
            WrongAnswer(
                lambda logits, targets: _surprises(logits, targets).sum(),
                "This is the sum; it grows with the batch. Divide by the number of targets that "
                "count.",
            ),
            WrongAnswer(
                lambda logits, targets: (
                    -_surprises(logits, targets).sum() / _counted(targets).sum()
                ),
                "The sign is turned round: a logarithm of a probability is negative, the loss is "
                "minus that.",
            ),
            WrongAnswer(
                lambda logits, targets: (
                    _surprises(logits.softmax(-1), targets).sum() / _counted(targets).sum()
                ),
                "There are two softmaxes: cross_entropy has one inside and wants logits as they "
                "are.",
            ),
            WrongAnswer(
                _shifted_again,
                "The targets are shifted once more. They are the next tokens already: "
                "targets[t] belongs to logits[t].",
            ),
            WrongAnswer(
                _log_of_the_mean,
                "The logarithm of the mean probability was taken. Take the logarithm of each, "
                "then the mean.",
            ),
            WrongAnswer(
                lambda logits, targets: (
                    _surprises(logits, targets).sum() / _counted(targets).sum() / 0.6931471805599453
                ),
                "This is in bits. Losses are in nats: the natural logarithm.",
            ),
        ),
        hints=(
            "What is the loss of one token? Minus the logarithm of the probability that softmax "
            "gives to the token that came.",
            "F.cross_entropy wants (n, vocab_size) and (n,): flatten(0, 1) lays batch and time in "
            "one row.",
            "torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()) leaves "
            "out -100 by itself; it is the default of ignore_index.",
        ),
    ),
    Exercise(
        id="early_stop",
        chapter="05_build_a_gpt",
        number="5.4",
        title="Stop in time",
        difficulty=2,
        minutes=10,
        reference="lmlab.training.stopping.early_stop",
        cases=_losses,
        invariants=(
            Invariant(
                "what comes later is not known",
                _later_losses_are_unknown,
                "A loss that comes after the stop must not change the answer: it was never seen.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda losses, patience: min(range(len(losses)), key=losses.__getitem__),
                "This is the best of all evaluations, also of those after the stop. Whoever "
                "stops never sees them.",
            ),
            WrongAnswer(
                _place_of_the_stop,
                "This is where training ends. Wanted is the best evaluation before: its model is "
                "the one to keep.",
            ),
            WrongAnswer(
                _one_too_patient,
                "One evaluation too patient: after `patience` misses in a row it is over.",
            ),
            WrongAnswer(
                _stops_at(lambda losses, place, best: losses[place] <= losses[best]),
                "An equal loss is taken for a better one. To be counted, a loss must be lower "
                "than the best.",
            ),
            WrongAnswer(
                _stops_at(lambda losses, place, best: losses[place] < losses[place - 1]),
                "Each loss is compared with the one before it. Compare with the best so far.",
            ),
            WrongAnswer(
                _rises_in_all,
                "The misses are counted over the whole run. A new best sets the count to 0 again.",
            ),
            WrongAnswer(
                lambda losses, patience: _right_stop(losses, 1),
                "This stops at the first miss, whatever `patience` is.",
            ),
            WrongAnswer(
                lambda losses, patience: losses[_right_stop(losses, patience)],
                "This is the loss itself; wanted is its place in the list, from 0 on.",
            ),
        ),
        hints=(
            "Walk through the losses and remember one number: the place of the best so far.",
            "A loss that is lower than the best becomes the best. Else: how many evaluations ago "
            "was the best one?",
            "if loss < losses[best]: best = place; elif place - best >= patience: break. Return "
            "best.",
        ),
    ),
)
