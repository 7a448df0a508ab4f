"""What makes an encoder or a decoder of a Transformer: who sees whom, and what is read."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.text.batches import IGNORED


def _prefixes(seed):
    """A prefix of two, none, everything, then any."""
    rng = random.Random(seed)
    yield 4, 2
    yield 3, 0
    yield 3, 3
    yield 6, 3
    for _ in range(3):
        length = rng.randint(5, 9)
        yield length, rng.randint(2, length - 2)


def _causal(length):
    return torch.ones(length, length, dtype=torch.bool).tril()


def _filled(rows, columns):
    """A causal mask with more squares open: `rows` and `columns` make slices of the prefix."""

    def answer(length, prefix):
        mask = _causal(length)
        mask[rows(prefix), columns(prefix)] = True
        return mask

    return answer


def _all(prefix):
    return slice(None)


def _first(prefix):
    return slice(prefix)


def _rest(prefix):
    return slice(prefix, None)


def _apart(length, prefix):
    mask = _filled(_first, _first)(length, prefix)
    mask[prefix:, :prefix] = False
    return mask


def _all_see_the_prefix(answer, length, prefix):
    return bool((answer(length, prefix)[:, :prefix] == 1).all())


def _rest_never_looks_ahead(answer, length, prefix):
    ahead = ~_causal(length)
    ahead[:, :prefix] = False
    return not bool((answer(length, prefix)[ahead] == 1).any())


def _labels(seed):
    """One target, then batches, of which some rows are filled up with -100."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([5, 3, 8, 2]), 1
    yield torch.tensor([[4, 6, 2, IGNORED, IGNORED], [9, 7, 5, 3, 2]]), 1
    for shape in ((3, 6), (2, 2, 5), (4, 4)):
        labels = torch.randint(3, 20, shape, generator=generator)
        real = 2 + torch.arange(labels[..., 0].numel()).reshape(*shape[:-1], 1) % (shape[-1] - 1)
        yield labels.masked_fill(torch.arange(shape[-1]) >= real, IGNORED), 2


def _keeps_the_shape(answer, labels, begin_id):
    return answer(labels, begin_id).shape == labels.shape


def _never_reads_its_own_label(answer, labels, begin_id):
    """Another last label must not change anything that is read."""
    other = labels.clone()
    other[..., -1] = torch.where(labels[..., -1] == IGNORED, IGNORED, 99)
    return torch.equal(answer(other, begin_id), answer(labels, begin_id))


def _shifted(labels, begin_id, by=1, dim=-1):
    inputs = labels.roll(by, dims=dim)
    inputs[..., 0] = begin_id
    return inputs.masked_fill(inputs == IGNORED, 0)


def _in_front(labels, begin_id):
    """begin_id, then all the labels, padding and all."""
    return torch.cat((torch.full_like(labels[..., :1], begin_id), labels), dim=-1)


def _no_padding(ids, token=0):
    return ids.masked_fill(ids == IGNORED, token)


def _first_replaced(labels, begin_id):
    inputs = labels.clone()
    inputs[..., 0] = begin_id
    return _no_padding(inputs)


EXERCISES = (
    Exercise(
        id="prefix_mask",
        chapter="02_3_transformer",
        number="2.3.12",
        title="Encoder or decoder? One mask decides",
        difficulty=2,
        minutes=8,
        reference="lmlab.nn.masks.prefix_mask",
        cases=_prefixes,
        invariants=(
            Invariant(
                "all see the prefix",
                _all_see_the_prefix,
                "Every position must be allowed to look at the whole prefix.",
            ),
            Invariant(
                "the rest never looks ahead",
                _rest_never_looks_ahead,
                "Behind the prefix nobody may look at a later position.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda length, prefix: _causal(length),
                "This is the causal mask alone: inside the prefix the positions should see each "
                "other both ways.",
            ),
            WrongAnswer(
                lambda length, prefix: torch.ones(length, length, dtype=torch.bool),
                "Every position sees everything, as in an encoder. What follows the prefix must "
                "not look ahead.",
            ),
            WrongAnswer(
                _filled(_first, _all),
                "The positions of the prefix see everything, even what is still to be written. "
                "Open the columns of the prefix, not its rows: who is looked at.",
            ),
            WrongAnswer(
                _filled(_rest, _rest),
                "It is turned round: the prefix is causal, and what follows looks ahead.",
            ),
            WrongAnswer(
                lambda length, prefix: ~_filled(_all, _first)(length, prefix),
                'Allowed and hidden have changed places: True means "may look".',
            ),
            WrongAnswer(
                lambda length, prefix: _filled(_all, _first)(length, min(prefix + 1, length)),
                "The prefix is one position too long: the first that is to be predicted is seen "
                "by those before it.",
            ),
            WrongAnswer(
                lambda length, prefix: _filled(_all, _first)(length, max(prefix - 1, 0)),
                "The prefix is one position too short: its last position is hidden from the "
                "others.",
            ),
            WrongAnswer(
                lambda length, prefix: _filled(_all, _first)(length, prefix).T,
                "Rows and columns are swapped: queries are the rows, keys the columns.",
            ),
            WrongAnswer(
                _apart,
                "What follows the prefix does not see it. It looks at the prefix and at what was "
                "written since.",
            ),
            WrongAnswer(
                lambda length, prefix: torch.arange(length).expand(length, length) < prefix,
                "Only the prefix is seen. What follows it also looks at itself and at what was "
                "written before: start from the causal mask.",
            ),
            WrongAnswer(
                lambda length, prefix: torch.zeros(length, length).masked_fill(
                    ~_filled(_all, _first)(length, prefix), -torch.inf
                ),
                "These are numbers to add to the scores (0 and -inf). True and False are wanted.",
            ),
        ),
        hints=(
            "Draw the mask for 4 positions with a prefix of 2. Which squares does a causal mask "
            "lack?",
            "Start from the causal mask: torch.ones(length, length, dtype=torch.bool).tril().",
            "Everybody may look at the prefix: set the columns before `prefix` to True, "
            "mask[:, :prefix].",
        ),
        quiz=Quiz(
            "A chat model reads a question and writes an answer. What does a prefix mask give it "
            "that a causal mask does not?",
            {
                "it may see its answer in advance": "The answer stays causal. Else there would "
                "be nothing to learn.",
                "its words may look at those that follow within the question": "All of it "
                "is there before the answer begins, so nothing is given away.",
                "the answer may look at the question": "That it may with a causal mask too: the "
                "question stands before it.",
            },
            answer="its words may look at those that follow within the question",
        ),
    ),
    Exercise(
        id="shift_right",
        chapter="02_3_transformer",
        number="2.3.13",
        title="Teacher forcing",
        difficulty=2,
        minutes=8,
        reference="lmlab.training.pairs.shift_right",
        cases=_labels,
        invariants=(
            Invariant(
                "keeps the shape",
                _keeps_the_shape,
                "There is one input for each label: the shape must stay.",
            ),
            Invariant(
                "the last label is never read",
                _never_reads_its_own_label,
                "The last label has no one after it who would read it: it must not be in the "
                "inputs.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda labels, begin_id: _no_padding(labels),
                "Nothing is shifted: at each position the decoder reads the very token that it is "
                "to predict, and learns to copy.",
            ),
            WrongAnswer(
                _first_replaced,
                "The first token is replaced, the others stay where they were. So the decoder "
                "reads what it is to predict. Move them one place to the right.",
            ),
            WrongAnswer(
                lambda labels, begin_id: _no_padding(
                    torch.cat((labels[..., 1:], torch.full_like(labels[..., :1], begin_id)), dim=-1)
                ),
                "It is shifted to the left: each position reads a token that comes after the one "
                "it is to predict.",
            ),
            WrongAnswer(
                lambda labels, begin_id: _no_padding(labels.roll(1, dims=-1)),
                "The last token has come round to the front. There belongs begin_id.",
            ),
            WrongAnswer(
                lambda labels, begin_id: _no_padding(_in_front(labels, begin_id)),
                "There is one input too many: the last label is never read, so leave it out.",
            ),
            WrongAnswer(
                lambda labels, begin_id: _no_padding(labels[..., :-1]),
                "The last label is left out, but begin_id does not stand before the others.",
            ),
            WrongAnswer(
                lambda labels, begin_id: _in_front(labels, begin_id)[..., :-1],
                "Right where there is no padding. -100 is no token: put 0 where the inputs would "
                "be -100.",
            ),
            WrongAnswer(
                lambda labels, begin_id: _no_padding(
                    _in_front(labels, begin_id)[..., :-1], begin_id
                ),
                "Padding has become begin_id. Nothing depends on it, but 0 is what is asked for.",
            ),
            WrongAnswer(
                lambda labels, begin_id: _shifted(labels, begin_id, by=2),
                "It is shifted by two places; one is wanted.",
            ),
            WrongAnswer(
                lambda labels, begin_id: _shifted(labels, begin_id, dim=0),
                "The rows are shifted: each target reads another one. Shift along the last axis.",
            ),
            WrongAnswer(
                lambda labels, begin_id: _shifted(labels, 0),
                "begin_id is not used: that is the token to begin with.",
            ),
        ),
        hints=(
            "Write it down for the labels [5, 3, 8, 2]. To predict 5 the decoder reads begin_id; "
            "to predict 3, it reads 5. What stands beside 2?",
            "begin_id in front, then labels[..., :-1]. torch.cat, or roll by one and overwrite "
            "the first column. Do not write into labels itself.",
            "Where that gives -100 (padding), put 0: inputs.masked_fill(inputs == -100, 0).",
        ),
        quiz=Quiz(
            "A model was trained by teacher forcing only. What does it meet for the first time "
            "when it writes?",
            {
                "its own mistakes": "In training it always read true tokens. Now a wrong one is "
                "read like a true one, and one mistake may lead to the next.",
                "targets of other lengths": "It has met those in training.",
                "the begin token": "That was the first input of every target.",
            },
            answer="its own mistakes",
        ),
    ),
)
