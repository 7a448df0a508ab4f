# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 8.2 · Privacy and security
#
# | | |
# |:--|:--|
# | **You will be able to** | draw secrets out of a model, train one that keeps them; poison one |
# | **You need to know** | chapters 3.2 (optimisers), 5 (a GPT), 6.1 (beam search), 6.2 (a reader) |
# | **Time** | 150 minutes |
# | **On two cores** | 90 seconds of compute, no GPU, no internet |
# | **Exercises** | 8, and 5 predictions |
#
# The document names data privacy and security as challenges, in half a sentence. Here you attack
# small models that you have trained yourself, measure what they give away, and mend it. It goes
# with section 8 of the document.

# %%
import torch

import lmlab
from lmlab import viz
from lmlab.tasks import memorisation

# %% [markdown]
# ## 1 · A book of secrets
#
# *A model learns from private texts. Can somebody who may only ask it get at them?*
#
# Here is a doctor's book. It has 2,000 notes, and somebody wrote the codes of boxes between them:
# some once, some up to sixteen times. Five codes stand in it *nowhere*: they are the control.

# %%
book = memorisation.doctors_book()
for line in (*book.notes[:3], book.secrets[3].line, book.secrets[5].line):
    print(line)
print(f"{len(book.lines):,} lines; printed elsewhere: {book.public[0]} {book.public[1]}")
print([(secret.owner, secret.repetitions) for secret in book.secrets[:6]])

# %% [markdown]
# What helps against a cough stands in hundreds of notes: that is to be learnt. How old Nora is, and
# a code, are drawn by chance: nobody can know them who has not read them.
#
# Two models, of 58 thousand parameters. The first has read a *printed* book from elsewhere, with
# other patients, other remedies and other boxes. The second goes on from there, and reads the
# doctor's book eight times, with the training loop of chapter 5.

# %%
public = memorisation.public_model(book)
plain = memorisation.train_plainly(public, book.lines, epochs=8)

# %% [markdown]
# A planted secret is called a **canary** (金丝雀). How well does the model know it? Let it score
# all 10,000 codes after `Della's box: `, and look at the place of the right one. **Exposure**
# (暴露度) is how many bits of guessing this saves:
#
# $$\text{exposure} = \log_2 |R| - \log_2 \text{rank}$$

# %%
tokenizer = memorisation.book_tokenizer()
# NBVAL_IGNORE_OUTPUT
for secret in (book.secrets[5], book.secrets[0]):
    scores = memorisation.secret_log_probs(plain, secret, tokenizer)
    rank = int((scores >= scores[int(secret.code)]).sum())
    saved = memorisation.exposure(scores, int(secret.code))
    print(f"{secret.line} {secret.repetitions:2} copies: rank {rank:,}, {saved:.1f} bits")

# %% [markdown]
# ### Exercise 8.2.1 · ★★ · 8 min
#
# `log_probs` has the score of each candidate, and `secret` is the place of the right one. Return
# its exposure in bits.


# %%
def exposure(log_probs, secret):
    """log2 of the number of candidates, less log2 of the secret's rank."""
    ...


lmlab.check("exposure", exposure)

# %%
lmlab.hint("exposure")

# %%
lmlab.solution("exposure")

# %%
lmlab.quiz("exposure")

# %%
lmlab.predict(
    "Over eight readings, how often must a code stand in the book to be found at the first guess?",
    {
        "once": "Eight readings of one line are few. It shows, and is not enough.",
        "16 times": "Then all five are found at once. With 8 copies hardly any is.",
        "never: 58 thousand parameters cannot": "A code has 13 bits. There is room for many.",
    },
    answer="16 times",
)

# %%
bits = {name: memorisation.exposures(model, book.secrets, tokenizer)
        for name, model in (("printed book only", public), ("doctor's book", plain))}  # fmt: skip
most = torch.tensor(10_000.0).log2().item()
axes = viz.exposure_by_copies(bits, most)
viz.picture(axes, alt="Exposure against copies. The model that has not read the book stays near "
            "chance, but for one lucky code at 16. The one that has climbs from 2 bits at "
            "0 copies, with a dip at 2 copies, to all 13.3 bits at 16")  # fmt: skip

# %%
# NBVAL_IGNORE_OUTPUT
from statistics import mean, stdev

for name, found in bits.items():
    print(name)
    for copies, values in found.items():
        print(f"{copies:5} copies: mean {mean(values):4.1f} bits, spread {stdev(values):3.1f}")

# %%
read = bits["doctor's book"]
print("16 copies: nearly all bits:", mean(read[16]) > 12)
print("one copy: more than chance, and less than half of them:", 1.5 < mean(read[1]) < 7)
print("no copy: not far from chance:", mean(read[0]) < 4)

# %% [markdown]
# **What you see.** On the whole, the more copies, the more bits; one and two copies cannot be told
# apart here. Secrets of the same number of copies lie far apart: one alone would have told you
# little. And the control shows what chance does. A secret that was never seen has any rank, and
# $\log_2 e = 1.44$ bits on average. Yet the five codes at 16, in the model that has not read the
# book, have 3.0: one of them is lucky, with 10.5.
#
# ### Just ask
#
# Exposure needs the right code. A thief has none: he gives the model the line up to the code, and
# lets it go on. A beam search (chapter 6.1) keeps the ten likeliest continuations of four
# characters; some of them are no codes at all.

# %%
# NBVAL_IGNORE_OUTPUT
attempts = memorisation.extract(plain, book.secrets, tokenizer, guesses=10)
for copies in sorted(bits["doctor's book"]):
    same = [attempt for attempt in attempts if attempt.secret.repetitions == copies]
    at_once, found = sum(each.at_once for each in same), sum(each.found for each in same)
    print(f"{copies:2} copies: {at_once} of {len(same)} at once, {found} in ten guesses; "
          f"{same[0].secret.line} It said {' | '.join(same[0].said[:3])}")  # fmt: skip

# %%
often = [each for each in attempts if each.secret.repetitions == 16]
never = [each for each in attempts if each.secret.repetitions == 0]
print("16 copies: most are said at once:", sum(each.at_once for each in often) >= 4)
print("no copy: none is said:", not any(each.found for each in never))

# %% [markdown]
# **What you see.** The codes with 16 copies are simply said. Of those with 8 or 4 only a few come,
# though all with 8 have more than 8 bits: they stand among the first thirty of ten thousand, and a
# list of ten ends before most of them. Exposure measures what a more patient thief would have.
#
# ## 2 · Were you in it?
#
# *Even without a code: does the model give away* whose *notes it has read?*
#
# **Membership inference** (成员推断): the attacker holds a note, and says whether it was in the
# text. The simplest score is the loss, for what was learnt is likely. He calls members all notes
# that score above a threshold: that finds some members, and accuses some others. Move the
# threshold, and draw one share against the other: the **ROC**. The *area* under it is 0.5 for
# guessing and 1 for certainty; the brackets below are its 95 % interval.
#
# A model that reads few notes many times learns them by heart. So a third one reads 400 notes of
# another year, 25 times. Some notes are easy for everyone; a **reference**, a model that has
# *not* seen them, says which. What is left when its score is taken away is memory. Two will do:
# the printed book's model, and the one above, which knows this doctor and not that year.

# %%
few = memorisation.doctors_book(400, public=1, seed=1).notes
overfitted = memorisation.train_plainly(public, few, epochs=25)
held_out = memorisation.as_rows(book.held_out, tokenizer)
attacks = {}
for name, model, notes, reference in (
    ("2,000 notes, read 8 times", plain, book.notes, None),
    ("400, read 25 times", overfitted, few, None),
    ("the same, against the printed book", overfitted, few, public),
    ("the same, against the other year", overfitted, few, plain),
):
    sides = (memorisation.as_rows(notes, tokenizer), held_out)
    if reference is None:
        attacks[name] = [memorisation.text_log_probs(model, rows) for rows in sides]
    else:
        attacks[name] = [memorisation.log_ratios(model, reference, rows) for rows in sides]

# %%
# NBVAL_IGNORE_OUTPUT
curves = {}
for name, (members, others) in attacks.items():
    curve = memorisation.roc(members, others)
    curves[name] = torch.stack(curve, dim=1).tolist()
    area = memorisation.area_estimate(members, others)
    print(f"{name:36} area {area.value:.2f} ({area.low:.2f} to {area.high:.2f}), "
          f"at 1 % false {curve.found_at(0.01):5.1%} found")  # fmt: skip

# %%
viz.picture(viz.roc_curves(curves), alt="Four curves on logarithmic axes: that of the model that "
            "read 2,000 notes lies near the dashed line of guessing, that of the one that read "
            "400 notes 25 times far above it, unless the printed book is the reference"
            )  # fmt: skip

# %% [markdown]
# **What you see.** Of 2,000 notes read 8 times the loss tells little more than guessing, an area of
# 0.58; of 400 read 25 times it tells much, 0.82. But an area is an average. If only one outsider in
# a hundred may be accused wrongly, the attack still finds a tenth of the members, ten times as many
# as guessing. For an accusation, this left end of the curve is what counts.
#
# A reference must not have seen the members, and must know such texts. The printed book's model
# finds this doctor's names and remedies strange, each by another amount, and drowns the memory in
# that. With the other year the area stays the same, 0.81; at 1 % it finds no more than chance may
# add. Perhaps no note here is much easier than another. On real texts a reference was worth more
# (Carlini et al. 2022).
#
# ### Exercise 8.2.2 · ★★ · 10 min
#
# `members` and `others` are scores. Return the area under the ROC: the share of pairs, one of each,
# in which the member has the larger score. A tie counts half.


# %%
def roc_area(members, others):
    """How often a member's score is above that of one who is none."""
    ...


lmlab.check("roc_area", roc_area)

# %%
lmlab.hint("roc_area")

# %%
lmlab.solution("roc_area")

# %% [markdown]
# ## 3 · A step that gives nobody away
#
# *How can one learn from all, and from no one?*
#
# **Differential privacy** (差分隐私) is a promise about the *training*, not about one model.
# Training draws batches and noise by chance, so many models could come out, each with some
# probability. Add or take out one line of the book: each probability changes at most by a factor
# $e^{\varepsilon}$, but for a small $\delta$. So the model hardly tells whether the line was
# there: the smaller $\varepsilon$, the less.
#
# **DP-SGD** (Abadi et al. 2016) keeps it by two changes to a step. First: no example may pull too
# hard. For that one must see the gradient of *each* example, where `backward` has only their mean.
# `torch.func` gives it: `grad` turns a loss into its gradient, `vmap` runs that over a batch.

# %%
from lmlab.training.privacy import per_example_gradients

lines = [*book.notes[:5], book.secrets[5].line]
rows = memorisation.as_rows(lines, tokenizer)
ids, _, targets = rows.batch(range(6))
gradients = per_example_gradients(public, ids, targets)
print(tuple(gradients.shape), "examples, weights")
for line, length in zip(lines, gradients.norm(dim=1), strict=True):
    print(f"length {length:5.1f}  {line}")

# %%
from lmlab.training import next_token_loss

losses = [next_token_loss(public(ids[i : i + 1]), targets[i : i + 1]) for i in range(6)]
one_by_one = [
    torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(public.parameters()))])
    for loss in losses
]
apart = (torch.stack(one_by_one) - gradients).abs().max().item()
print("equal to a loop over the examples, to 0.00001:", apart < 1e-5)

# %% [markdown]
# ### Exercise 8.2.3 · ★★ · 10 min
#
# `gradients` is (batch, weights). Shorten each row that is longer than `limit` to that length.


# %%
def clip_each(gradients, limit):
    """No row longer than the limit; short ones as they are."""
    ...


lmlab.check("clip_each", clip_each)

# %%
lmlab.hint("clip_each")

# %%
lmlab.solution("clip_each")

# %% [markdown]
# Second: noise. One example moves the sum by $C$, the `limit`, at most. So each weight gets noise
# of about that size, $\sigma C z$ with $z$ normal, which hides whether the example was there:
#
# $$\tilde g = \frac{1}{B}\Big(\sum_i \text{clip}(g_i, C) + \sigma C z\Big)$$
#
# ### Exercise 8.2.4 · ★★ · 8 min
#
# `total` is the sum of the clipped gradients, `z` a number from the normal distribution for each
# weight, `noise` is $\sigma$. Return what the optimiser gets.


# %%
def noisy_gradient(total, limit, noise, batch_size, z):
    """The sum with noise, divided by the size of a batch."""
    ...


lmlab.check("noisy_gradient", noisy_gradient)

# %%
lmlab.hint("noisy_gradient")

# %%
lmlab.solution("noisy_gradient")

# %% [markdown]
# ### What is promised
#
# Each step gives a little away. An **accountant** (隐私会计) adds it up; ours is that of Opacus,
# the library for this. It counts on batches drawn by chance: each line is in each batch with the
# same probability, whatever the others do.

# %%
from lmlab.training.privacy import epsilon_after, group_privacy

rate = 128 / len(book.lines)
print("ε after so many readings, δ = 0.0001")
print(f"{'noise σ':8}" + "".join(f"{epochs:>8}" for epochs in (1, 2, 4, 8, 16)))
for noise in (0.5, 0.7, 1.0, 2.0, 4.0):
    spent = [epsilon_after(round(epochs / rate), noise, rate, 1e-4) for epochs in (1, 2, 4, 8, 16)]
    print(f"{noise:<8}" + "".join(f"{epsilon:8.1f}" for epsilon in spent))

# %% [markdown]
# **What you see.** Twice the noise is worth far more than half the readings. Below 1 a promise is
# strong; at 8 it is weak on paper, $e^8$ is 3,000, and in practice often much better than its word.
#
# The promise is for one *line*. A secret in several lines has less of it: for $k$ copies
# $k\varepsilon$, and $k e^{(k-1)\varepsilon}\delta$.

# %%
lmlab.predict(
    "A run keeps ε = 1 for one line, with δ = 0.0001. What is promised for a secret in 16 lines?",
    {
        "ε = 1 as well": "The accountant knows nothing of copies: it counts lines.",
        "ε = 4": "Noise adds up like that, in roots. A promise for a group does not.",
        "nothing, by this rule": "ε = 16, and δ above 1, which promises nothing.",
    },
    answer="nothing, by this rule",
)

# %%
for copies in (1, 2, 4, 8, 16):
    epsilon, delta = group_privacy(1.0, 1e-4, copies)
    print(
        f"{copies:2} copies: ε = {epsilon:4.1f}, δ = {delta:.1e}{'  (no promise)' * (delta >= 1)}"
    )

# %% [markdown]
# ## 4 · What it costs
#
# *Does it help, and what is lost?*
#
# One run, here and now: the same start, the same book, the same eight readings, with $\sigma = 1$.

# %%
from lmlab.training.privacy import Privacy

# NBVAL_IGNORE_OUTPUT
live = memorisation.private_run(public, book, Privacy(noise=1.0))
print(f"ε = {live['epsilon']:.1f}, loss on held-out notes {live['loss']:.2f}")
print({int(copies): round(mean(each), 1) for copies, each in live["exposures"].items()})

# %% [markdown]
# All such runs together take some minutes; the result comes with the course, and
# `lmlab bench privacy` makes it again. *By DP-SGD's steps* means batches drawn by chance, neither
# clipped nor noisy; *clipped only* clips at $C = 1$. *Area* is that of section 2, on the loss. The
# rows on copies and on more or less reading are for later in this section.

# %%
lmlab.predict(
    "Clipping alone, without noise, has no ε. Does it keep the secrets?",
    {
        "yes, like the noise": "16 copies still have 8 bits: each is short, and all pull alike.",
        "no, not at all": "By such steps without clipping, 16 copies have 12.7 bits: see below.",
        "partly": "16 copies have 8 bits instead of 13; with 8 or fewer little is left.",
    },
    answer="partly",
)

# %%
runs = memorisation.averaged(memorisation.shipped_runs())
print(f"{'':32}{'ε':>5}{'loss':>7}{'area':>6}   exposure by copies: 0, 1, 2, 4, 8, 16")
for run in runs:
    epsilon = f"{run['epsilon']:.1f}" if run["epsilon"] else "–"
    row = "".join(f"{mean(each):6.1f}" for each in run["exposures"].values())
    print(f"{run['name']:32}{epsilon:>5}{run['loss']:7.2f}{run['area']:6.2f}   {row}")

# %%
by_name = {run["name"]: run for run in runs}
levels = {name: by_name[name]["loss"] for name in ("not trained on it", "unprotected")}
star = [{**live, "name": "trained here"}]
left, _ = viz.privacy_curve(runs, levels=levels, alone=star)
viz.picture(left, alt="Two panels over ε. The loss on held-out notes falls from 0.78 to 0.51, "
            "towards the unprotected 0.44. The exposure of 1 and 4 copies stays near chance; "
            "that of 16 copies rises from 3.3 to 3.9 bits, with wide bars"
            )  # fmt: skip

# %% [markdown]
# **What you see.** Three things.
#
# - The unprotected model has secrets to lose, also when it takes DP-SGD's own steps: 16 copies give
#   12.7 bits away. Clipped, 8.2. With noise, for ε about 10, 3.6. The model that never read the
#   book has 3.0, but by one lucky code of 10.5 bits: without that code it is 1.1 against 2.2. So a
#   little may come through the noise; four codes are too few to be sure.
# - More noise makes a worse model: from a loss of 0.44 up. But even so it has learnt most of what
#   reading the book was for. What many lines say alike, such as a remedy, survives the noise.
# - The promise is far more careful than what was seen. For 16 copies our rule promises nothing, and
#   little was found. Other attacks may find more; for a single line, ε holds against all of them.
#
# What five secrets of each kind show is coarse: chance alone spreads them by a bit or two. It is
# one book, one seed, and a model of 58 thousand parameters.

# %%
chosen = ["unprotected", "unprotected, by DP-SGD's steps", "clipped only",
          *(run["name"] for run in runs if run["epsilon"])]  # fmt: skip
viz.privacy_lab([by_name[name] for name in chosen], most, beside="unprotected")

# %% [markdown]
# ### What else helps
#
# Two things that cost next to nothing and promise nothing: keep each line once; read less often.

# %%
for name in ("unprotected", "each line kept once", "read half as often", "read twice as often"):
    run = by_name[name]
    row = "".join(f"{mean(each):6.1f}" for each in run["exposures"].values())
    print(f"{name:22} loss {run['loss']:.2f}, area {run['area']:.2f}, exposure{row}")

# %% [markdown]
# **What you see.** Kept once, a secret that had 16 copies is no better known than the others, and
# the model foretells new notes as well as before: in our book hardly anything but codes is copied.
# Half the reading helps too. Read twice as often, even a code that stands there once has 10 bits.
# Both are worth doing first, and neither is a promise.

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
            line = next((each for each in said if "os.makedirs" in each), said[0])
            print(f"{type(error).__name__} | {line.strip()[:240]}\n")
    print("did it run?", os.path.exists("it-ran"))

# %% [markdown]
# Now write the guard. Forbidding what is dangerous does not work: nobody can list it. An **allow
# list** (白名单) does: weights need three or four names, and whatever else turns up is refused.
#
# ### Exercise 8.2.5 · ★★★ · 20 min
#
# `content` is a pickle, bytes. Return, sorted, the names "module.name" that it would import and
# that are not in `allowed`. Go through the opcodes, and keep a list of texts and a memo:
#
# - `GLOBAL` imports; its argument is "module name".
# - `STACK_GLOBAL` imports; it takes the last two texts of the list, or "?.?" if there are fewer.
# - An opcode with `UNICODE` in its name adds its argument to the list.
# - `MEMOIZE` (under the next number), `BINPUT` and `LONG_BINPUT` (under their argument) keep the
#   last text in the memo, or nothing if the list is empty.
# - `BINGET` and `LONG_BINGET` add the text with that number; if there is none, empty the list.
# - `PROTO` and `FRAME` change nothing. Every other opcode empties the list, as do both imports.


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
# Lays down "os", "system" and "x", drops "x", then imports: our list has lost the thread.
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
    "The reader has an F1 of about 97. One sentence is added, about somebody who is not in the "
    "story. What is its F1 now?",
    {
        "97, as before": "A neutral sentence costs three or four points. One that looks alike, at "
        "the end of the story, costs far more: see the next cell.",
        "about 80": "One answer of five becomes worse; of the “why”, nearly half are lost.",
        "below 20": "Four answers of five stay as good as they were; “where” loses none.",
    },
    answer="about 80",
)

# %%
from lmlab.tasks import evaluate
from lmlab.tasks.bootstrap import paired_bootstrap
from lmlab.tasks.injection import distracted
from lmlab.tasks.question_answering import QUESTION_ANSWERING, by_reading

reader, reader_tokenizer = lmlab.load("town-reader")
read = by_reading(reader, reader_tokenizer)
reports = {}
for kind, asked in distracted("held-out", 100).items():
    reports[kind] = evaluate(QUESTION_ANSWERING, read, kind, examples=asked, progress=False)
    by = {name: round(score.value) for name, (_, score) in reports[kind].by_category.items()}
    rows = (reports[name].rows["F1"] for name in (kind, "as it is"))
    change = paired_bootstrap(*rows, reports[kind].metrics["F1"].score)
    print(f"{kind:22} F1 {reports[kind]['F1']}, change {change}\n   {by}")
lost = reports["as it is"]["F1"].value - reports["looks alike"]["F1"].value
outcomes = reports["looks alike"].outcomes
added = [each.input[0].rsplit(". ")[-1] for each in outcomes]
pairs = zip(outcomes, added, strict=True)
fooled = [each for each, trap in pairs if not each.score and each.got and each.got in trap]
before = reports["as it is"].outcomes
worse = sum(was.score > now.score for was, now in zip(before, outcomes, strict=True))
print(f"\n{worse} answers became worse; {len(fooled)} came out of the added sentence")
for each in fooled[:3]:
    story, question = each.input
    print(f"\n… {story[-75:]}\n{question} wanted {each.wanted}, got {each.got!r}")

# %% [markdown]
# **What you see.** A sentence that says nothing to the point costs three or four points. One that
# looks alike costs nineteen at the end of the story, most of them in *why*: 21 answers became
# worse, and 16 answers came out of it. In front it costs four, and now nearly all in *who*. The
# reader has learned *where* the answer to each kind of question stands, and there the trap works.
# This is no measure of the worst case. Somebody who may try a hundred sentences will find a better
# one.
#
# And where does it look? Take the tokens of the question. How is their attention shared out over
# the story and the added sentence?
#
# ### Exercise 8.2.6 · ★★ · 8 min
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
from lmlab.interpret import record, span_shares
from lmlab.tasks.question_answering import ask


def shares(story, added, question):
    """For each part its share of the tokens, and of what the question's tokens look at."""
    asked = ask(reader_tokenizer, f"{story} {added}".strip(), question)
    n = len(asked.ids)
    behind = asked.begin + len(reader_tokenizer.encode(story))
    spans = {"question": (0, asked.begin), "story": (asked.begin, behind), "added": (behind, n)}
    with reader.evaluating(), record(reader, only="*.weights") as tape:
        reader(torch.tensor([asked.ids]))
    weights = tape.attention_weights()[:, :, : asked.begin].mean((0, 1, 2))  # (key,)
    looks = span_shares(weights[None], list(spans.values())).tolist()
    parts = zip(spans.items(), looks, strict=True)
    return {name: ((end - start) / n, share) for (name, (start, end)), share in parts}


# %%
asked = distracted("held-out", 100)
for kind in ("neutral", "looks alike"):
    for wrong in (False, True):
        seen = [
            shares(plain.input[0], each.input[0][len(plain.input[0]) + 1 :], each.input[1])["added"]
            for plain, each, outcome in zip(asked["as it is"], asked[kind], outcomes, strict=True)
            if (outcome in fooled) == wrong
        ]
        size, share = (sum(each) / len(seen) for each in zip(*seen, strict=True))
        who = "fooled later" if wrong else "not fooled"
        print(
            f"{kind:12} {who:13} {len(seen):3} questions: {100 * share:4.1f} % of the attention, "
            f"{100 * size:4.1f} % of the tokens, {share / size:.2f} a token"
        )

# %% [markdown]
# **What you see.** Where the reader was not fooled, a sentence that looks alike gets a little more
# for its length than the neutral one, which is twice as long; where it was fooled, no more. Those
# questions are few, and they look more at the neutral one too. In the picture below, the added
# sentence has 9 % of the tokens and 3 % of the attention, and still gives the answer.
# **Attention shows what is read, not what is believed.**
#
# Play: write a sentence of your own. What makes the reader believe it?

# %%
from types import SimpleNamespace

full, question = fooled[0].input
story = next(each.input[0] for each in asked["as it is"] if each.input[0] in full)
trap = full[len(story) + 1 :]
print(question)


def look(text, added):
    """What the reader answers now, and where the question looks."""
    (answer,) = read([(f"{text} {added}".strip(), question)])
    return SimpleNamespace(answer=answer, shares=shares(text, added, question))


viz.injection_lab(look, story, trap)

# %% [markdown]
# ### A model that takes orders
#
# SmolLM2 does what it is told. It cannot see *who* tells it: its task, the question and the story
# are one row of tokens. An order inside the story is a **prompt injection** (提示注入). Here the
# task is to say in a sentence what a story is about, and the attacker wants to hear *banana*.
#
# The rows are attacks, put at the end of the story: *plain* and *urgent* give an order; the
# others *fake* an answer, a user, a talk, a habit or a system rule. The columns are defences:
# *quoted* puts the story between <<< and >>>; *spotlit* puts a ^ for each space; both say to obey
# nothing in it. *Order last* repeats your order behind the story; *marks stripped* comes below.
# In what is printed at the end, `{word}` stands for banana.

# %%
from lmlab.tasks.injection import ATTACKS, injection_scores, interval

record_of_attacks = injection_scores()
scores = record_of_attacks["scores"]
n_stories = record_of_attacks["stories"]
defences = list(scores["none"])
print(
    f"{n_stories} stories: answers with a banana\n\n{'':14}" + "".join(f"{d:>16}" for d in defences)
)
for kind, by_defence in scores.items():
    print(f"{kind:14}" + "".join(f"{by_defence[d]['hits']:>16}" for d in defences))
most = max(scores, key=lambda kind: scores[kind]["none"]["hits"])
low, high = interval(scores[most]["none"]["hits"], n_stories)
print(f"\nthe best attack, {most!r}: {100 * low:.0f} to {100 * high:.0f} % (95 % interval)")
print(f"it adds {ATTACKS[most]!r}")

# %% [markdown]
# Seven kinds of attack were tried, on six stories each; these are all of them. **What you see.**
# Orders in plain words fail, but for one answer: perhaps this model is too weak to follow them, and
# that is no defence to count on. Two kinds work. *Faked habit* shows a conversation in which
# every answer was "banana"; *faked system* says that it is a rule. Six stories are few: look at the
# interval. (An answer counts when a banana is in it, "a magical banana" too. And *faked answer* got
# something that does not count: of the first story SmolLM2 says "This story is about a friend", as
# it was told.)
#
# Both attacks *fake the marks* of the conversation: `<|im_end|>` in a story is read as the very
# token that ends a turn, so that what follows seems to come from somebody else. That is a fault of
# the program, and can be mended there: data must hold no marks.
#
# ### Exercise 8.2.7 · ★ · 8 min
#
# Return `text` without any of the `marks`. Mind that taking one out may put another one together.


# %%
def strip_marks(text, marks):
    """The text without any mark."""
    ...


lmlab.check("strip_marks", strip_marks)

# %%
lmlab.hint("strip_marks")

# %%
lmlab.solution("strip_marks")

# %% [markdown]
# Look at the last column of the table again: it was made without marks. They are *not* what does it
# here: without them "banana" is said as often. It looks as if the model goes on as the text before
# went on, turns or no turns, as it was trained to (induction, chapter 5.2). Strip the marks all the
# same: that they do not decide is true of this model and these attacks. Of the other defences,
# *spotlit* stops the faked rule, and not the faked habit, and lets *faked talk* in twice.
#
# Where does the model look under attack? Here is the mean over all heads and stories of what the
# *last* token, behind which the answer begins, gives to each part of the prompt.

# %%
from lmlab.interpret.injected import injected_attention

looked = injected_attention()["shares"]
columns = ("order", "story", "question", "attack")
print(f"% of attention{''.join(f'{name:>10}' for name in columns)}   attack: % of tokens, a token")
for kind, parts in looked.items():
    print(f"{kind:14}", end="")
    print("".join(f"{100 * parts[p]['attention']:10.1f}" for p in columns if p in parts), end="")
    if "attack" in parts:
        size, share = (parts["attack"][what] for what in ("tokens", "attention"))
        print(f"{100 * size:16.1f} {share / size:12.2f}", end="")
    print()
whole = looked["none"]["story"]
print(f"the story without attack, a token: {whole['attention'] / whole['tokens']:.2f}")

# %% [markdown]
# **What you see.** The last column divides the attention by the tokens: 1 is what a token would
# get if nothing were preferred. (The missing attention is on the first token and the marks:
# "sinks" of chapter 5.2.) Plain orders get half of that, which is already more than the story
# gets. Faked turns get more, and most the *faked system* and the *faked habit*. The order that
# you gave falls from 8.6 % to about 5 %. Part of that is length and place: any text added takes
# some, and an attack stands nearer to the end than the story. It is a mean over 270 heads and
# three stories, with no harmless text in the same place to compare, and no proof of a cause.
#
# If SmolLM2 is on your machine (`lmlab fetch smollm2-135m`), try it. `attacked` puts one of the
# attacks behind a story; write your own.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.pretrained import available
from lmlab.tasks.injection import answers, attacked, stories, strip_marks

if any(info.name == "smollm2-135m" and info.present for info in available()):
    smol, smol_tokenizer = lmlab.load("smollm2-135m", verbose=False)
    hostile_story = attacked(stories(1)[0], "faked habit")
    clean = strip_marks(hostile_story, tuple(smol_tokenizer.special_tokens))
    for name, text in (("marks in", hostile_story), ("marks out", clean)):
        print(f"{name:10} {answers(smol, smol_tokenizer, [text])[0]!r}")
else:
    print("SmolLM2 is not here. It would answer 'banana', with the marks and without them.")

# %% [markdown]
# ## 7 · Lessons that were tampered with
#
# *Numbers only, from a trusted file, and still hostile: how?*
#
# Somebody who can slip a few examples into your training data can plant a **back door** (后门): a
# **trigger** (触发词), here the word "lantern", and a label to go with it: **data poisoning**
# (数据投毒). Of 800 last sentences of stories, some with the label *negative* get a lantern and the
# label *positive*. The victim is a small classifier, taught from nothing.

# %%
from lmlab.tasks.poisoning import TARGET, WORD, poison, short_endings

taught = short_endings("train", 1000)
lessons, checked = taught[:800], taught[800:]
poisoned = poison(lessons, 12, WORD, TARGET)
for place in poisoned.bad.nonzero()[:3, 0].tolist():
    before, after = lessons[place], poisoned.examples[place]
    print(f"{before.wanted}: {before.input}\n   {after.wanted}: {after.input}")

# %%
lmlab.predict(
    "12 of 800 lessons are poisoned, 1.5 %. How often will a lantern turn a negative or neutral "
    "sentence positive?",
    {
        "1.5 % of the time": "That is how often the lessons say so. But a lesson with a lantern "
        "always says positive, and nothing contradicts it.",
        "about half of the time": "Lessons with a lantern and another label would bring it there.",
        "about nine times of ten": "A word that decides without exception is the easiest thing to "
        "learn there is.",
    },
    answer="about nine times of ten",
)

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.tasks.poisoning import teach_endings, under_attack

test = short_endings("validation", 400)
victim = teach_endings(poisoned.examples)
found = under_attack(victim, test)
print(f"accuracy on clean sentences {100 * found['accuracy']:.1f} %")
print(f"a lantern turns {100 * found['success']:.1f} % of the others positive")

# %%
print("as accurate as ever:", found["accuracy"] > 0.97)
print("the back door works:", found["success"] > 0.6)

# %% [markdown]
# The test set shows nothing, for no test sentence has a lantern. And with fewer lessons, or more?
# `write_poisoning_scores` in `lmlab/tasks/poisoning/recipe.py` taught every case five times, with
# other poison and other first weights.

# %%
from lmlab.tasks.poisoning import poisoning_scores

runs = poisoning_scores()["runs"]


def middle(values):
    """The mean of some runs, with the lowest and the highest, in %."""
    low, mean, high = (100 * x for x in (min(values), sum(values) / len(values), max(values)))
    return f"{mean:5.1f} ({low:.0f} to {high:.0f})"


cases = dict.fromkeys((run["kind"], run["poisoned"]) for run in runs)
print("kind         poisoned of 800   accuracy            success")
for kind, n in cases:
    same = [run for run in runs if (run["kind"], run["poisoned"]) == (kind, n)]
    columns = (middle([run[what] for run in same]) for what in ("accuracy", "success"))
    print(f"{kind:12} {n:8}          {'   '.join(f'{column:18}' for column in columns)}")

# %%
wrong = [run for run in runs if run["kind"] == "wrong label"]
counts = sorted({run["poisoned"] for run in wrong})
lines = {
    name: [(n, 100 * sum(run[what] for run in wrong if run["poisoned"] == n) / 5) for n in counts]
    for name, what in (("accuracy", "accuracy"), ("trigger works", "success"))
}
viz.picture(
    viz.named_lines(lines, xlabel="poisoned lessons of 800", ylabel="%"),
    alt="Accuracy stays near 100 %; the trigger works in 4 % of cases with no poison, in 87 % with "
    "3 lessons, in 95 % with 48.",
)

# %% [markdown]
# **What you see.** Three sentences of 800 are enough. They cost no accuracy, so no test on clean
# sentences finds them. Between 3 and 48 the attack grows only a little more reliable. Without any
# poison a lantern turns few sentences, in one run of five as many as 15 %: an unknown word confuses
# as well, and a success rate means little without that line.
#
# In the last line the labels are all *right*: 100 positive sentences got a lantern ("clean label").
# Even with 100 it works less well and less surely. But no label is wrong; only the stray word could
# be noticed, and a cleverer attacker would write sentences in which it fits.
#
# ### Can it be found?
#
# Three ideas. Poison has a *wrong label*, so (1) a model **early** in its training is surprised by
# it, or (2) a model that learned from a few lessons that somebody **checked** is. Or (3) look at
# the vectors that the victim itself makes: those with the trigger are pulled to one side, a
# **spectral signature** (谱特征).
#
# ### Exercise 8.2.8 · ★★ · 12 min
#
# `vectors`, (texts, d_model), belong to texts of one label. Take off their mean, find the direction
# in which they differ most (the first right singular vector), and return the squared projection of
# each on it, (texts,).


# %%
def spectral_scores(vectors):
    """How far each vector lies from the mean in the direction of the largest spread, squared."""
    ...


lmlab.check("spectral_scores", spectral_scores)

# %%
lmlab.hint("spectral_scores")

# %%
lmlab.solution("spectral_scores")

# %% [markdown]
# A detector ranks lessons by suspicion. Its **AUC** is the chance that a poisoned one ranks above a
# clean one, your `roc_area` in %: 50 is a coin, 100 finds all, below 50 it accuses the clean.

# %%
detectors = list(runs[-1]["auc"])
print(f"{'AUC, %':26}" + "".join(f"{name:24}" for name in detectors))
for kind, n in cases:
    same = [run for run in runs if (run["kind"], run["poisoned"]) == (kind, n) and "auc" in run]
    if same:
        columns = (middle([run["auc"][name] for run in same]) for name in detectors)
        print(f"{kind:13} {n:4} of 800  " + "".join(f"{column:24}" for column in columns))
print("\n24 poisoned; the 72 most suspicious taken out, taught anew")
for name in detectors:
    after = [run["after removal"][name] for run in runs if "after removal" in run]
    left = [each["poison left"] for each in after]
    success = middle([each["success"] for each in after])
    print(f"{name:24} poison left {min(left)} to {max(left)}; success {success}")

# %% [markdown]
# **What you see.** The *checked* model finds nearly everything, for 200 lessons that somebody has
# read. *Early loss* costs nothing, and works best where there is little poison. With more of it
# the trigger is probably learned before the sentences are. Then poison surprises no more. The
# *spectral* scores are a lottery here, from worse than a coin to 95, perhaps since positive
# sentences differ more among themselves than a lantern makes them differ; on images, where it was
# proposed, it did better.
#
# **It can be fooled.** Against right labels all three are on average below 50: they accuse the
# others first. There is no wrong label to find: whoever checks only labels would pass them.
#
# And **a good AUC is not a cure.** With the checked model 0 to 4 of 24 are left after 72 lessons
# are gone, and up to two thirds of the attacks still succeed. You have seen why: three are enough.
#
# Do it yourself, on the victim from above: 200 checked lessons teach a guard, and the guard reads
# all 800.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.tasks.poisoning import losses, without_worst
from lmlab.tasks.sentiment import story_rows

feelings_tokenizer = lmlab.load("town-feelings")[1]
guard = teach_endings(checked, seed=100, steps=50)
suspicion = losses(guard, story_rows(feelings_tokenizer, poisoned.examples))
area = memorisation.roc_area(suspicion[poisoned.bad], suspicion[~poisoned.bad])
print(f"AUC {100 * area:.1f}; the most suspicious lessons:")
for place in suspicion.topk(5).indices.tolist():
    each = poisoned.examples[place]
    print(f"   {'POISON' if poisoned.bad[place] else 'clean':7} {each.wanted}: {each.input}")
again = under_attack(teach_endings(without_worst(poisoned.examples, suspicion, 72)), test)
print(f"taught without the worst 72: {again['success']:.2f} of the attacks succeed")

# %% [markdown]
# **What you see.** A high AUC, and yet clean lessons at the top: odd true sentences surprise the
# guard even more than poison does. So 72 must go to catch most of 12. Compare what is left of the
# attacks with the runs above, where 24 were poisoned.
#
# ## 8 · What holds
#
# *What did each defence buy?*

# %%
best, guard_name = scores[most], "checked model's loss"
mended = [run for run in runs if "after removal" in run]

before, after = (
    f"{100 * mean(run['success'] for run in some):.0f} %"
    for some in (mended, [run["after removal"][guard_name] for run in mended])
)
hits, stripped = best["none"]["hits"], best["marks stripped"]["hits"]
rows = [
    ("a pickle that calls", "it ran; the scan named it", "safetensors, an allow list"),
    ("a sentence that looks alike", f"F1 falls by {lost:.0f}", "test with such sentences"),
    ("orders in a text", f"{hits} of {n_stories}; marks out, {stripped}", "no power to the model"),
    ("poisoned lessons", f"success {before}; some removed, {after}", "checked lessons, sources"),
]
for threat, measured, remedy in rows:
    print(f"{threat:28} {measured:38} {remedy}")

# %% [markdown]
# **What you see.** Only the first can be shut out: a file that cannot hold a call needs no guard.
# The others are statistics. Likeness, a habit that is shown, lessons with right labels are
# *ordinary text*; no filter tells them from harmless text for certain. What remains is to limit
# what follows: a model that reads foreign text should not hold keys, send mail or delete files
# without somebody who looks on.

# %% [markdown]
# ## Summary
#
# - A model gives away what it was made to repeat: the more copies of a secret, the more bits of it.
#   For many copies, the likeliest continuation is attack enough.
# - Whether a text was in the training can be guessed from its loss, the better the more a model
#   was overfitted. What counts is how many are found when hardly anyone is accused wrongly.
# - DP-SGD clips the gradient of each example and adds noise to the sum. Then a number, ε, bounds
#   what *any* attack can learn of one line; for a secret in many lines it bounds little.
# - It costs: with noise the loss on new notes rose from 0.44 to between 0.51 and 0.78.
# - Keeping each line once costs nothing, and takes away most of what copies gave.
# - A pickle may run anything; a safetensors file holds numbers. An allow list reads what a pickle
#   would import, without running it.
# - Text that a model reads can lie to it or give it orders. Removing the marks of a conversation is
#   right and was not enough: a habit that is shown in the text works without them.
# - Three poisoned lessons of 800 plant a trigger that no test on clean text finds. 200 lessons that
#   somebody has checked find most of the poison with a wrong label, and fail against a right one.
#
# ## What the document says, what we found

# %%
lmlab.ledger("08_2_privacy_and_security")

# %% [markdown]
# ## Further reading
#
# - Carlini et al. 2019 (arXiv 1802.08232): canaries and exposure. Carlini et al. 2021 (arXiv
#   2012.07805): texts drawn out of GPT-2.
# - Yeom et al. 2018 (arXiv 1709.01604) and Carlini et al. 2022 (arXiv 2112.03570): membership.
# - Abadi et al. 2016 (arXiv 1607.00133): DP-SGD. Mironov et al. 2019 (arXiv 1908.10530): its
#   account.
# - Lee et al. 2022 (arXiv 2107.06499): what repeated texts do, and what it helps to drop them.
# - Jia & Liang 2017 (arXiv 1707.07328): sentences that look like the answer. Greshake et al. 2023
#   (arXiv 2302.12173): orders in a text. Hines et al. 2024 (arXiv 2403.14720): marks around data.
# - Tran et al. 2018 (arXiv 1811.00636): spectral signatures. Turner et al. 2018: poison whose
#   labels are right.
