"""Texts as vectors: rare words, near vectors, one vector out of many, and what was found."""

import random

import torch
from torch.nn import functional as F

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer

_CHAPTER = "06_4_semantic_analysis"


def _counts(seed):
    """Texts by words: a word in every text, one in a single one, and a text without words."""
    generator = torch.Generator().manual_seed(seed)
    yield (torch.tensor([[1, 2, 0], [1, 0, 0], [1, 0, 3]]),)
    yield (torch.tensor([[2, 0, 1, 0], [0, 0, 0, 0], [1, 3, 0, 0]]),)
    for n_texts, n_words in ((4, 6), (7, 5), (5, 9)):
        counts = torch.randint(0, 4, (n_texts, n_words), generator=generator)
        counts *= torch.rand(counts.shape, generator=generator) < 0.6
        counts[:2, 0], counts[0, 1:4] = 1, torch.tensor([2, 0, 3])
        yield (counts,)


def _unit_rows(answer, counts):
    lengths = answer(counts).norm(dim=-1)
    wanted = (counts.sum(dim=-1) > 0).float()
    return bool(torch.allclose(lengths, wanted, atol=1e-4))


def _weighed(idf, counts=lambda c: c, scale=lambda x: F.normalize(x, dim=-1)):
    """The counts times idf(number of texts, texts with the word, counts), scaled."""

    def answer(c):
        return scale(counts(c) * idf(len(c), (c > 0).sum(dim=0), c))

    return answer


def _smooth(n, n_with, counts):
    return torch.log((1 + n) / (1 + n_with)) + 1


_TF_IDF = Exercise(
    id="tf_idf",
    chapter=_CHAPTER,
    number="6.4.2",
    title="Rare words count more",
    difficulty=2,
    minutes=12,
    reference="lmlab.tasks.semantic_analysis.words.tf_idf",
    cases=_counts,
    invariants=(
        Invariant(
            "length 1",
            _unit_rows,
            "Each text with a word in it must be a vector of length 1, one without all zeros.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _weighed(lambda n, n_with, counts: torch.ones(())),
            "This is the bag of words: the counts are not weighed by idf.",
        ),
        WrongAnswer(
            _weighed(_smooth, scale=lambda x: x),
            "The rows are not scaled: divide each by its length, or long texts are near all.",
        ),
        WrongAnswer(
            _weighed(_smooth, scale=lambda x: F.normalize(x, dim=0)),
            "The columns are scaled, the words. Scale each text: dim=-1.",
        ),
        WrongAnswer(
            _weighed(_smooth, scale=lambda x: F.normalize(x, p=1, dim=-1)),
            "The rows sum to one, but their length is not one: divide by the root of the sum of "
            "squares.",
        ),
        WrongAnswer(
            _weighed(lambda n, n_with, counts: torch.log((1 + n) / (1 + n_with))),
            "The + 1 behind the logarithm is missing: a word of all texts would count nothing.",
        ),
        WrongAnswer(
            _weighed(lambda n, n_with, counts: torch.log(n / n_with.clamp(min=1)) + 1),
            "The ones within the logarithm are missing: (1 + n) / (1 + n_with).",
        ),
        WrongAnswer(
            _weighed(
                lambda n, n_with, counts: torch.log((1 + n) / (1 + counts.sum(dim=0))) + 1,
            ),
            "n_with counts words, not texts: how many texts have the word at all, (counts > 0)?",
        ),
        WrongAnswer(
            _weighed(lambda n, n_with, counts: torch.log((1 + n_with) / (1 + n)) + 1),
            "The fraction is upside down: frequent words count more here.",
        ),
        WrongAnswer(
            _weighed(_smooth, counts=lambda c: (c > 0).float()),
            "Each word counts once, however often it stands there: multiply by the counts.",
        ),
    ),
    hints=(
        "How many texts have each word at all? That is one number for each column.",
        "(counts > 0).sum(dim=0) is it. The rarer the word, the larger ln((1 + n) / (1 + n_with)).",
        "Multiply the counts by that + 1, and give each row length 1: "
        "torch.nn.functional.normalize(…, dim=-1).",
    ),
)


def _vectors(seed):
    """A query and vectors of different lengths, the longest of which is not the nearest."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([1.0, 0.0]), torch.tensor([[3.0, 4.0], [0.5, 0.0], [0.0, 9.0]]), 2
    yield torch.tensor([2.0, 1.0]), torch.tensor([[-4.0, -2.0], [0.2, 0.1], [5.0, -1.0]]), 2
    for n, width, k in ((6, 3, 3), (9, 4, 4), (12, 5, 5)):
        vectors = torch.randn(n, width, generator=generator)
        lengths = torch.rand(n, 1, generator=generator) * 5 + 0.1
        query = torch.randn(width, generator=generator)
        vectors = torch.cat((vectors * lengths, 0.01 * query[None], -9 * query[None]))
        yield query, vectors, k


def _length_does_not_count(answer, query, vectors, k):
    scales = torch.arange(1, len(vectors) + 1)[:, None].flip(0) / 4
    return answer(query, vectors, k).tolist() == answer(3 * query, vectors * scales, k).tolist()


def _cosines(query, vectors):
    return F.normalize(vectors, dim=-1) @ F.normalize(query, dim=-1)


_NEAREST = Exercise(
    id="nearest",
    chapter=_CHAPTER,
    number="6.4.3",
    title="The nearest vectors",
    difficulty=1,
    minutes=8,
    reference="lmlab.tasks.semantic_analysis.words.nearest",
    cases=_vectors,
    invariants=(
        Invariant(
            "only directions count",
            _length_does_not_count,
            "A vector that is made longer, but points the same way, must keep its place.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda query, vectors, k: (vectors @ query).topk(k).indices,
            "This is the dot product, which long vectors win: divide by the lengths.",
        ),
        WrongAnswer(
            lambda query, vectors, k: _cosines(query, vectors).topk(k).values,
            "These are the cosines. The places of the vectors are wanted.",
        ),
        WrongAnswer(
            lambda query, vectors, k: (-_cosines(query, vectors)).topk(k).indices,
            "These are the farthest: the highest cosine is the nearest.",
        ),
        WrongAnswer(
            lambda query, vectors, k: _cosines(query, vectors).topk(k).indices.flip(0),
            "The order is turned round: the nearest comes first.",
        ),
        WrongAnswer(
            lambda query, vectors, k: _cosines(query, vectors).argsort(descending=True),
            "All of them are given, in order: only k are wanted.",
        ),
        WrongAnswer(
            lambda query, vectors, k: (vectors - query).norm(dim=-1).topk(k, largest=False).indices,
            "This is the distance of the tips, for which the length counts. Take the angle.",
        ),
        WrongAnswer(
            lambda query, vectors, k: _cosines(query, vectors).abs().topk(k).indices,
            "The sign is lost: a vector that points the other way is not near.",
        ),
    ),
    hints=(
        "The cosine of two vectors is the dot product of what is left when each has length 1.",
        "torch.nn.functional.normalize(vectors, dim=-1) gives each row length 1; the query too.",
        "Multiply the two with @, and ask for .topk(k).indices.",
    ),
)


def _pooled(seed):
    """Vectors of tokens and which are real: all of them, few, one; padding that is not zero."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[[2.0, 0.0], [4.0, 2.0], [9.0, 9.0]]]), torch.tensor([[True, True, False]])
    for batch, time, width in ((2, 4, 3), (3, 6, 2), (4, 5, 6)):
        lengths = torch.randint(1, time, (batch, 1), generator=generator)
        mask = torch.arange(time) < lengths
        mask[0] = torch.arange(time) < 2
        yield torch.randn(batch, time, width, generator=generator) + 1, mask


def _blind_to_padding(answer, vectors, mask):
    changed = vectors.masked_fill(~mask[..., None], 100.0)
    return bool(torch.allclose(answer(vectors, mask), answer(changed, mask), atol=1e-4))


def _real(vectors, mask):
    return vectors * mask[..., None]


_POOLED = Exercise(
    id="mean_pooled",
    chapter=_CHAPTER,
    number="6.4.5",
    title="One vector for a sentence",
    difficulty=2,
    minutes=8,
    reference="lmlab.nn.pooling.mean_pooled",
    cases=_pooled,
    invariants=(
        Invariant(
            "padding changes nothing",
            _blind_to_padding,
            "What stands at the padding changes the result: only real tokens may count.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda vectors, mask: vectors.mean(dim=1),
            "The padding is averaged as well: leave out what the mask says is not real.",
        ),
        WrongAnswer(
            lambda vectors, mask: _real(vectors, mask).mean(dim=1),
            "The sum is right, but it is divided by all places: divide by the number of real ones.",
        ),
        WrongAnswer(
            lambda vectors, mask: _real(vectors, mask).sum(dim=1),
            "This is the sum: divide it by the number of real tokens.",
        ),
        WrongAnswer(
            lambda vectors, mask: _real(vectors, mask).sum(dim=1) / mask.sum(),
            "It is divided by the real tokens of the whole batch: each text has its own count.",
        ),
        WrongAnswer(
            lambda vectors, mask: _real(vectors, ~mask).sum(dim=1) / (~mask).sum(1, keepdim=True),
            "The mask is turned round: this is the mean of the padding.",
        ),
        WrongAnswer(
            lambda vectors, mask: vectors[:, 0],
            "This is the first token alone, as BERT's [CLS]. The mean of all is wanted.",
        ),
        WrongAnswer(
            lambda vectors, mask: vectors.masked_fill(~mask[..., None], -torch.inf).amax(dim=1),
            "This is the largest of each number, max pooling. The mean is wanted.",
        ),
        WrongAnswer(
            lambda vectors, mask: F.normalize(_real(vectors, mask).sum(dim=1), dim=-1),
            "The direction is right, but the vector is scaled to length 1. The mean itself is "
            "wanted.",
        ),
    ),
    hints=(
        "Multiply by the mask, and the padding is zero. Which shape must the mask have for that?",
        "mask[..., None] is (batch, time, 1). Sum over time, dim=1.",
        "(vectors * real).sum(dim=1) / real.sum(dim=1), where real = mask[..., None].",
    ),
)


def _found(seed):
    """Rankings and what is relevant: found early, late, not at all, and several at once."""
    rng = random.Random(seed)
    yield ["b", "a", "c", "d"], {"a", "d"}, 2
    yield ["a", "b", "c"], {"c"}, 2
    yield ["a", "b", "c"], {"a"}, 1
    yield ["a", "b", "c", "d"], {"b", "x"}, 3
    yield ["e", "a", "b", "c"], {"a", "b", "x", "y"}, 3
    for _ in range(5):
        names = rng.sample("abcdefghijkl", 9)
        relevant = {names[0], *rng.sample(names[1:], 3)}
        yield names[1:3] + names[:1] + names[3:8], relevant, rng.randint(3, 5)


def _grows(answer, found, relevant, k):
    return 0 <= answer(found, relevant, k) <= answer(found, relevant, k + 1) <= 1


def _hits(found, relevant, k):
    return len(set(found[:k]) & set(relevant))


_RECALL = Exercise(
    id="recall_at",
    chapter=_CHAPTER,
    number="6.4.4",
    title="Was it found?",
    difficulty=1,
    minutes=6,
    reference="lmlab.tasks.semantic_analysis.search.recall_at",
    cases=_found,
    invariants=(
        Invariant(
            "grows with k",
            _grows,
            "Who looks at more of what was found cannot have found less: recall grows with k, up "
            "to 1.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda found, relevant, k: _hits(found, relevant, k) / k,
            "This is precision: divide by how much is relevant, not by k.",
        ),
        WrongAnswer(
            lambda found, relevant, k: float(_hits(found, relevant, k) > 0),
            "This asks whether anything was found. The share of all that is relevant is wanted.",
        ),
        WrongAnswer(
            lambda found, relevant, k: _hits(found, relevant, k),
            "This is a number of hits; divide by how much is relevant.",
        ),
        WrongAnswer(
            lambda found, relevant, k: _hits(found, relevant, len(found)) / len(relevant),
            "k is not used: only the first k of what was found count.",
        ),
        WrongAnswer(
            lambda found, relevant, k: _hits(found, relevant, k + 1) / len(relevant),
            "One too many is looked at: found[:k] are the first k.",
        ),
        WrongAnswer(
            lambda found, relevant, k: max(
                (1 / (i + 1) for i, each in enumerate(found[:k]) if each in relevant), default=0.0
            ),
            "This is the reciprocal rank, another measure: where the first hit stands.",
        ),
        WrongAnswer(
            lambda found, relevant, k: _hits(found, relevant, k) / min(k, len(relevant)),
            "It is divided by no more than k. Even a perfect search may be unable to show all that "
            "is relevant in k places, and recall says so.",
        ),
    ),
    hints=(
        "Which of the first k are relevant? Sets can tell: &.",
        "len(set(found[:k]) & set(relevant)) is their number.",
        "Divide it by len(relevant).",
    ),
    quiz=Quiz(
        "A search engine puts a wrong page first and the right one third. Which is higher?",
        {
            "recall@1": "It is 0: the right page is not the first.",
            "recall@5": "It is 1: the right page is among the first five.",
            "both are the same": "They would be if the right page stood first, or beyond the "
            "fifth place.",
        },
        answer="recall@5",
    ),
)

EXERCISES = (_TF_IDF, _NEAREST, _RECALL, _POOLED)
