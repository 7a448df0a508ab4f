"""What a summary has in common with a text, and whether what it says is so."""

import random

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.tasks.summarisation.copying import copied_fragments
from lmlab.text.town.summaries import Claim, unsupported

CHAPTER = "06_3_summarisation"
_WORDS = "Mia lost found a red kite in the park and Tom".split()


def _two_texts(seed):
    """Word lists: one in order, one turned round, repeated words, none shared, then random ones."""
    rng = random.Random(seed)
    yield "Mia lost a red kite".split(), "Mia found the red kite".split()
    yield "a b a b c".split(), "b a b a b".split()
    yield "kite red the".split(), "the red kite".split()
    yield "the cat and the dog".split(), "the the the".split()
    yield "c a x b".split(), "a b y c".split()
    yield "Tom ran home".split(), []
    for n, m in ((6, 9), (8, 8), (9, 6), (10, 12)):
        yield rng.choices(_WORDS, k=n), rng.choices(_WORDS, k=m)


def _symmetric(answer, first, second):
    return answer(first, second) == answer(second, first)


def _of_itself(answer, first, second):
    return answer(first, first) == len(first)


def _shared_words(first, second):
    return sum(min(first.count(word), second.count(word)) for word in set(first))


def _greedy(first, second):
    """Take each word as soon as it is found behind the last one."""
    at = found = 0
    for word in first:
        if word in second[at:]:
            at = second.index(word, at) + 1
            found += 1
    return found


def _run(first, second):
    return max(
        (
            n
            for i in range(len(first))
            for j in range(len(second))
            for n in range(min(len(first) - i, len(second) - j) + 1)
            if first[i : i + n] == second[j : j + n]
        ),
        default=0,
    )


def _same_places(first, second):
    return sum(map(str.__eq__, first, second))


def _updated_in_place(first, second):
    """One row, without what stood there before this word."""
    longest = [0] * (len(second) + 1)
    for word in first:
        for j, other in enumerate(second):
            longest[j + 1] = longest[j] + 1 if word == other else max(longest[j + 1], longest[j])
    return longest[-1]


_LCS = Exercise(
    id="lcs_length",
    chapter=CHAPTER,
    number="6.3.1",
    title="The longest common subsequence",
    difficulty=2,
    minutes=15,
    reference="lmlab.tasks.summarisation.overlap.lcs_length",
    cases=_two_texts,
    invariants=(
        Invariant("symmetric", _symmetric, "Exchanging the two texts must not change the length."),
        Invariant("all of itself", _of_itself, "A text shares all of its words with itself."),
    ),
    wrong_answers=(
        WrongAnswer(
            _shared_words,
            "These are all shared words, whatever their order: that is ROUGE-1. The words must "
            "come in the same order in both.",
        ),
        WrongAnswer(
            _greedy,
            "Each word is taken as soon as it is found. Taking one late in the second text can "
            "cost all those that stand before it there: leave some out, and see which way is "
            "longer.",
        ),
        WrongAnswer(
            _run,
            "This is the longest run without gaps. A subsequence may leave words out.",
        ),
        WrongAnswer(
            _same_places,
            "Words are compared place by place. One word more at the beginning would move all "
            "others.",
        ),
        WrongAnswer(
            _updated_in_place,
            "One word of the first text is matched several times: a match must lengthen what was "
            "there before this word. Keep a copy of the row.",
        ),
        WrongAnswer(
            lambda first, second: len(set(first) & set(second)),
            "These are the different words that both have. Count words that come twice, and keep "
            "to the order.",
        ),
    ),
    hints=(
        "Go through the first text word by word, and keep a list: how long is the longest "
        "subsequence of the words so far and the first j words of the second text?",
        "longest = [0] * (len(second) + 1). Where the words are the same, it is one more than what "
        "was there before both: before[j] + 1.",
        "Else it is the better of leaving out either: max(before[j + 1], longest[j]), where before "
        "is a copy of the list made before this word. The last number is the answer.",
    ),
    quiz=Quiz(
        'Wanted is "Tom found the kite of Mia". What does ROUGE-L see of "Mia found the kite of '
        'Tom"?',
        {
            "nothing is wrong: all words are there": "That is ROUGE-1, which sees no order at all.",
            "four of six words are right": "found the kite of: both names are in the wrong place. "
            "67 of 100, for a sentence that says who helped the wrong way round.",
            "all is wrong: the meaning is another": "A metric that counts words knows no meaning.",
        },
        answer="four of six words are right",
    ),
)

_NAMES = "Mia Tom Nora Ben Lan".split()
_THINGS = "kite ball drum".split()
_PLACES = "park hill mill".split()


def _event(rng):
    kind = rng.choice(("lose", "find", "give"))
    named = {"A": rng.choice(_NAMES), "T": rng.choice(_THINGS), "P": rng.choice(_PLACES)}
    return Claim(kind, named)


def _claims(seed):
    """Claims that are so, of another kind, of somebody else; with letters left out and mixed."""
    rng = random.Random(seed)
    events = [
        Claim("lose", {"A": "Mia", "T": "kite", "P": "park"}),
        Claim("find", {"A": "Tom", "T": "kite", "P": "hill"}),
    ]
    yield [Claim("lose", {"A": "Mia", "T": "kite"}), Claim("find", {"A": "Mia"})], events
    yield [Claim("find", {"A": "Tom"}), Claim("give", {"A": "Tom"}), Claim("find", {})], events
    yield [Claim("lose", {"A": "Mia", "T": "kite", "P": "hill"})], events
    twice = [*events, Claim("lose", {"A": "Tom", "T": "ball", "P": "mill"})]
    yield [Claim("lose", {"A": "Mia", "T": "ball"}), Claim("lose", {"A": "Tom"})], twice
    yield [Claim("find", {"A": "Mia"}), Claim("lose", {"A": "Tom", "P": "mill"})], twice
    for n in (3, 4, 5):
        told = [_event(rng) for _ in range(n)]
        claims = [*map(_part, told, [rng] * n), *(_part(_event(rng), rng) for _ in range(3))]
        yield rng.sample(claims, len(claims)), told


def _part(event, rng):
    letters = rng.sample(sorted(event.named), rng.randint(1, 3))
    return Claim(event.kind, {letter: event.named[letter] for letter in sorted(letters)})


def _what_happened_is_so(answer, claims, events):
    return not answer(events, events)


def _by(bears_out):
    """The claims for which bears_out(claim, event) is false of every event."""

    def answer(claims, events):
        return [c for c in claims if not any(bears_out(c, event) for event in events)]

    return answer


def _in_pieces(claims, events):
    """Each name somewhere among the events of the kind, not all in one."""
    return [
        claim
        for claim in claims
        if not any(claim.kind == event.kind for event in events)
        or not all(
            any(item in event.named.items() and event.kind == claim.kind for event in events)
            for item in claim.named.items()
        )
    ]


def _first_of_kind(claims, events):
    first = {}
    for event in events:
        first.setdefault(event.kind, event.named)
    return [c for c in claims if not c.named.items() <= first.get(c.kind, {"?": ""}).items()
            or c.kind not in first]  # fmt: skip


_UNSUPPORTED = Exercise(
    id="unsupported",
    chapter=CHAPTER,
    number="6.3.2",
    title="What nothing bears out",
    difficulty=2,
    minutes=10,
    reference="lmlab.text.town.summaries.unsupported",
    cases=_claims,
    invariants=(
        Invariant(
            "what happened is so",
            _what_happened_is_so,
            "Claims that are the events themselves must all be borne out.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda claims, events: [c for c in claims if c not in unsupported(claims, events)],
            "These are the claims that are so. Those that nothing bears out are wanted.",
        ),
        WrongAnswer(
            _by(lambda claim, event: claim.kind == event.kind),
            "Only the kind is looked at: that somebody lost something does not make it Mia.",
        ),
        WrongAnswer(
            _by(lambda claim, event: claim.named.items() <= event.named.items()),
            "Only the names are looked at: who lost the kite need not have found it.",
        ),
        WrongAnswer(
            _by(lambda claim, event: claim == event),
            "A claim that names fewer letters than the event is refused: what it does not name it "
            "does not claim.",
        ),
        WrongAnswer(
            _in_pieces,
            "The names of one claim are found in several events. One event must have them all.",
        ),
        WrongAnswer(
            _first_of_kind,
            "Only the first event of each kind is looked at: things may happen twice.",
        ),
        WrongAnswer(
            _by(
                lambda claim, event: (
                    claim.kind == event.kind
                    and set(claim.named.values()) & set(event.named.values())
                )
            ),
            "One name in common is taken for enough: every name of the claim must fit.",
        ),
    ),
    hints=(
        "A claim is borne out by one event: of the same kind, in which each letter that the claim "
        "names stands for the same.",
        "all(event.named[letter] == name for letter, name in claim.named.items()) compares the "
        "names; letters that the claim leaves out are not asked about.",
        "[claim for claim in claims if not any(…for event in events)], with kind and names inside "
        "any. claim.named.items() <= event.named.items() says the same as all(…).",
    ),
)


def _copies(seed):
    """A text and a summary of it: runs in another order, again and again, and words of its own."""
    rng = random.Random(seed)
    story = "Mia had a red kite and lost the kite in the park".split()
    yield story, "Mia lost a red kite in the park".split()
    yield story, "the kite in the park was red".split()
    yield "a b c a b d".split(), "x a b d a b c y".split()
    yield "a b x b c d".split(), "a b c d".split()
    yield "Tom ran home".split(), "Mia sat down".split()
    yield "a b".split(), "a a b b".split()
    for n in (12, 16, 20):
        text = rng.choices(_WORDS, k=n)
        runs = [text[i : i + 4] for i in rng.sample(range(n - 4), 2)]
        yield text, [*runs[0], "today", *runs[1][:3], rng.choice(text)]


def _stands_in_the_text(answer, text, summary):
    joined = " ".join(text)
    return all(" ".join(summary[a:b]) in joined and a < b for a, b in answer(text, summary))


def _no_overlap(answer, text, summary):
    spans = answer(text, summary)
    return all(one[1] <= other[0] for one, other in zip(spans, spans[1:], strict=False))


def _runs(text, summary, step=None, shortest=1):
    """Greedy runs; `step` says how far to go on behind one of this length."""
    found, start = [], 0
    while start < len(summary):
        n = max(
            (n for n in range(1, len(summary) - start + 1) for i in range(len(text) - n + 1)
             if text[i : i + n] == summary[start : start + n]),
            default=0,
        )  # fmt: skip
        if n >= shortest:
            found.append((start, start + n))
        start += max(n, 1) if step is None else step
    return found


def _first_place_only(text, summary):
    """Each run begins where the word stands first in the text."""
    found, start = [], 0
    while start < len(summary):
        n = 0
        if summary[start] in text:
            at = text.index(summary[start])
            while text[at + n : at + n + 1] == summary[start + n : start + n + 1] != []:
                n += 1
            found.append((start, start + n))
        start += max(n, 1)
    return found


_FRAGMENTS = Exercise(
    id="copied_fragments",
    chapter=CHAPTER,
    number="6.3.3",
    title="What was copied",
    difficulty=3,
    minutes=15,
    reference="lmlab.tasks.summarisation.copying.copied_fragments",
    cases=_copies,
    invariants=(
        Invariant(
            "copied word for word",
            _stands_in_the_text,
            "A run of yours does not stand in the text word for word, or is empty.",
        ),
        Invariant("apart", _no_overlap, "Two of your runs overlap: a word is copied once."),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda text, summary: _runs(text, summary, step=1),
            "The next run begins one word on, inside the last one. Go on behind it.",
        ),
        WrongAnswer(
            lambda text, summary: [(i, i + 1) for i, word in enumerate(summary) if word in text],
            "These are single words. A run goes on as long as text and summary agree.",
        ),
        WrongAnswer(
            _first_place_only,
            "Only the first place is tried where the word stands in the text. Another one may "
            "go on for longer: try all.",
        ),
        WrongAnswer(
            lambda text, summary: [(a, b - 1) for a, b in _runs(text, summary)],
            "The end is one too early: summary[start:end] leaves out the word at end.",
        ),
        WrongAnswer(
            lambda text, summary: _runs(text, summary, shortest=2),
            "Single words that stand in the text are left out: a run may have one word.",
        ),
        WrongAnswer(
            lambda text, summary: copied_fragments(summary, text),
            "The two are exchanged: these are places in the text. Those in the summary are wanted.",
        ),
        WrongAnswer(
            lambda text, summary: [summary[a:b] for a, b in _runs(text, summary)],
            "These are the words. Their places, (start, end), are wanted.",
        ),
    ),
    hints=(
        "Begin at the first word of the summary. At which place of the text do both go on together "
        "for longest?",
        "If that is n > 0 words, note (start, start + n) and go on at start + n; else go on at "
        "start + 1.",
        "For each i, count how many words text[i:] and summary[start:] begin with in common; take "
        "the max over i. A while loop over start does the rest.",
    ),
)

EXERCISES = (_LCS, _UNSUPPORTED, _FRAGMENTS)
