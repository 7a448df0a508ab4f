# %% [markdown]
# ## 5 · A file that runs
#
# *What can a file of weights do to you?*
#
# For years models were handed on as `.pt` or `.bin` files. These are **pickles** (序列化字节码). A
# pickle is no list of numbers: it is a small program that puts objects together again, and it may
# *call* any function that Python can import. Here is one that makes a folder. It is opened by
# another process, in a folder that is thrown away.

# %%
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path


class Weights:
    """Says how it is to be put together again: by a call."""

    def __reduce__(self):
        return os.makedirs, ("it-ran",)


hostile = pickle.dumps({"head.weight": Weights()}, protocol=4)
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "model.pt").write_bytes(hostile)
    print("before:", sorted(os.listdir(folder)))
    load = "import pickle; pickle.load(open('model.pt', 'rb'))"
    subprocess.run([sys.executable, "-c", load], cwd=folder, check=True)
    print("after: ", sorted(os.listdir(folder)))

# %% [markdown]
# **What you see.** Nobody called anything but `load`. It could as well have read your keys and sent
# them away. Now read the program, *without* running it. `pickletools.genops` gives one operation
# after the other, with its argument.

# %%
import pickletools

dangerous = ("GLOBAL", "STACK_GLOBAL", "REDUCE")
for opcode, argument, _ in pickletools.genops(hostile):
    mark = "  <--" if opcode.name in dangerous else ""
    print(f"{opcode.name:17} {'' if argument is None else argument!r}{mark}")

# %% [markdown]
# Two texts are laid on a stack; `STACK_GLOBAL` takes them and imports `os.makedirs`; `REDUCE` calls
# what lies below with what lies on top. In protocol 2, `GLOBAL` does the first two steps at once.
# `MEMOIZE` gives what lies on top a number, under which `BINGET` brings it back later.
#
# PyTorch has learned from this: `torch.load` now opens **weights only**, and refuses the rest. And
# lmlab opens no pickle at all.

# %%
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "pytorch_model.bin")
    torch.save({"head.weight": Weights()}, path)
    Path(folder, "config.json").write_text('{"architecture": "GPT", "vocab_size": 9}')
    for opened in (lambda: torch.load(path), lambda: lmlab.load(folder)):
        try:
            opened()
        except (pickle.UnpicklingError, ValueError) as error:
            said = str(error).replace(folder, "somewhere").splitlines()
            print(type(error).__name__, "|", said[0][:300], "\n")
    print("did it run?", os.path.exists("it-ran"))

# %% [markdown]
# Now write the guard. Forbidding what is dangerous does not work: nobody can list it. An **allow
# list** (白名单) does: weights need three or four names, and whatever else turns up is refused.
#
# ### Exercise 8.2.5 · ★★★ · 20 min
#
# `content` is a pickle, bytes. Return, sorted, the names "module.name" that it would import and
# that are not in `allowed`. `GLOBAL` has "module name" as its argument. `STACK_GLOBAL` takes the
# two texts that were laid down last, without a break: opcodes with `UNICODE` in their name lay one
# down, `BINGET` and `LONG_BINGET` bring one back from the memo; `MEMOIZE` (the next number),
# `BINPUT` and `LONG_BINPUT` (that number) keep one; `PROTO` and `FRAME` are no break. With fewer
# than two texts, the name is "?.?".


# %%
def forbidden_imports(content, allowed):
    """The names that a pickle would import and that are not allowed."""
    ...


lmlab.check("forbidden_imports", forbidden_imports)

# %%
lmlab.hint("forbidden_imports")

# %%
lmlab.solution("forbidden_imports")

# %%
lmlab.quiz("forbidden_imports")

# %%
from safetensors.torch import save

from lmlab.pretrained.pickle_scan import WEIGHTS_ONLY, forbidden_imports, scan_pickle
from lmlab.pretrained.safetensors_file import read_header

layer = torch.nn.Linear(2, 3).state_dict()
with tempfile.TemporaryDirectory() as folder:
    for name, content in (("good.pt", layer), ("bad.pt", {**layer, "x": Weights()})):
        torch.save(content, Path(folder, name))
        print(name, "would import", scan_pickle(Path(folder, name)) or "nothing but weights")
hidden = b"\x80\x04\x8c\x02os\x8c\x06system\x8c\x01x0\x93."
print("a hidden name:", forbidden_imports(hidden, WEIGHTS_ONLY))
print("safetensors:", read_header(save(layer)))

# %% [markdown]
# **What you see.** The scan finds the call without making it. What it cannot follow, it does not
# allow. The last line is the better way: a **safetensors** file is a header and numbers (chapter
# 7), and there is no operation in it that could be dangerous.
#
# Two things it does not promise. The file may be another one than its maker wrote: lmlab compares a
# **checksum** (校验和), SHA-256, of every file that it fetches. And the numbers themselves may be
# hostile: section 7.
#
# ## 6 · A text that gives orders
#
# *A model reads a text for you. Who wrote the text?*
#
# Begin with a model that cannot be given orders: `town-reader` of chapter 6.2 points at the answer
# to a question. One can still lie to it. Jia and Liang added a sentence that has the words of the
# question and *answers another one*: "Why was Clara happy?" – "Ivan was happy because …". No person
# is fooled by that.

# %%
lmlab.predict(
    "The reader has an F1 of about 98. One sentence is added, about somebody who is not in the "
    "story. What is its F1 now?",
    {
        "98, as before": "So it is when the sentence has no word of the question, as the next cell "
        "shows. Its likeness is what does it.",
        "about 85": "It takes the bait on one question of seven or so; on “why”, on one of three.",
        "below 20": "Then it would go by the words alone. Mostly it checks who is meant.",
    },
    answer="about 85",
)

# %%
from lmlab.tasks import evaluate
from lmlab.tasks.evaluation import difference
from lmlab.tasks.injection import distracted
from lmlab.tasks.question_answering import QUESTION_ANSWERING, by_reading

reader, reader_tokenizer = lmlab.load("town-reader")
read = by_reading(reader, reader_tokenizer)
reports = {}
for kind, asked in distracted("held-out", 100).items():
    reports[kind] = evaluate(QUESTION_ANSWERING, read, kind, examples=asked, progress=False)
    by = {name: round(score.value) for name, (_, score) in reports[kind].by_category.items()}
    print(f"{kind:22} F1 {reports[kind]['F1']}  {by}")
lost = reports["as it is"]["F1"].value - reports["looks alike"]["F1"].value
fooled = [each for each in reports["looks alike"].outcomes if each.score == 0]
for each in fooled[:3]:
    story, question = each.input
    print(f"\n… {story[-75:]}\n{question} wanted {each.wanted}, got {each.got!r}")

# %% [markdown]
# **What you see.** A sentence that says nothing to the point does no harm. One that looks alike
# costs twelve points at the end of the story, and few of them at its beginning: answers to
# "why" mostly stand at the end, and the reader has learned *where* to look, too. It is no measure of
# the worst: somebody who may try a hundred sentences will find a better one.
#
# And where does it look? Take the tokens of the question. How is their attention shared out over
# the story and the added sentence?
#
# ### Exercise 8.2.7 · ★★ · 8 min
#
# `weights` has shape (…, query, key). `spans` is a list of (start, end), the end not counted.
# Return what the query number `query` gives to the keys of each span together, (…, span).


# %%
def span_shares(weights, spans, query):
    """The attention of one query on each part."""
    ...


lmlab.check("span_shares", span_shares)

# %%
lmlab.hint("span_shares")

# %%
lmlab.solution("span_shares")

# %%
lmlab.quiz("span_shares")

# %%
from types import SimpleNamespace

from lmlab.interpret import record, span_shares
from lmlab.tasks.question_answering import ask


def look(story, added, question):
    """What the reader answers, and what the question's tokens look at."""
    asked = ask(reader_tokenizer, f"{story} {added}".strip(), question)
    n = len(asked.ids)
    behind = asked.begin + len(reader_tokenizer.encode(story))
    spans = {"question": (0, asked.begin), "story": (asked.begin, behind), "added": (behind, n)}
    with reader.evaluating(), record(reader, only="*.weights") as tape:
        reader(torch.tensor([asked.ids]))
    weights = tape.attention_weights()[:, :, : asked.begin].mean((0, 1, 2))  # (key,)
    shares = span_shares(weights[None], list(spans.values()))
    parts = zip(spans.items(), shares.tolist(), strict=True)
    answer = read([(f"{story} {added}".strip(), question)])[0]
    return SimpleNamespace(
        answer=answer, shares={name: ((b - a) / n, share) for (name, (a, b)), share in parts}
    )


# %%
asked = distracted("held-out", 100)
for kind in ("neutral", "looks alike"):
    for fell in (False, True):
        part = [
            look(plain.input[0], each.input[0][len(plain.input[0]) + 1 :], each.input[1])
            for plain, each, outcome in zip(
                asked["as it is"], asked[kind], reports["looks alike"].outcomes, strict=True
            )
            if (outcome.score == 0) == fell
        ]
        size, share = (sum(x.shares["added"][i] for x in part) / len(part) for i in (0, 1))
        who = "questions that fooled it" if fell else "questions that did not"
        print(f"{kind:12} {who:25} {len(part):3}: {100 * size:.0f} % of tokens, {share:.3f} of look")

# %% [markdown]
# **What you see.** The question looks at the added sentence somewhat more when it looks alike than
# when it is neutral. That is what attention is for: to find like words. What it cannot tell is
# whether the words are to be *believed*. Compare the lines before you say more: how much the
# attention differs between questions that fooled the reader and those that did not is on the screen.
#
# Play: write a sentence of your own. What makes the reader believe it?

# %%
story, question = fooled[0].input
known = {e.input[1]: e.input[0] for e in asked["as it is"] if e.input[0] in story}
story = known[question]
trap = fooled[0].input[0][len(story) + 1 :]
print(question)
viz.injection_lab(lambda text, added: look(text, added, question), story, trap)

# %% [markdown]
# ### A model that takes orders
#
# SmolLM2 does what it is told. It cannot see *who* tells it: its task, the question and the story
# are one row of tokens. An order inside the story is a **prompt injection** (提示注入). Here the
# task is to say in a sentence what a story is about, and the attacker wants to hear *banana*.

# %%
from lmlab.tasks.injection import ATTACKS, injection_scores, interval

record_of_attacks = injection_scores()
scores = record_of_attacks["scores"]
n = record_of_attacks["stories"]
defences = list(scores["none"])
print(f"{n} stories: answers with a banana\n\n{'':14}" + "".join(f"{d:>16}" for d in defences))
for kind, by_defence in scores.items():
    print(f"{kind:14}" + "".join(f"{by_defence[d]['hits']:>16}" for d in defences))
most = max(scores, key=lambda kind: scores[kind]["none"]["hits"])
low, high = interval(scores[most]["none"]["hits"], n)
print(f"\nthe best attack, {most!r}: {100 * low:.0f} to {100 * high:.0f} % (95 % interval)")
print(f"it adds {ATTACKS[most]!r}")
