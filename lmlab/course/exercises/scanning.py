"""What a pickle would import, read without running it."""

import collections
import datetime
import decimal
import fractions
import os
import pickle
import pickletools
import random

from lmlab.course.exercise import Exercise, Quiz, WrongAnswer
from lmlab.pretrained.pickle_scan import UNKNOWN

HIDDEN = b"\x80\x04\x8c\x02os\x8c\x06system\x8c\x01x0\x93."
"""The texts "os", "system" and "x" are laid down, "x" is taken away, and a name is made."""
_POOL = (
    datetime.date(2024, 2, 29),
    fractions.Fraction(1, 3),
    decimal.Decimal("0.5"),
    collections.Counter("abba"),
    collections.deque([1, 2]),
    complex(1, 2),
    os.getcwd,
)


def _pickles(seed):
    """What is called and what is only named; names from the memo, and a hidden one."""
    rng = random.Random(seed)
    mixed = [fractions.Fraction(1, 3), collections.OrderedDict(a=1), collections.Counter("a"), len]
    yield pickle.dumps(mixed, 2), {"collections.OrderedDict"}
    yield pickle.dumps(mixed, 4), {"collections.OrderedDict"}
    yield pickle.dumps({"weights": [0.5, 1.5], "by": "os.system"}, 4), set()
    yield HIDDEN, {"os.system"}
    for protocol in (2, 4):
        drawn = rng.sample(_POOL, 4)
        yield pickle.dumps(drawn, protocol), {"collections.Counter", "fractions.Fraction"}


def _scan(names=("GLOBAL", "STACK_GLOBAL"), *, memo=True, gaps=False, called=False, keep=None):
    """A wrong answer: it looks at some opcodes, and keeps some of what it finds."""
    keep = keep or (lambda found, allowed: found - set(allowed))

    def answer(content, allowed):
        found, texts, kept, last = set(), [], {}, None
        for opcode, argument, _ in pickletools.genops(content):
            name = opcode.name
            if name in ("GLOBAL", "STACK_GLOBAL"):
                spelt = argument.replace(" ", ".") if argument else _joined(texts)
                last = spelt if name in names else last
                found |= {spelt} if name in names and not called else set()
                texts = []
            elif name == "REDUCE" and called:
                found |= {last} if last else set()
            elif name == "MEMOIZE" or name.endswith("PUT"):
                kept[len(kept) if argument is None else argument] = texts[-1] if texts else None
            elif name.endswith("GET") and memo:
                texts = [*texts, kept[argument]] if kept.get(argument) else []
            elif "UNICODE" in name:
                texts.append(argument)
            elif name not in ("PROTO", "FRAME") and not gaps:
                texts = []
        return sorted(keep(found, allowed))

    return answer


def _joined(texts):
    return ".".join(texts[-2:]) if len(texts) > 1 else UNKNOWN


_DANGEROUS = {"os.system", "posix.system", "nt.system", "builtins.eval", "builtins.exec"}


def _by_module(found, allowed):
    modules = {name.split(".")[0] for name in allowed}
    return {name for name in found if name.split(".")[0] not in modules}


EXERCISES = (
    Exercise(
        id="forbidden_imports",
        chapter="08_2_privacy_and_security",
        number="8.2.5",
        title="What a pickle would import",
        difficulty=3,
        minutes=20,
        reference="lmlab.pretrained.pickle_scan.forbidden_imports",
        cases=_pickles,
        wrong_answers=(
            WrongAnswer(
                _scan(("GLOBAL",)),
                "STACK_GLOBAL is missing: from protocol 4 on, module and name are two texts on the "
                "stack, and the opcode itself has no argument.",
            ),
            WrongAnswer(
                _scan(("STACK_GLOBAL",)),
                "GLOBAL is missing: in protocol 2, which torch.save writes, the opcode brings "
                "“module name” along.",
            ),
            WrongAnswer(
                _scan(memo=False),
                "The memo is missing: a text that was laid down before comes back by its number "
                "(MEMOIZE or BINPUT keeps it, BINGET brings it).",
            ),
            WrongAnswer(
                _scan(called=True),
                "Only what REDUCE calls is reported. Other opcodes call too (NEWOBJ, BUILD), and "
                "importing a module runs it already: report every name.",
            ),
            WrongAnswer(
                _scan(keep=lambda found, allowed: found & _DANGEROUS),
                "This is a list of what is forbidden; nobody knows all that can do harm. Report "
                "whatever is not allowed.",
            ),
            WrongAnswer(
                _scan(keep=_by_module),
                "A name passes when its module holds an allowed one. One good function does not "
                "vouch for its neighbours: compare whole names.",
            ),
            WrongAnswer(
                _scan(keep=lambda found, allowed: found),
                "All names are reported. Leave out those that are allowed.",
            ),
            WrongAnswer(
                _scan(keep=lambda found, allowed: found & set(allowed)),
                "These are the names that are allowed; the others are wanted.",
            ),
            WrongAnswer(
                _scan(gaps=True),
                "Texts count though something else came between, which may have taken one away. "
                "What cannot be told is “?.?”, and not allowed.",
            ),
        ),
        hints=(
            "Print the opcodes of pickle.dumps(len, 2) and of pickle.dumps(len, 4).",
            "Keep a list of the texts laid down without a break, and a dictionary for the memo. "
            "Empty the list at every other opcode but PROTO and FRAME.",
            "At GLOBAL add argument.replace(' ', '.'); at STACK_GLOBAL '.'.join(texts[-2:]), or "
            "'?.?' with fewer than two. MEMOIZE keeps texts[-1] under len(memo).",
        ),
        quiz=Quiz(
            "A scan finds nothing that is forbidden. What do you know?",
            {
                "loading it runs nothing that is not on the list": "That is what the list is "
                "for; it is worth as much as the names on it.",
                "the file is harmless": "The numbers may still be those of a model with a back "
                "door: section 7.",
                "it comes from whom it says": "For that there is a checksum, from a source that "
                "you trust.",
            },
            answer="loading it runs nothing that is not on the list",
        ),
    ),
)
